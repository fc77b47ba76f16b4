package filter

import (
	"slices"
	"strings"
	"testing"
)

func TestSoundKeys_EnglishWordsAreHeardWithoutTheirSilentLetters(t *testing.T) {
	t.Parallel()
	for hindi, english := range map[string]string{
		"नाइट": "knight", "गेम": "game", "एज": "edge", "स्ट्रेट": "straight", "एंडगेम": "endgame", "ड्राइव": "drive", "स्पाइडर": "spider", "शोले": "shole", "आवारा": "awara",
	} {
		if keys := soundKeys(english); !slices.Contains(keys, soundKey(foldLetters(hindi))) {
			t.Errorf("%s sounds %q, %s %q", hindi, soundKey(foldLetters(hindi)), english, keys)
		}
	}
}

func TestSoundKey_SpellingsOfAWordShareIt(t *testing.T) {
	t.Parallel()
	for _, group := range [][]string{
		{"आवारा", "awara", "awaara", "avara", "aawara"},
		{"शोले", "sholay", "shole"},
		{"दिलवाले", "dilwale", "dilwaale"},
		{"दुल्हनिया", "dulhania", "dulhaniya"},
		{"मुगल", "mughal", "mugal"},
		{"जिंदगी", "zindagi", "jindagi", "zindgi"},
		{"क्रिकेट", "cricket"},
		{"बाहुबली", "bahubali", "baahubali"},
		{"पठान", "pathan", "pathaan"},
		{"कृष्णा", "krishna"},
		{"राजा", "raja", "raaja"},
		{"महल", "mahal"},
		{"मुंबई", "mumbai"},
		{"ज्ञान", "gyan"},
		{"लगान", "lagaan", "lagan"},
		{"ഭീമ", "bhima", "bheema"},
		{"चक", "chak"},
		{"матрица", "matritsa"},
		{"기생충", "gisaengchung"},
		{"நாயகன்", "nayakan"},
		{"சிவாஜி", "sivaji"},
		{"বাহুবলী", "bahubali"},
		{"धूम", "dhoom"},
		{"भाग", "bhag", "bhaag"},
		{"छिछोरे", "chhichhore"},
		{"संजू", "sanju"},
		{"सिन्हा", "sinha"},
		{"क्वीन", "queen"},
		{"ദൃശ്യം", "drishyam"},
		{"दृश्यम", "drishyam"},
		{"ए", "e"},
	} {
		for _, w := range group[1:] {
			if a, b := soundKey(foldLetters(group[0])), soundKey(w); a != b || a == "" {
				t.Errorf("%s sounds %q, %s %q", group[0], a, w, b)
			}
		}
	}
	for _, w := range []string{"s01e05", "1080p", "七人", "ข้าว", "", "़"} {
		if key := soundKey(w); key != "" {
			t.Errorf("%q sounds %q", w, key)
		}
	}
	for _, pair := range [][2]string{{"raja", "roja"}, {"batman", "boatmen"}, {"shole", "sahil"}} {
		if soundKey(pair[0]) == soundKey(pair[1]) {
			t.Errorf("%q sound alike", pair)
		}
	}
}

// sharesKey reports that a word in another script has a key of a word in Latin letters.
func sharesKey(foreign, latin string) bool {
	foreign = foldLetters(foreign)
	return nearestSound(soundKeys(foreign), soundKeys(latin), false, writesNoVoice(foreign)) == 0
}

