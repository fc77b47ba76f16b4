package phrase

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

//go:embed languages/*.toml
var files embed.FS

// Book holds the phrases of all languages.
type Book struct {
	catalog *catalog.Builder
	tags    []language.Tag // the first, English, is the fallback
	matcher language.Matcher
	keys    map[language.Tag]map[string][]string // the texts of each key
}

// Load reads the embedded languages.
func Load() (*Book, error) { return load(files) }

func load(from fs.FS) (*Book, error) {
	names, err := fs.Glob(from, "languages/*.toml")
	if err != nil {
		return nil, fmt.Errorf("phrases: %w", err)
	}
	b := &Book{catalog: catalog.NewBuilder(catalog.Fallback(language.English)), keys: map[language.Tag]map[string][]string{}}
	for _, name := range names {
		if err := b.readFile(from, name); err != nil {
			return nil, fmt.Errorf("phrases: %s: %w", name, err)
		}
	}
	slices.SortFunc(b.tags, func(x, y language.Tag) int {
		if x == language.English || y == language.English { // the matcher falls back to its first language
			return cmp.Compare(englishFirst(x), englishFirst(y))
		}
		return strings.Compare(x.String(), y.String())
	})
	b.matcher = language.NewMatcher(b.tags)
	return b, nil
}

func englishFirst(t language.Tag) int {
	if t == language.English {
		return 0
	}
	return 1
}

func (b *Book) readFile(from fs.FS, name string) error {
	tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".toml"))
	if err != nil {
		return err
	}
	text, err := fs.ReadFile(from, name)
	if err != nil {
		return err
	}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		return err
	}
	b.tags = append(b.tags, tag)
	b.keys[tag] = map[string][]string{}
	return b.addPhrases(tag, "", tree)
}

// addPhrases adds a table of phrases. The key of a nested phrase has the names of its tables before it, separated by dots.
func (b *Book) addPhrases(tag language.Tag, prefix string, tree map[string]any) error {
	for name, value := range tree {
		key := prefix + name
		var err error
		switch v := value.(type) {
		case string:
			b.keys[tag][key] = []string{v}
			err = b.catalog.SetString(tag, key, v)
		case map[string]any:
			if forms, ok := pluralForms(v); ok {
				b.keys[tag][key] = texts(v)
				err = b.catalog.Set(tag, key, plural.Selectf(1, "%d", forms...))
			} else {
				err = b.addPhrases(tag, key+".", v)
			}
		default:
			err = fmt.Errorf("neither a text nor a table: %s", key)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// pluralForms parses a table as one phrase with plural forms, with forms of exact numbers such as "=0" first. It returns false for a table of phrases.
func pluralForms(v map[string]any) (forms []any, ok bool) {
	if _, ok := v["other"].(string); !ok {
		return nil, false
	}
	cases := make([]string, 0, len(v))
	for name := range v {
		cases = append(cases, name)
	}
	order := []string{"zero", "one", "two", "few", "many", "other"}
	slices.SortFunc(cases, func(x, y string) int {
		return cmp.Or(slices.Index(order, x)-slices.Index(order, y), strings.Compare(x, y))
	})
	for _, name := range cases {
		forms = append(forms, name, v[name])
	}
	return forms, true
}

func texts(v map[string]any) (all []string) {
	for _, form := range v {
		if s, ok := form.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// Fallback is the tag of the language for people whose language has no file.
const Fallback = "en"

// Languages returns the tags of all languages, the fallback first.
func (b *Book) Languages() []string {
	tags := make([]string, len(b.tags))
	for i, t := range b.tags {
		tags[i] = t.String()
	}
	return tags
}

// Accepted returns the Speaker of the language that suits an Accept-Language header best, or else of English.
func (b *Book) Accepted(header string) *Speaker {
	_, i := language.MatchStrings(b.matcher, header)
	return b.speaker(b.tags[i])
}

// In returns the Speaker of the language that is nearest to a language code of Telegram, or else of English.
func (b *Book) In(code string) *Speaker {
	_, i, _ := b.matcher.Match(language.Make(code))
	return b.speaker(b.tags[i])
}

func (b *Book) speaker(tag language.Tag) *Speaker {
	return &Speaker{tag: tag, printer: message.NewPrinter(tag, message.Catalog(b.catalog)), known: b.keys[language.English]}
}
