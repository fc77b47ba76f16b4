package filter

import "strings"

// letterNames are the names of English letters in Devanagari, in which people write initials: केजीएफ for KGF. Words of other Indic scripts are compared in
// Devanagari. A longer name comes before one that begins it.
//
//nolint:gochecknoglobals // a table, never written
var letterNames = foldedPairs([][2]string{
	{"डब्ल्यू", "w"},
	{"डब्लू", "w"},
	{"एक्स", "x"},
	{"एच", "h"},
	{"एफ", "f"},
	{"एल", "l"},
	{"एम", "m"},
	{"एन", "n"},
	{"एस", "s"},
	{"क्यू", "q"},
	{"आई", "i"},
	{"ऐ", "i"},
	{"आर", "r"},
	{"वाई", "y"},
	{"ज़ेड", "z"},
	{"जेड", "z"},
	{"बी", "b"},
	{"सी", "c"},
	{"डी", "d"},
	{"जी", "g"},
	{"जे", "j"},
	{"के", "k"},
	{"ओ", "o"},
	{"पी", "p"},
	{"टी", "t"},
	{"यू", "u"},
	{"वी", "v"},
	{"ए", "a"},
	{"ई", "e"},
})

func foldedPairs(pairs [][2]string) [][2]string {
	for i, p := range pairs {
		if p[0] != "ऐ" {
			pairs[i][0] = letterSounds(foldLetters(p[0]))
		}
	}
	return pairs
}

// letterSounds writes a word of an Indic script in Devanagari, without the signs in which scripts differ about the names of letters: ಕೆಜಿಎಫ್, કેજીએફ and केजीएफ.
func letterSounds(word string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x900 || r > 0xd7f {
			return r
		}
		if r == 'ऐ' || r == 'ਐ' {
			return 'ए' // in other scripts it is the name of I
		}
		switch r = 0x900 + r%0x80; r {
		case 'ी':
			return 'ि'
		case 'ई':
			return 'इ'
		case 'ॆ', 'ै':
			return 'े'
		case 'ऎ':
			return 'ए'
		case 'ऒ':
			return 'ओ'
		case 'ू':
			return 'ु'
		case 'ऊ', 'उ':
			return 'ु'
		case '्', '़', 'ः':
			return -1
		}
		return r
	}, word)
}

// spelledLetters returns the letters that a word in an Indic script names, two or more. It is empty for another word.
func spelledLetters(word string) string {
	if isASCII(word) || !isIndic(word) {
		return ""
	}
	var letters []byte
	for rest := letterSounds(word); rest != ""; {
		name := nameOfLetter(rest)
		if name[0] == "" {
			return ""
		}
		letters, rest = append(letters, name[1]...), rest[len(name[0]):]
	}
	if len(letters) < 2 {
		return ""
	}
	return string(letters)
}

func nameOfLetter(text string) [2]string {
	for _, name := range letterNames {
		if strings.HasPrefix(text, name[0]) {
			return name
		}
	}
	return [2]string{}
}