func TestSoundKeys_WordsOfEveryScriptAreHeardInLatinLetters(t *testing.T) {
	t.Parallel()
	for script, pairs := range map[string]string{
		"Bengali":  "জওয়ান jawan দেবদাস devdas অবতার avatar ব্যাটম্যান batman পাহাড় pahar ভবিষ্যৎ bhabishyat স্পাইডারম্যান spiderman শোলে sholay বাহুবলী bahubali ফেলুদা feluda",
		"Gujarati": "શોલે sholay જવાન jawan પઠાણ pathaan છેલ્લો chhello હેલ્લારો hellaro ભવાઈ bhavai દંગલ dangal શ્રીકૃષ્ણ krishna બાહુબલી bahubali ઓમ om",
		"Gurmukhi": "ਸ਼ੋਲੇ sholay ਜਵਾਨ jawan ਜੱਟਾ jatta ਕੈਰੀ carry ਅੰਗਰੇਜ਼ angrej ਪੰਜਾਬ punjab ਬੈਟਮੈਨ batman ਸਾਹਿਬਜ਼ਾਦੇ sahibzaade ਮੂਸੇਵਾਲਾ moosewala ਸਿੱਧੂ sidhu",
		"Tamil": `பாகுபலி baahubali மகாராஜா maharaja கபாலி kabali தங்கலான் thangalaan கங்குவா kanguva விடுதலை viduthalai சூரரைப் soorarai போற்று pottru மங்காத்தா mankatha
			படையப்பா padayappa இந்தியன் indian தமிழ் tamizh பீம் bhim`,
		"Telugu":    "బాహుబలి baahubali రామం ramam సీతారామం sitaramam శంకరాభరణం sankarabharanam మగధీర magadheera హనుమాన్ hanuman స్పైడర్ spider మ్యాన్ man దేవర devara రంగస్థలం rangasthalam",
		"Kannada":   "ಕಾಂತಾರ kantara ಚಾರ್ಲಿ charlie ವಿಕ್ರಾಂತ್ vikrant ಮುಂಗಾರು mungaru ಪಾರ್ಟಿ party ಗರುಡ garuda ಲೂಸಿಯಾ lucia ಜವಾನ್ jawan ರಾಜಕುಮಾರ raajakumara ಸಪ್ತ sapta",
		"Malayalam": "ലൂസിഫർ lucifer ചാർലി charlie ജവാൻ jawan പുലിമുരുകൻ pulimurugan മിന്നൽ minnal പ്രേമം premam കുമ്പളങ്ങി kumbalangi അങ്കമാലി angamaly എമ്പുരാൻ empuraan മഹേഷിന്റെ maheshinte താൻ thaan",
		"Cyrillic": `джокер joker джон john джеймс james джанго django левиафан leviathan марафон marathon афина athena хоббит hobbit холмс holmes гарри harry гамлет hamlet
			уик wick уильям william холоп kholop холоп holop дюна dune рэмбо rambo оппенгеймер oppenheimer`,
		"Devanagari": `मैन man बैटमैन batman सुपरमैन superman एवेंजर्स avengers इंटरस्टेलर interstellar हल्क hulk ब्लैक black मैट्रिक्स matrix जॉन john रेस race ऑफिस office वर्ल्ड world
			फैमिली family बॉलिंग bowling केमिस्ट्री chemistry डंकी dunki फ्यूरियस furious न्यू new यारों yaaro नहीं nahi में me क्यों kyo श्रीमद्भगवद्गीता bhagavadgita श्रीकृष्ण krishna हम hum
			इम्पॉसिबल impossible तुम्बाड tumbbad हाउस house रनर runner मर्डर murder ड्रैगन dragon हेवन heaven जंगल jungle स्पेशल special मार्शियन martian न्यूटन newton बाजीराव bajirao
			सीरीज series ऑटो auto माइकल michael राव rao मार्वल marvel`,
	} {
		for pair := range slices.Chunk(strings.Fields(pairs), 2) {
			if !sharesKey(pair[0], pair[1]) {
				t.Errorf("%s: %s sounds %q, %s %q", script, pair[0], soundKeys(foldLetters(pair[0])), pair[1], soundKeys(pair[1]))
			}
		}
	}
	for foreign, latin := range map[string]string{"राजा": "roja", "बाबा": "ab", "मामा": "am", "श्री": "i", "фильм": "tail", "काला": "kohli"} {
		if sharesKey(foreign, latin) {
			t.Errorf("%s and %s sound alike", foreign, latin)
		}
	}
}

func TestSpelledLetters_InitialsAreReadInEveryIndicScript(t *testing.T) {
	t.Parallel()
	for word, letters := range map[string]string{
		"केजीएफ": "kgf", "ಕೆಜಿಎಫ್": "kgf", "కేజీఎఫ్": "kgf", "കെജിഎഫ്": "kgf", "કેજીએફ": "kgf", "ਕੇਜੀਐਫ": "kgf", "কেজিএফ": "kgf", "एमएस": "ms", "ఐపీఎల్": "ipl", "ಐಪಿಎಲ್": "ipl",
		"आईपीएल": "ipl", "पीके": "pk", "எம்எஸ்": "ms", "आवारा": "", "кгф": "", "kgf": "",
	} {
		if got := spelledLetters(foldLetters(word)); got != letters {
			t.Errorf("%s spells %q, not %q", word, got, letters)
		}
	}
}
