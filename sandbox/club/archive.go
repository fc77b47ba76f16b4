package club

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// File is one made-up file.
type File struct {
	Name    string
	Mime    string
	Caption string // empty for about half of them
	Size    int64  // bytes
	Seconds int    // playing time of video and audio, 0 for the rest
}

// Archive generates an endless series of files from a seed.
type Archive struct {
	rng    *rand.Rand
	number int
}

// NewArchive starts a generator; equal seeds give equal files.
func NewArchive(seed uint64) *Archive {
	return &Archive{rng: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
}

// Take returns the next n files.
func (a *Archive) Take(n int) []File {
	files := make([]File, n)
	for i := range files {
		files[i] = a.Next()
	}
	return files
}

// Next returns the next file.
func (a *Archive) Next() File {
	a.number++
	var f File
	switch roll := a.rng.IntN(100); {
	case roll < 30:
		f = a.film()
	case roll < 55:
		f = a.episode()
	case roll < 78:
		f = a.clip()
	case roll < 88:
		f = a.foreign()
	case roll < 95:
		f = a.document()
	default:
		f = a.song()
	}
	if a.rng.IntN(2) == 0 {
		f.Caption = a.caption(f)
	}
	return f
}

func pick[T any](a *Archive, from []T) T { return from[a.rng.IntN(len(from))] }

// title joins two to four words, so that a large archive has many titles and a vocabulary that grows like a real one.
func (a *Archive) title() string {
	words := []string{pick(a, adjectives), pick(a, nouns)}
	switch a.rng.IntN(5) {
	case 0:
		words = append([]string{"The"}, words...)
	case 1:
		words = append(words, "of", pick(a, places))
	case 2:
		words = append(words, pick(a, nouns))
	}
	// Some titles get an invented word, because real archives have names that no list has.
	if a.rng.IntN(6) == 0 {
		words = append(words, a.coined())
	}
	return strings.Join(words, " ")
}

func (a *Archive) coined() string {
	var b strings.Builder
	for range 2 + a.rng.IntN(3) {
		b.WriteString(pick(a, syllables))
	}
	word := b.String()
	return strings.ToUpper(word[:1]) + word[1:]
}

func (a *Archive) year() int { return 1950 + a.rng.IntN(77) }

func (a *Archive) film() File {
	parts := []string{dotted(a.title()), fmt.Sprint(a.year()), pick(a, resolutions), pick(a, sources), pick(a, codecs)}
	if a.rng.IntN(3) == 0 {
		parts = append(parts[:2], append([]string{pick(a, languages)}, parts[2:]...)...)
	}
	name := strings.Join(parts, ".")
	if a.rng.IntN(4) == 0 {
		name = fmt.Sprintf("%s (%d) %s", a.title(), a.year(), pick(a, resolutions))
	}
	return File{Name: name + ".mkv", Mime: "video/x-matroska", Size: a.size(700<<20, 4<<30), Seconds: 5400 + a.rng.IntN(5400)}
}

func (a *Archive) episode() File {
	season, episode := 1+a.rng.IntN(9), 1+a.rng.IntN(24)
	name := fmt.Sprintf("%s.S%02dE%02d.%s.%s.mkv", dotted(a.title()), season, episode, pick(a, resolutions), pick(a, sources))
	if a.rng.IntN(5) == 0 {
		name = fmt.Sprintf("%s Season %d Episode %d.mp4", a.title(), season, episode)
	}
	return File{Name: name, Mime: "video/x-matroska", Size: a.size(200<<20, 900<<20), Seconds: 1200 + a.rng.IntN(2400)}
}

func (a *Archive) clip() File {
	day := time.Date(2012+a.rng.IntN(14), time.Month(1+a.rng.IntN(12)), 1+a.rng.IntN(28), 0, 0, 0, 0, time.UTC)
	var name string
	switch a.rng.IntN(4) {
	case 0:
		name = fmt.Sprintf("%s Net Session - %s %d", day.Format("2006-01-02"), pick(a, squads), a.number)
	case 1:
		name = fmt.Sprintf("%s_%s_%s[%s]", strings.ReplaceAll(pick(a, players), " ", "_"), strings.ReplaceAll(pick(a, strokes), " ", "_"), pick(a, lessons), pick(a, []string{"4K", "HD", "720p"}))
	case 2:
		name = fmt.Sprintf("%s %d vs %s %d (Highlights)", pick(a, players), 20+a.rng.IntN(200), pick(a, teams), day.Year())
	default:
		name = fmt.Sprintf("%s v %s %s %s", pick(a, squads), pick(a, teams), day.Format("2 Jan 2006"), pick(a, []string{"1st innings", "2nd innings", "last over"}))
	}
	return File{Name: name + ".mp4", Mime: "video/mp4", Size: a.size(5<<20, 400<<20), Seconds: 30 + a.rng.IntN(3000)}
}

func (a *Archive) foreign() File {
	return File{
		Name: fmt.Sprintf("%s %d %s.mkv", pick(a, foreignTitles), a.year(), pick(a, resolutions)), Mime: "video/x-matroska",
		Size: a.size(500<<20, 3<<30), Seconds: 5000 + a.rng.IntN(5000),
	}
}

func (a *Archive) document() File {
	return File{
		Name: fmt.Sprintf("%s %s %d.pdf", pick(a, papers), a.coined(), 2008+a.rng.IntN(19)), Mime: "application/pdf",
		Size: a.size(40<<10, 30<<20),
	}
}

func (a *Archive) song() File {
	return File{
		Name: fmt.Sprintf("%02d - %s - %s.mp3", 1+a.rng.IntN(20), a.coined(), a.title()), Mime: "audio/mpeg",
		Size: a.size(3<<20, 12<<20), Seconds: 120 + a.rng.IntN(240),
	}
}

func (a *Archive) caption(f File) string {
	switch a.rng.IntN(3) {
	case 0:
		return f.Name // many uploaders repeat the name
	case 1:
		return pick(a, captions)
	default:
		return pick(a, captions) + " " + a.coined()
	}
}

func (a *Archive) size(low, high int64) int64 { return low + a.rng.Int64N(high-low) }

func dotted(title string) string { return strings.ReplaceAll(title, " ", ".") }
