package filter

import (
	"slices"
	"strings"
)

// talkWords are words of everyday talk, about people, times, phones, food, school, weather and the game. More of them are words of titles than of
// chatWords, so a search drops them only after it has looked for mistakes.
//
//nolint:gochecknoglobals // a table, never written
var talkWords = foldedSet(strings.Fields(`
	sunday monday tuesday wednesday thursday friday saturday weekend weekday week month year days hour hours minute minutes min mins sec time date today tonight
	sun mon tue tues wed thu thur thurs fri sat tmrw tmr tmrow tomo tomoro tomorow 2moro 2morrow 2day 2nite 2night tonite nite nyt gud gudnyt mrng mornin gudmorning
	itwar itvar ravivar somwar somvar mangalwar mangalvar budhwar budhvar guruwar guruvar shukrawar shukravar shaniwar shanivar hafta hafte mahina mahine saal din
	pm bje ab abb khatam khatm dopahar sham shaam ghanta ghante minat parso parson kabtak abtak
	रविवार सोमवार मंगलवार बुधवार गुरुवार वीरवार बृहस्पतिवार शुक्रवार शनिवार इतवार हफ्ता हफ्ते महीना महीने साल दिन दोपहर शाम रात सुबह घंटा घंटे मिनट परसों बजे टाइम समय
	mom mum mummy mommy dad daddy papa pappa mother father sister brother uncle aunty auntie wife husband son daughter kids kid baby beta beti behan behen didi maa mata pita dada
	dadi nana nani chachu chacha mama mami bua mausi bhabhi jiju cousin family boss dude mate mates buddy pal sis ladies gentlemen boys girls ladka ladki log logo logon
	मम्मी पापा माँ मां पिताजी दादा दादी नाना नानी चाचा चाची मामा मामी दीदी बहन बेटा बेटी भाभी बच्चे बच्चों लोग लोगों साहब साहिब अंकल आंटी
	phone fone mobile call calling called calls missed ring message msg msgs text dm inbox number contact net internet wifi data network signal battery charge charging charger recharge
	mute unmute muted ban unban banned block blocked unblock kick kicked remove removed delete deleted pin pinned spam ads leave left rejoin whatsapp telegram insta instagram facebook
	फोन फ़ोन मोबाइल कॉल मैसेज नंबर नम्बर नेट इंटरनेट बैटरी चार्ज ग्रुप म्यूट ब्लॉक
	utha uthao uthana uthaya uthaye uthaiye kat kaat katna band bandh chalu khol kholo khul khula khulta khulti rakh rakho rakhna rakha rakhe rakhte pakad pakdo chhod chod chhodo chodo
	kha khao khaya khaye khayi khana khane khaenge khaoge khaa pi piyo piya piyoge peena chai paani pani nashta lunch dinner breakfast food eat eating ate drink coffee tea
	so soja sojao sona soya soye soyi sogaya sleep sleeping slept wake woke awake uth utho uthja uthgaya naha nahana bath
	jaa jata jati jate jaata jaati jaate jaunga jaungi jaoge jayenge jayega jayegi chal chalo chala chale chali chalte chalta chalti chalna chalega chalegi chalein nikal niklo nikla nikle
	aata aati aate aaunga aaungi aaoge aayenge aayega aayegi aaja aajao aarha ara arha aara arahe pahunch pahuncha pahunche pahunchi pahuncho pahoch pohoch pohuch pahuch reach reached reaching
	mili milli mil mila milte milna milenge mile milne milunga milungi miloge mulakat meet meeting met
	bol bola bole boli bolna bolta bolti bolte bolunga keh kaho kahna kehna kehta kehti kaha kahte suna sune suni sunna sunao puch pucho poocho puchna poochna pucha bataya bataunga bataoge bataenge
	samajh samjha samjhe samjho samajhna pata maloom malum lagta lagti lagte laga lage lagi lagega lagegi soch socha socho sochna
	kisne kisko kiska kiski kiske kinka jisko jiska jo jaise jaisa jaisi aisa aise aisi waisa waise vaise itna itne itni utna utne kaun kon konsa konsi kaunsa kaunsi
	tu tera teri tere tujhe tujhko tumko tumse mujhse humko humse hamara hamari hamare unka unki unke inka inki inke khud sabka sabki sabke sabse sabne
	ne dekhi dekha dekhe dekhta dekhti dekhte dekhunga dekhenge dekhke dekhkar dekhiye dekhlo dekhliya dekhlia kaam kam kaamka dobara dubara wapas wapis vapas firse phirse punah
	de dena dedena dedijie kr krna krne krke krta krti krte krdo krde krdena krunga karunga karungi karoge karenge karega karegi karte karein kardiya kardi karlo karle kiyo kijiyega
	maang mang manga maangna mangna dhoondh dhoond dhoondna dhundna dhundh khoj khojna lena lene lete leta leti lekar leke lo le lijiye lelo dete deta deti dega degi denge dunga dungi
	diyo dijiyega bhejta bhejti bhejte bhejega bhejegi bhejenge bhejunga bheja bhejiyega chahte chahti chahe pana paya payi paye paunga paungi paoge
	nai nahi nhi nhn naa mat haan han hmm hm acchi acche achhi achhe achha ache mast mazaa maza mazedaar badiya badhiya bekar bura buri bure galat sahi bilkul pakka shayad zaroor jarur jaroor
	kripa meherbani maaf maafi sorry swagat badhai mubarak shubhkamnaye shubhkamna
	उठा उठाओ उठाना ले लो लेना लेने लेता लीजिए काट बंद चालू खोल खोलो रख रखो छोड़ छोड़ो खा खाओ खाया खाई खाए खाना खाने पी पियो पिया पीना चाय पानी नाश्ता सो सोना सोया सोए सोजा उठ उठो
	जा जाओ जाता जाती जाते जाना जाने जाऊंगा जाएगा जाएगी जाएंगे चल चलो चला चले चली चलते चलता चलती चलना चलेगा निकल निकलो निकला गया गई गयी गए गये आ आओ आना आने आया आई आयी आए आये आता आती आते
	आऊंगा आएगा आएगी आएंगे आजा पहुंच पहुँच पहुंचा पहुंचे पहुंची पहुंचो मिल मिलते मिलना मिलेंगे मिले मिला मिली मिलो मिलूंगा बोल बोला बोले बोली बोलो बोलना कहा कहो कहना सुन सुना सुनो पूछ पूछो
	बता बताना बताइए बताया समझ समझा समझो पता मालूम लगता लगती लगा लगे लगी सोच किसने किसको किसका किसकी कौन जो जैसे ऐसा ऐसे इतना तू तेरा तेरी तेरे तुझे तुमको हमको हमारा हमारी हमारे खुद
	ने देखी देखा देखे देखता देखते देखूंगा काम दोबारा दुबारा वापस कर करूंगा करेंगे करेगा करते करें कीजिए दिया दी दिए दिये लिया ली देता देते दूंगा देंगे मांग ढूंढ ढूँढ ढूंढना खोज भेजा भेजते
	मत हाँ हां जी अच्छे मस्त मज़ा मजा बढ़िया बेकार गलत सही बिल्कुल पक्का शायद ज़रूर जरूर माफ माफ़ करना स्वागत बधाई मुबारक शुभकामना शुभकामनाएं शुभकामनाएँ हार्दिक दोनों रखना रखा अरे ओए सुनिए
	ghar home house office school college class classes exam exams test tests homework fees fee paise paisa money paid pay payment hospital doctor market shop bus train car bike road traffic
	shift duty job chutti chhutti holiday holidays vacation birthday bday janamdin janmdin party shadi wedding anniversary diwali deepawali holi eid rakhi navratri christmas xmas newyear
	घर ऑफिस स्कूल कॉलेज परीक्षा एग्जाम फीस पैसे पैसा छुट्टी जन्मदिन शादी दीवाली दिवाली होली ईद
	mausam weather rain raining rainy baarish barish garmi thand thandi dhoop hot cold sunny barsaat baras barsa मौसम बारिश गर्मी ठंड ठंडी धूप बरस बरसात
	back advance expire expires expiring hurry mood watchlist recommend suggest suggestion
	girlfriend boyfriend gf bf frnd frnds fren pasand fav favourite favorite chuka chuki chuke chuk open opens opened opening drive gdrive mega torrent uploaded uploading downloaded downloading
	den n nd thodi thoda thode zyada jyada bahut bohot bohat bht boht pehle phele baari bari intezar intezaar wait waiting khoya khoyi hogaya hogayi hogya ruk ruko rukna theek thik kharab galti madad
	पसंद खराब ख़राब मदद बहुत थोड़ा ज्यादा ज़्यादा पहले इंतजार इंतज़ार रुको चुका चुकी चुके
	hope wish luck congrats congratulations congo wc wbu hbu hru wyd ikr idk idc nvm np smh tbh imo imho afk ttyl tc tk gtg g2g cya ily irl fr ngl rip bhk bff lmk asl hbd gm gn ge
	found lost dead broken expired invalid error errors issue problem fix fixed re reup reupload reuploaded repost reposted resend resent wanted needed happened happen happening sick ill fine tired busy bored sad angry stop start started ready done finish finished begin began bring bringing brought carry forget forgot remember lose
	late early soon far near outside inside bcoz bcz coz cuz becoz plan plans ask asked asking tell take taking took keep kept put bought buy sell sold cost price cheap free
	sending see seen saw looks looked talk talked talking chat reply replied okk okkk okie okey kk yup yess yesss yaa ya yah naah nah hehehe hahahaha heya hiii hiiii helo hellooo byee
	gr8 thnx thnks thanx thankyou tqsm tq welcm wlcm pleasee pleaseee plsss`)...)

