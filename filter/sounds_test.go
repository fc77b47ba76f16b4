package filter

import (
	"slices"
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
