package relevance

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// query is one search with the files that a person would accept.
type query struct {
	class   string
	text    string
	accepts func(file) bool // nil for a query without an answer
}

// asking writes queries from works.
type asking struct {
	rng   *rand.Rand
	works []work
	out   []query
}

// queries returns the queries of all classes.
func queries(works []work) ([]query, error) {
	a := &asking{rng: rand.New(rand.NewPCG(seed, 3)), works: works}
	a.asItIs()
	a.typos()
	a.joined()
	a.numerals()
	a.initials()
	a.episodes()
	a.chat()
	a.scripts()
	a.unfinished()
	a.several()
	a.nonsense()
	err := a.written()
	return a.out, err
}

func (a *asking) ask(class, text string, accepts func(file) bool) {
	a.out = append(a.out, query{class, text, accepts})
}

// take returns n random works of some kinds.
func (a *asking) take(n int, fits func(work) bool) []work {
	var some []work
	for _, w := range a.works {
		if fits(w) {
			some = append(some, w)
		}
	}
	a.rng.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:min(n, len(some))]
}

func isFilm(w work) bool { return w.kind == "film" }

// titled accepts the files whose titles have all words of a title: "dune" also means Dune Part Two. A file without a work has its name for a title.
func titled(title string) func(file) bool {
	want := saidWords(title)
	return func(f file) bool {
		return !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(f.words, w) })
	}
}

// spaced returns a file name with blanks between its words.
func spaced(name string) string {
	return strings.NewReplacer("_", " ", ".", " ", "(", " ", "[", " ").Replace(name)
}

func (a *asking) asItIs() {
	for _, w := range a.take(22, isFilm) {
		words := w.words()
		a.rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		a.ask("as it is", strings.Join(words, " "), titled(w.title))
	}
	for _, w := range a.take(10, isFilm) {
		a.ask("as it is", fmt.Sprintf("%d %s", w.year, strings.ToLower(w.title)), func(f file) bool { return f.work != nil && titled(w.title)(f) && f.work.year == w.year })
	}
	for _, w := range a.take(8, func(w work) bool { return w.kind == "book" || w.kind == "song" }) {
		a.ask("as it is", strings.Join(w.words(), " "), titled(w.title))
	}
}

const keyboard = "qwertyuiop asdfghjkl zxcvbnm"

// mistype makes one typing mistake in a word, not in its first letter.
func (a *asking) mistype(word string) string {
	r := []rune(word)
	i := 1 + a.rng.IntN(len(r)-2)
	switch a.rng.IntN(4) {
	case 0:
		return string(slices.Delete(r, i, i+1))
	case 1:
		return string(slices.Insert(r, i, r[i]))
	case 2:
		if r[i] != r[i+1] {
			r[i], r[i+1] = r[i+1], r[i]
			return string(r)
		}
	}
	if at := strings.IndexRune(keyboard, r[i]); at > 0 && keyboard[at-1] != ' ' {
		r[i] = rune(keyboard[at-1])
		return string(r)
	}
	return string(slices.Delete(r, i, i+1))
}

// mistypeSome makes n mistakes in different long words of a text; ok is false when it has too few.
func (a *asking) mistypeSome(text string, n int) (string, bool) {
	words := strings.Fields(text)
	var long []int
	for i, w := range words {
		if len(w) >= 5 && regexp.MustCompile(`^[a-z]+$`).MatchString(w) {
			long = append(long, i)
		}
	}
	if len(long) < n {
		return "", false
	}
	a.rng.Shuffle(len(long), func(i, j int) { long[i], long[j] = long[j], long[i] })
	for _, i := range long[:n] {
		words[i] = a.mistype(words[i])
	}
	return strings.Join(words, " "), true
}

func (a *asking) typos() {
	for n, want := range []int{1: 34, 2: 22} {
		for _, w := range a.take(1000, func(w work) bool { return w.kind != "script" }) {
			if text, ok := a.mistypeSome(strings.Join(w.words(), " "), n); ok && want > 0 {
				want--
				a.ask("typos", text, titled(w.title))
			}
		}
	}
}

func (a *asking) joined() {
	for _, w := range a.take(40, func(w work) bool {
		return isFilm(w) && len(w.words()) == 2 && len(w.words()[1]) > 2 && !strings.Contains(w.title, "'")
	}) {
		a.ask("joined", strings.Join(w.words(), ""), titled(w.title))
		if len(a.ofClass("joined")) == 18 {
			break
		}
	}
	for _, asked := range [][2]string{
		{"spider man", "Spider-Man"},
		{"spiderman", "Spider-Man"},
		{"x men", "X-Men"},
		{"batman begins", "Batman Begins"},
		{"bat man begins", "Batman Begins"},
		{"dead pool", "Deadpool"},
		{"aqua man", "Aquaman"},
		{"bird man", "Birdman"},
		{"ac dc back in black", "Back in Black"},
		{"acdc highway", "Highway to Hell"},
		{"deathnote", "Death Note"},
		{"chak de", "Chak De India"},
		{"black panther", "Black Panther"},
	} {
		a.ask("joined", asked[0], titled(asked[1]))
	}
}

