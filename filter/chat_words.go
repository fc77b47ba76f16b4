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
	please pls plz plss plzz pleas kindly send sent give gimme provide need want wanna looking searching request requesting requested requests get got any link links for full
	movie movies film films download watch see stream online upload uploaded share post add drop provide available have has
	song songs book books ebook pdf series serial show episodes seasons season parts version print quality hd dubbed dub
	koi kisi bhejo bhej bhejdo bhejna bheje do dedo dijiye dedijiye dena dijie chahiye chahie chaiye chahye chahiya chahta mujhe muje mereko mujhko ka ki ke
	dekhna dekhni dekho milega milegi milega mil dalo daalo dikhao gana gaana gaane kitab kitaab bhejiye bhejie kijiye
	कोई किसी भेजो भेजिए भेजिये भेज भेजें भेजना दो दे दें दीजिए दीजिये दिजिए देना चाहिए चाहिये चाहता मुझे मुझको का की के फिल्म फ़िल्म मूवी लिंक डाउनलोड कृपया प्लीज़ प्लीज
	एचडी प्रिंट क्वालिटी डब डब्ड डबिंग अपलोड शेयर सेंड सीज़न सीजन एपिसोड पार्ट वर्जन वर्ज़न ऑनलाइन भेजदो भेजना भेजिएगा भिजवा भिजवाओ दिला दिलाओ दिलवाओ
	डाल डालिए डालिये डालना दिखा दिखाइए दिखाइये सुनना सुनाओ कहाँ चाहिएगा
	देखना देखनी देखनीहै मिलेगा मिलेगी मिल डालो दिखाओ गाना गाने किताब सीरीज सीरीज़ वीडियो ऑडियो पीडीएफ`)...)

// chatWords are other words around a request, and those of small talk. They are dropped after askWords. No word of either table is taken for a misspelled
// word of a title.
//
//nolint:gochecknoglobals // a table, never written
var chatWords = foldedSet(strings.Fields(`
	i im ive me we us my our search find having does did done can could would will shall should may might must there here to complete cinema
	free where is are am was were be been it this that these those with you u ur your yours he she they them fast quick quickly
	anyone anybody someone somebody join channel group bot made make bro bros brother bhai sir madam mam maam admin admins mod dear friend friends guys folks team everyone everybody all hello hi hii hey heya
	thanks thank thx ty tysm ok okay k urgent urgently asap now today tonight tomorrow yesterday also too just only if in on from by at or but so how what whats when who whom why
	which whose idea file files video videos new latest last old good nice best great morning evening afternoon night welcome bye sorry yes yeah yep no nope not im lol lmao rofl haha
	hahaha hehe brb gm gn omg wow wtf btw fyi happy much very really like love know think say said tell told help lot lots come coming go going gone went working work works
	reply answer wait waiting soon later again same slow see about one kind regards
	more some something anything nothing want wants try tried check sure right well
	meri mera mere aap aapke tum tumhare hum na nahi nahin dosto hai hain he ho hoga hogi hu hun hoon kya kaise kaisa kab kahan kaha kyun kyu kitna kitne kitni ko mein mai main
	par pe se wala wali wale yaar yar bhaiya bhaijaan ji jaldi daal dal dikha dekh karo kar kardo karna karke karta sakta sakti sakte aur bhi to toh tha thi sab sabko puri
	poori pura poora nayi naya naye purani purana purane paas pas pass yahan yaha wahan kripya kripaya shukriya dhanyavad dhanyawad namaste namaskar picture accha acha theek thik
	cant dont didnt doesnt wont isnt arent wasnt couldnt shouldnt wouldnt youre theyre thats whats lets him her his its their them as up out over under then than because since
	while until ever never always still already yet both each every few many most other another anywhere everywhere somewhere nowhere
	liye lie saath sath raha rahe rahi hua hui hue kiya kiye tak baad wo woh vo ye yeh is us in un iska uska apna apni apne kuch sirf bas phir
	fir agar lekin magar kyunki isliye jab tab idhar udhar
	maine humne usne tumne isko usko unko inko di diya diye li liya bhar aa gaya gayi gaye aayi aaye zara lagao laga bataye bataiye bhaiyo arre kabse dhund dhundh dekhne achi si shuru
	haal hal aaj kal raat subah abhi baje aana jana jao aao milte mila log bolo batao bata suno dono ek
	मेरा मेरी मेरे हमें आप आपके आपका तुम हम दोस्तो दोस्तों मित्रों मित्र है हैं हो होगा होगी क्या कैसे कैसा कब कहाँ कहां क्यों कितना कितने को में मैं पर से वाला वाली वाले यार भाई भैया जी
	जल्दी देख करो कर करना करनी करने करके करता सकता सकती सकते हूँ हूं और भी तो था थी थे सब सबको पूरी पूरा पास यहाँ यहां शुक्रिया धन्यवाद नमस्ते नमस्कार सुप्रभात शुभ प्रभात रात्रि संध्या
	लिए लिये साथ रहा रहे रही हुआ हुई हुए किया किए तक बाद वो वह ये यह इस उस इसका उसका अपना अपनी अपने कुछ सिर्फ बस फिर अगर लेकिन मगर क्योंकि इसलिए जब तब
	फिल्में मूवीज फुल फाइल सर एडमिन पिक्चर पुरानी पुराना नई नया अच्छा अच्छी ठीक हाल आज कल अभी बताओ नहीं ना`)...)

// interjections are chat words that begin no title, unless somebody is still typing.
//
//nolint:gochecknoglobals // a table, never written
var interjections = wordSet("lol", "lmao", "rofl", "brb", "gm", "gn", "haha", "hahaha", "hehe", "hmm", "thx", "tysm", "btw", "ok", "okay",
	"smh", "ikr", "idk", "idc", "nvm", "tbh", "imho", "afk", "ttyl", "wbu", "hbu", "hru", "wyd", "ily", "irl", "ngl", "lmk", "hbd",
	"thnx", "thnks", "thanx", "tqsm", "hii", "hiii", "hiiii", "helo", "hellooo", "byee", "okk", "okkk", "hmmm", "hehehe", "hahahaha", "tmrw", "pls", "plz", "plzz", "plss")

// isSmallTalk reports that all terms are chat words or articles, or daily talk. A single term is small talk only if it is an interjection.
func (q query) isSmallTalk() bool {
	if len(q.terms) == 1 {
		return interjections[q.terms[0]]
	}
	return q.isDailyTalk() || !slices.ContainsFunc(q.terms, func(t string) bool { return !isChatWord(t) && !articles[t] })
}

// isChatter reports a query that has words of chat and asks for nothing.
func (q query) isChatter() bool {
	return slices.ContainsFunc(q.terms, isChatWord) && !q.asksAtAll()
}

// asksAtAll reports a word that may ask for a file. See asksForFile.
func (q query) asksAtAll() bool {
	return slices.ContainsFunc(q.terms, func(t string) bool { return askWords[t] && !particles[t] })
}

// particles are askWords that alone ask for nothing.
//
//nolint:gochecknoglobals // a table, never written
var particles = foldedSet("ka", "ki", "ke", "do", "का", "की", "के", "दो")

// isTalk reports small talk, or a query with chat words that asks for no file and has at most one other word that carries meaning. Such a word finds a file
// only by its whole title. A word about the release beside it counts as asking for a file.
func (v *Vocabulary) isTalk(q query) bool {
	if q.isSmallTalk() {
		return true
	}
	short, ok := v.withoutChat(q)
	meaning := countMeaning(short.terms)
	asks := slices.ContainsFunc(q.terms, func(t string) bool { return askWords[t] }) || meaning > 0 && slices.ContainsFunc(q.terms, isWish)
	return ok && meaning < 2 && !asks
}

// withNeighbours returns short with chat words of q that stand beside it. For "please send jab we met" short is "met", and the result is "jab we met" and "we
// met".
func (q query) withNeighbours(short query) []query {
	first, last := slices.Index(q.terms, short.terms[0]), slices.Index(q.terms, short.lastTerm())
	var out []query
	for before := min(first, maxNeighbours); before > 0; before-- {
		out = append(out, query{terms: q.terms[first-before : last+1], unwanted: q.unwanted})
	}
	if last+1 < len(q.terms) {
		out = append(out, query{terms: q.terms[first : last+2], unwanted: q.unwanted})
	}
	return out
}

// maxNeighbours limits the chat words before a title that may belong to it.
const maxNeighbours = 2

// articles are words that people add to a title or leave out. They are dropped like chatWords, and only beside words in Latin letters.
//
//nolint:gochecknoglobals // a table, never written
var articles = wordSet("the", "a", "an", "of", "and", "in")

// heardArticles are the same words of English titles in Devanagari.
//
//nolint:gochecknoglobals // a table, never written
var heardArticles = foldedSet("द", "दि", "ऑफ", "एंड", "ऐंड")

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
		return q.without(func(t string) bool { return heardArticles[t] })
	}
	return q.without(func(t string) bool { return articles[t] })
}

func (q query) without(drop func(term string) bool) (query, bool) {
	var kept []string
	for i, t := range q.terms {
		if !drop(t) || t == "one" && i > 0 && partWords[q.terms[i-1]] {
			kept = append(kept, t)
		}
	}
	if len(kept) == len(q.terms) || !slices.ContainsFunc(kept, func(t string) bool { return !articles[t] }) {
		return q, false
	}
	short := query{terms: kept, onlyTitle: q.onlyTitle, wishes: q.wishes, unwanted: q.unwanted}
	if kept[len(kept)-1] == q.lastTerm() {
		short.beginning, short.fragment = q.beginning, q.fragment
	}
	return short, true
}
