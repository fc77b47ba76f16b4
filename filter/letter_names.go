package filter

import "strings"

// letterNames are the names of English letters in Devanagari, in which people write initials: केजीएफ for KGF. A longer name comes before one that begins it.
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
		pairs[i][0] = foldLetters(p[0])
	}
	return pairs
}

// spelledLetters returns the letters that a word in Devanagari names, two or more. It is empty for another word.
func spelledLetters(word string) string {
	var letters []byte
	for rest := word; rest != ""; {
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
