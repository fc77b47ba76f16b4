package filter

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// seedNames adds file names of every kind to a fuzz test.
func seedNames(f *testing.F) {
	f.Helper()
	for _, s := range []string{
		"Inception.2010.1080p.BluRay.mkv", "M*A*S*H", "आवारा (1951)", "2026-06-12 Net Session", "S01E05-E07 1x05 Season One ep 5", "\u200b\u202e", "c++", "七人の侍1954",
		"MS Dhoni 183* vs Sri Lanka 2005 (Highlights) HD.mp4", "2️⃣ ٢٠٢٠ १२", "5th June 05/06/2026", "E 5 P 7 EP 9 S01E 3 1x 0 Ep01-12", "़", "ـ", "\xff\xfe", "ーー", "007", strings.Repeat("é", 300),
	} {
		f.Add(s)
	}
}

// FuzzName checks that a file matches a query of its own name or of its caption.
func FuzzName(f *testing.F) {
	seedNames(f)
	f.Fuzz(func(t *testing.T, name string) {
		tokens := Tokens(name, "")
		if len(tokens) > maxTokens {
			t.Fatalf("%d tokens", len(tokens))
		}
		for i, token := range tokens {
			if token == "" || slices.Contains(tokens[:i], token) || len(token) > maxTokenSize || strings.ContainsAny(token, chunkMark+placeMark) || !utf8.ValidString(token) {
				t.Fatalf("token %q of %q", token, tokens)
			}
		}
		if utf8.RuneCountInString(name) > maxQueryRunes {
			return // the query is truncated, maybe inside a word
		}
		q := parseQuery(name)
		for i, term := range q.terms {
			if i+1 == len(q.terms) && q.fragment {
				break
			}
			if !slices.Contains(tokens, term) {
				t.Fatalf("%q is asked for, %q are indexed", term, tokens)
			}
		}
		for _, file := range []File{{Media: Media{Name: name}}, {Media: Media{Name: "x", Caption: name}}} {
			if len(q.terms) > 0 && !q.fragment && rankIn(newMatcher(exactly(q)), file) > rankExact {
				t.Fatalf("%q does not find itself: %q", name, q.terms)
			}
		}
	})
}

// FuzzQuery checks the limits of a parsed query and that every clause of its plans can match.
func FuzzQuery(f *testing.F) {
	seedNames(f)
	vocab, err := NewVocabulary()
	if err != nil {
		f.Fatal(err)
	}
	vocab.Add(map[string]int{"spider": 2, "man": 3, "spiderman": 1, "2": 4, "ii": 1, "golden": 9, "goldener": 1, "river": 2})
	f.Fuzz(func(t *testing.T, text string) {
		q := parseQuery(text)
		if len(q.terms) > maxQueryTerms {
			t.Fatalf("%d terms", len(q.terms))
		}
		if len(q.terms) == 0 {
			return
		}
		in := vocab.interpret(q)
		loose, _ := vocab.plan(in)
		vocab.addMistakes(&in, true)
		wide, _ := vocab.plan(in)
		plans := []plan{exactPlan(q.terms), titlePlan(q), loose, wide}
		for _, r := range in.readings {
			if r.from >= r.to || r.to > len(q.terms) || slices.Contains(r.words, "") {
				t.Fatalf("%q: a reading %+v", q.terms, r)
			}
		}
		for _, p := range plans {
			for _, c := range p {
				if len(c.words) == 0 || slices.Contains(c.words, "") {
					t.Fatalf("%q: a condition that nothing can meet: %q", text, p)
				}
			}
		}
	})
}

func rankIn(m *matcher, f File) uint8 {
	rank, _ := m.rankFile(f, true)
	return rank
}

func FuzzTraits(f *testing.F) {
	seedNames(f)
	f.Fuzz(func(t *testing.T, name string) {
		got := traitsOf(Media{Name: name})
		if got.resolution < 0 || got.resolution > 4320 || got.season < 0 || got.season > 99 || got.year != 0 && (got.year < 1900 || got.year > 2099) {
			t.Fatalf("%+v", got)
		}
		file := File{Media: Media{Name: name}}
		selections := map[Dimension]Selection{BySeason: {Season: got.season}, ByResolution: {Resolution: got.resolution}, ByYear: {Year: got.year}}
		for _, l := range got.languages {
			if !languages[l] {
				t.Fatalf("%+v", got)
			}
			selections[ByLanguage] = Selection{Language: l}
		}
		for d, sel := range selections {
			if !sel.matches(file) {
				t.Fatalf("the filter by its own dimension %d hides %q", d, name)
			}
			tokens := Tokens(name, "")
			for _, words := range sel.requiredTokens() { // a search with the filter must fetch the file
				if len(tokenSequence(name)) < maxTokens && !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(tokens, w) }) {
					t.Fatalf("a search with dimension %d fetches %q, not %q", d, words, tokens)
				}
			}
		}
		parseTitle(name)
	})
}

func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add(Cursor{Rank: 2, Posted: 1_700_000_000, Document: 5}.String())
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCursor(s)
		if err == nil && s != "" && c.String() != s && !c.Zero() {
			t.Fatalf("%q reads as %+v and writes %q", s, c, c.String())
		}
	})
}

// FuzzUnpack decodes ids and places from arbitrary bytes.
func FuzzUnpack(f *testing.F) {
	f.Add(packIDs([]int64{1, -1, 1 << 62}))
	f.Add(packPlace(Place{1_234_567_890, 77}).Data)
	f.Add([]byte("1234567"))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole := b[:len(b)/idSize*idSize]
		if got := packIDs(unpackIDs(b)); !slices.Equal(got, whole) {
			t.Fatalf("%x was packed again as %x", whole, got)
		}
		p, err := unpackPlace(bson.Binary{Data: b})
		if (err == nil) != (len(b) == placeSize) || err == nil && !slices.Equal(packPlace(p).Data, b) {
			t.Fatalf("%x is %v, %v", b, p, err)
		}
	})
}