func (a *asking) ofClass(class string) []query {
	return slices.DeleteFunc(slices.Clone(a.out), func(q query) bool { return q.class != class })
}

// forms are the ways to write a number.
func forms() [][]string {
	return [][]string{{"1", "i", "one"}, {"2", "ii", "two"}, {"3", "iii", "three"}, {"4", "iv", "four"}, {"5", "v", "five"}, {"7", "vii", "seven"}, {"11", "xi", "eleven"}, {"12", "xii", "twelve"}}
}

// renumber writes the number of a title in another way; ok is false when it has none.
func (a *asking) renumber(text string) (string, bool) {
	words := strings.Fields(text)
	for i, w := range words {
		for _, group := range forms() {
			if at := slices.Index(group, w); at >= 0 && (i > 0 || at != 1) && w != "i" && (w != "v" || i != 0) {
				words[i] = group[(at+1+a.rng.IntN(2))%3]
				return strings.Join(words, " "), true
			}
		}
	}
	return "", false
}

func (a *asking) numerals() {
	for _, w := range a.take(1000, isFilm) {
		if text, ok := a.renumber(strings.Join(w.words(), " ")); ok {
			a.ask("numerals", text, titled(w.title))
		}
	}
	a.ask("numerals", "umpire exam 2500 questions", titled("Umpire Exam 2,500 Questions"))
	a.ask("numerals", "gangs of wasseypur part two", titled("Gangs of Wasseypur Part 2"))
	a.ask("numerals", "kgf chapter two", titled("KGF Chapter 2"))
	a.ask("numerals", "john wick 4", titled("John Wick Chapter 4"))
}

var twoInitials = regexp.MustCompile(`^([A-Z])\.? ?([A-Z])\.? (?:[A-Z]\.? ?)?`)

func (a *asking) initials() {
	for _, w := range a.works {
		if !strings.Contains(w.person, ".") && !twoInitials.MatchString(w.person) {
			continue
		}
		joined := joinedInitials(w.person)
		accepts := func(f file) bool {
			if f.work == nil { // the club has clips of the same people
				return strings.Contains(f.initials, joined)
			}
			return joinedInitials(f.work.person) == joined
		}
		a.ask("initials", joined, accepts)
		a.ask("initials", joined+" "+w.words()[0], func(f file) bool { return f.work != nil && accepts(f) && f.work.title == w.title })
	}
	a.ask("initials", "ms dhoni the untold story", titled("M.S. Dhoni The Untold Story"))
	a.ask("initials", "m s dhoni untold story", titled("M.S. Dhoni The Untold Story"))
	a.ask("initials", "et the extra terrestrial", titled("E.T. the Extra-Terrestrial"))
}

// joinedInitials writes a name as people type it: jk rowling, george rr martin.
func joinedInitials(name string) string {
	out := ""
	letter := false // the last word was an initial
	for w := range strings.FieldsSeq(strings.ReplaceAll(strings.ToLower(name), ".", " ")) {
		if out != "" && (!letter || len(w) > 1) {
			out += " "
		}
		out, letter = out+w, len(w) == 1
	}
	return out
}

func ofEpisode(w work, season, episode int) func(file) bool {
	return func(f file) bool {
		return f.work != nil && f.work.title == w.title && f.season == season && (episode == 0 || slices.Contains(f.episodes, episode))
	}
}

func (a *asking) episodes() {
	for i, w := range a.take(40, func(w work) bool { return w.kind == "series" }) {
		season, episode := 1+a.rng.IntN(w.seasons), 1+a.rng.IntN(10)
		title := strings.ToLower(w.title)
		form := []string{
			fmt.Sprintf("%s s%02de%02d", title, season, episode), fmt.Sprintf("%s season %d episode %d", title, season, episode), fmt.Sprintf("%s %dx%02d", title, season, episode),
			fmt.Sprintf("%s s%de%d", title, season, episode), fmt.Sprintf("%s s%02d ep%02d", title, season, episode), fmt.Sprintf("%s season %d ep %d", title, season, episode),
		}[i%6]
		a.ask("episodes", form, ofEpisode(w, season, episode))
		if i%3 == 0 {
			a.ask("episodes", fmt.Sprintf("%s season %d", title, season), ofEpisode(w, season, 0))
		}
		if i%4 == 0 {
			a.ask("episodes", fmt.Sprintf("%s episode %d", title, episode), func(f file) bool {
				return f.work != nil && f.work.title == w.title && slices.Contains(f.episodes, episode)
			})
		}
	}
}

