package filter

// fullWords are the words that people shorten in chats: catch me if u can.
//
//nolint:gochecknoglobals // a table, never written
var fullWords = map[string]string{
	"u": "you", "ya": "you", "r": "are", "ur": "your", "yr": "your", "urs": "yours", "y": "why", "d": "the", "da": "the", "dat": "that", "dis": "this", "dem": "them", "dey": "they",
	"n": "and", "nd": "and", "luv": "love", "lov": "love", "luvs": "loves", "gr8": "great", "gud": "good", "gd": "good", "nite": "night", "nyt": "night", "b4": "before", "l8r": "later", "l8": "late",
	"m8": "mate", "w8": "wait", "h8": "hate", "sk8": "skate", "str8": "straight", "2nite": "tonight", "2day": "today", "2moro": "tomorrow", "4ever": "forever",
	"tho": "though", "thru": "through", "thx": "thanks", "coz": "because", "cuz": "because", "bcoz": "because", "bcz": "because", "wat": "what", "wht": "what", "wen": "when",
	"wer": "where", "wher": "where", "hw": "how", "ppl": "people", "plz": "please", "pls": "please", "msg": "message", "bro": "brother", "sis": "sister", "frnd": "friend", "frnds": "friends",
	"frend": "friend", "bday": "birthday", "xmas": "christmas", "wkend": "weekend", "yrs": "years", "hrs": "hours", "mins": "minutes", "secs": "seconds", "wid": "with", "wth": "with", "w": "with",
	"frm": "from", "evry": "every", "evrything": "everything", "smthing": "something", "sumthing": "something", "nuthin": "nothing", "nothin": "nothing", "bt": "but", "jst": "just", "abt": "about",
	"abut": "about", "hav": "have", "giv": "give", "liv": "live", "lyf": "life", "lyk": "like", "tym": "time", "thr": "there", "thng": "thing", "wrld": "world", "wud": "would", "cud": "could",
	"shud": "should", "ma": "my", "mah": "my", "c": "see", "k": "ok", "tonite": "tonight", "wanna": "want", "gonna": "going", "sry": "sorry", "xtreme": "extreme", "xpress": "express",
	"2gether": "together", "any1": "anyone", "some1": "someone", "every1": "everyone", "gal": "girl", "gals": "girls", "boyz": "boys", "girlz": "girls", "kidz": "kids",
}

// inFull returns the query with the words that people shorten in chats, and ok false if it has none.
func (q query) inFull() (full query, ok bool) {
	terms := newTokenSet()
	for _, t := range q.terms {
		w := fullWords[t]
		if ok = ok || w != ""; w == "" {
			w = t
		}
		terms.add(w)
	}
	full = q
	full.terms = terms.list
	if full.lastTerm() != q.lastTerm() {
		full.beginning = full.lastTerm()
	}
	return full, ok && len(full.terms) > 1
}