// gameWords are talkWords that name what files of a cricket club are about.
//
//nolint:gochecknoglobals // a table, never written
var gameWords = foldedSet(strings.Fields(`
	match matches practice nets ground pitch toss captain umpire team squad player players bat ball batting bowling kit pads gloves helmet jersey played play playing plays win won
	score runs wicket wickets over overs training session booked booking book tournament league final khel khelo khela khelna khelenge khelne maidan khiladi jeet jeeta jeete haar haare
	मैच प्रैक्टिस अभ्यास ग्राउंड मैदान टीम कप्तान बल्ला गेंद खेल खेलना खेलेंगे जीत जीता जीते हार`)...)

// verbStems stand before "do" in a request.
//
//nolint:gochecknoglobals // a table, never written
var verbStems = foldedSet("de", "kar", "kr", "दे", "कर")

// isTalkWord reports a word of talk in any of the tables.
func isTalkWord(t string) bool { return isChatWord(t) || talkWords[t] || gameWords[t] }

// isDailyTalk reports talk of everyday things that asks for no file: khana kha liya, see you at the nets. Words about the game alone are a query.
func (q query) isDailyTalk() bool {
	personal := 0
	for i, t := range q.terms {
		switch {
		case articles[t], gameWords[t], q.isTimeOfDay(i):
		case isTalkWord(t):
			personal++
		default:
			return false
		}
	}
	return personal > 0 && !q.asksForFile()
}