func (a *asking) chat() {
	templates := []string{
		"please send %s", "any link for %s?", "%s full movie please", "does anyone have %s", "i need %s movie", "can you send me %s", "pls upload %s", "%s movie download link", "hi admin, %s please",
		"looking for %s in hd", "%s movie bhejo", "koi %s bhejo", "bhai %s ka link do", "mujhe %s chahiye", "%s milegi kya", "%s ki full movie dedo", "%s फिल्म भेजो", "कोई %s का लिंक दो", "मुझे %s चाहिए", "कृपया %s भेजें",
		"bro send %s fast", "do you have %s", "share %s sir", "where to watch %s",
	}
	for i, w := range a.take(2*len(templates), isFilm) {
		a.ask("chat", fmt.Sprintf(templates[i%len(templates)], strings.Join(w.words(), " ")), titled(w.title))
	}
	a.ask("chat", "please send dune part two hindi", titled("Dune Part Two"))
	a.ask("chat", "any link for oppenheimer?", titled("Oppenheimer"))
}

func (a *asking) scripts() {
	for _, w := range a.works {
		if w.kind != "script" {
			continue
		}
		alike := a.spelledLike(w)
		accepts := func(f file) bool {
			if f.work == nil { // the club has some of these titles, too
				return slices.ContainsFunc(alike, func(title string) bool { return strings.Contains(f.name, title) })
			}
			return (f.work.title == w.title || slices.ContainsFunc(w.latin, func(l string) bool { return titled(l)(f) || slices.Contains(f.work.latin, l) }))
		}
		a.ask("scripts", w.title, accepts)
		for _, latin := range w.latin {
			a.ask("scripts", latin, accepts)
		}
	}
	a.ask("scripts", "包", titled("小化妆包"))
	a.ask("scripts", "ととろ", titled("となりのトトロ"))
	a.ask("scripts", "ရုပ်ရှင်", titled("မြန်မာရုပ်ရှင်"))
}

// spelledLike returns the titles that share a spelling in Latin letters with a work, its own among them.
func (a *asking) spelledLike(w work) []string {
	titles := []string{w.title}
	for _, other := range a.works {
		if slices.ContainsFunc(other.latin, func(l string) bool { return slices.Contains(w.latin, l) }) {
			titles = append(titles, other.title)
		}
	}
	return titles
}

func (a *asking) unfinished() {
	n := 0
	for _, w := range a.take(1000, func(w work) bool { return isFilm(w) || w.kind == "series" }) {
		words := w.words()
		last := words[len(words)-1]
		if len(words) < 2 || len(last) < 4 || n == 40 {
			continue
		}
		n++
		cut := strings.Join(words[:len(words)-1], " ") + " " + last[:1+a.rng.IntN(len(last)-2)]
		a.ask("unfinished", cut, func(f file) bool { // any title of which it can become the beginning
			return strings.Contains(" "+strings.Join(saidWords(strings.NewReplacer(".", " ", "_", " ").Replace(f.name+" "+f.caption)), " "), " "+cut) ||
				f.work != nil && strings.HasPrefix(strings.Join(f.work.words(), " "), cut)
		})
	}
	for _, text := range []string{"breaking bad s", "breaking bad s01e0", "breaking bad s0", "breaking bad season"} {
		a.ask("unfinished", text, titled("Breaking Bad"))
	}
}

func (a *asking) several() {
	n := 0
	for _, w := range a.take(1000, func(w work) bool { return isFilm(w) && len(w.words()) > 1 }) {
		text := strings.Join(w.words(), " ")
		if other, ok := a.renumber(text); ok {
			text = other
		} else if n%3 == 0 {
			text = fmt.Sprintf("please send %s movie", text)
		} else if n%3 == 1 {
			text += " " + strconv.Itoa(w.year)
		} else {
			words := w.words()
			text = words[0] + strings.Join(words[1:], " ")
		}
		if text, ok := a.mistypeSome(text, 1); ok && n < 36 {
			n++
			a.ask("several", text, titled(w.title))
		}
	}
}

func (a *asking) nonsense() {
	for _, text := range []string{
		"good morning everyone", "hello", "thank you so much", "xqzv wkjr", "who is online now", "happy birthday bro", "what is the weather today", "asdf jkl", "lol", "how to join this group",
		"bhai kaise ho", "नमस्ते दोस्तों", "शुभ प्रभात", "ok thanks", "anyone here",
	} {
		a.ask("nonsense", text, nil)
	}
}

var episodeAtEnd = regexp.MustCompile(`^(.*) S(\d\d)(?:E(\d\d))?$`)
