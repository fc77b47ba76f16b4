package filter

import (
	"slices"
	"strings"

	edlib "github.com/hbollon/go-edlib"
)

// askWords are words with which people ask for a file. A search drops them only when nothing matches with them, because each can be a word of a title.
//
//nolint:gochecknoglobals // a table, never written
var askWords = foldedSet(strings.Fields(`
	please pls plz plss plzz kindly send give gimme me need want wanna looking searching request requesting get any link links for full movie movies film films
	download watch online upload share post provide available song songs book books ebook series serial
	koi kisi bhejo bhej bhejdo bhejna do dedo dijiye chahiye chahie chaiye chahye mujhe muje ka ki ke
	कोई किसी भेजो भेजिए भेजिये भेज भेजें भेजना दो दे दें दीजिए दीजिये चाहिए चाहिये मुझे का की के फिल्म फ़िल्म मूवी लिंक डाउनलोड कृपया प्लीज़`)...)

// chatWords are other words around a request, and those of small talk. They are dropped after askWords. Neither are taken for misspelled words of titles.
//
//nolint:gochecknoglobals // a table, never written
var chatWords = foldedSet(strings.Fields(`
	sent i im we us my search find got have has had having does
	did can could would will shall should may anyone anybody someone somebody there here to complete cinema
	free where is are am was be it this that these those with you u ur your fast quick quickly requested show
	join channel group bot made bro bros brother bhai sir madam mam admin admins dear friend friends guys everyone everybody all hello hi hii hey thanks thank thx ty ok okay
	urgent urgently asap now today also too just only if in on from by at or but so how what when who why which hd print quality version
	dubbed dub file files video videos new latest old good nice best morning evening afternoon night welcome bye sorry yes no not im lol happy
	much very really like love know think help lot
	bheje dedijiye de dena dijie chahiya chahta mujhko mera meri aap na dosto
	hai hain he ho hoga hogi kya kaise kab kahan ko mein mai main par pe se wala wali wale yaar bhaiya ji jaldi dalo daalo daal dal dikhao
	dikha dekhna dekhni dekho karo kar kardo karna milega milegi milega mil sakta sakti sakte hu hun aur bhi to toh tha thi sab puri poori pura poora nayi
	naya paas pass kripya kripaya shukriya dhanyavad namaste picture
	दिजिए देना चाहता मुझको मेरा मेरी हमें आप दोस्तो दोस्तों है हैं हो होगा होगी क्या कैसे कब कहाँ को में
	मैं पर से वाला वाली वाले यार भाई भैया जी जल्दी डालो दिखाओ देखना देखनी करो कर करना मिलेगा मिलेगी मिल सकता सकती सकते हूँ और भी तो था थी सब पूरी पूरा पास प्लीज शुक्रिया
	धन्यवाद नमस्ते फिल्में मूवीज वीडियो फुल फाइल सर एडमिन पिक्चर`)...)

// articles are words that people add to a title or leave out. They are dropped like chatWords, and only beside words in Latin letters.
//
//nolint:gochecknoglobals // a table, never written
var articles = wordSet("the", "a", "an", "of", "and", "in")

// minMistypedChat is the length from which a chat word is recognised with a typing mistake.
const minMistypedChat = 5

func isChatWord(t string) bool { return askWords[t] || chatWords[t] }

// isMistypedChat reports a chat word with one typing mistake, if the index does not know the word.
func (v *Vocabulary) isMistypedChat(t string) bool {
	if len(t) < minMistypedChat || !isASCII(t) || v.Count(t) > 0 {
		return false
	}
	return isNearOne(t, askWords) || isNearOne(t, chatWords)
}

func isNearOne(t string, words map[string]bool) bool {
	for w := range words {
		if len(w) >= minMistypedChat && w[0] == t[0] && max(len(w)-len(t), len(t)-len(w)) <= 1 && edlib.OSADamerauLevenshteinDistance(w, t) == 1 {
			return true
		}
	}
	return false
}

// withoutAsking returns the query without its askWords, and ok false when there are none, or nothing else but articles.
func (v *Vocabulary) withoutAsking(q query) (query, bool) {
	return q.without(func(t string) bool { return askWords[t] || v.isMistypedChat(t) })
}

// withoutChat returns the query without any chat words, and ok false as withoutAsking.
func (v *Vocabulary) withoutChat(q query) (query, bool) {
	return q.without(func(t string) bool { return isChatWord(t) || v.isMistypedChat(t) })
}

// withoutArticles returns the query without its articles, and ok false as withoutAsking.
func (q query) withoutArticles() (query, bool) {
	if slices.ContainsFunc(q.terms, func(t string) bool { return !isASCII(t) }) {
		return q, false
	}
	return q.without(func(t string) bool { return articles[t] })
}

func (q query) without(drop func(term string) bool) (query, bool) {
	var kept []string
	for _, t := range q.terms {
		if !drop(t) {
			kept = append(kept, t)
		}
	}
	if len(kept) == len(q.terms) || !slices.ContainsFunc(kept, func(t string) bool { return !articles[t] }) {
		return q, false
	}
	short := query{terms: kept}
	if kept[len(kept)-1] == q.lastTerm() {
		short.beginning, short.fragment = q.beginning, q.fragment
	}
	return short, true
}