// isTimeOfDay reports a number of hours: at 6, 6 pm, 6 baje.
func (q query) isTimeOfDay(i int) bool {
	return isNumber(q.terms[i], 2) && (i > 0 && q.terms[i-1] == "at" || i+1 < len(q.terms) && slices.Contains([]string{"am", "pm", "baje", "bje", "बजे"}, q.terms[i+1]))
}

// withoutTalk returns the query without chat words and talkWords, and ok false as withoutAsking.
func (q query) withoutTalk(v *Vocabulary) (query, bool) {
	return q.without(func(t string) bool { return isTalkWord(t) || v.isMistypedChat(t) })
}

// weakAskWords are askWords that people also say without asking for a file: please call me, have a good day, isko mute kar do.
//
//nolint:gochecknoglobals // a table, never written
var weakAskWords = foldedSet(strings.Fields(`
	please pls plz plss plzz pleas kindly sent give gimme looking requesting request get got any for see show add post share drop available have has part do de dedo dena dijie dijiye dedijiye koi
	kisi mujhe muje mereko mujhko ka ki ke mil milega milegi dalo daalo book books watch full online
	कोई किसी दो दे दें देना दीजिए दीजिये दिजिए मुझे मुझको का की के कृपया प्लीज़ प्लीज मिलेगा मिलेगी मिल डालो`)...)

// requestWords ask for a file without being askWords.
//
//nolint:gochecknoglobals // a table, never written
var requestWords = wordSet("file", "files", "video", "videos", "clip", "clips", "audio", "cinema", "picture", "dikha", "dikhado", "dikhaiye", "dikhaye")

// asksForFile reports a word that asks for a file wherever it stands.
func (q query) asksForFile() bool {
	return slices.ContainsFunc(q.terms, func(t string) bool { return askWords[t] && !weakAskWords[t] || requestWords[t] })
}

// arrivals are pairs of words that ask whether a file has come: salaar aa gayi kya.
//
//nolint:gochecknoglobals // tables, never written
var (
	arrivals  = foldedSet("gaya", "gayi", "gai", "gya", "gyi", "chuka", "chuki", "गया", "गई", "गयी", "चुका", "चुकी")
	missing   = foldedSet("mila", "mili", "mile", "milli", "mil", "मिला", "मिली", "मिल")
	arrived   = foldedSet("aaya", "aayi", "aya", "ayi", "aai", "aagaya", "aagayi", "aagya", "aagyi", "आया", "आई", "आयी")
	arriving  = foldedSet("aayega", "aayegi", "ayega", "ayegi", "aaegi", "aaega", "ayenge", "aayenge", "आएगा", "आएगी", "आयेगा", "आयेगी")
	when      = foldedSet("kab", "कब")
	isItThere = foldedSet("hai", "h", "he", "hogi", "hoga", "है", "होगी", "होगा")
	what      = foldedSet("kya", "kia", "kyaa", "क्या")
	places    = wordSet("there", "here", "out", "yet", "released")
)

// asksWhetherThere reports a question whether a file is there: salaar aa gayi kya, lokah hai kya, swades nahi mili, kantara kab aayegi, is kantara out
// yet.
func (q query) asksWhetherThere() bool {
	if q.terms[0] == "is" && places[q.lastTerm()] {
		return true
	}
	for i, t := range q.terms {
		before := ""
		if i > 0 {
			before = q.terms[i-1]
		}
		switch {
		case arriving[t]:
			return slices.ContainsFunc(q.terms, func(t string) bool { return when[t] })
		case missing[t] && refusalsBehind[before]:
			return true
		case arrivals[t] && (before == "aa" || before == foldLetters("आ")), arrived[t], isItThere[t] && i > 0:
			return slices.ContainsFunc(q.terms, func(t string) bool { return what[t] })
		}
	}
	return false
}
