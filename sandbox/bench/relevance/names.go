package relevance

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"pavilion/sandbox/club"
)

// file is a file of the corpus, with the facts that decide about the queries that it answers.
type file struct {
	name, caption string
	work          *work  // nil for the files of package club, and of posted.tsv
	key           string // of posted.tsv
	season        int
	episodes      []int
	resolution    string
	source        string
	language      string
	words         []string // of the title of work, or else of the name
	initials      string   // the name as people type it: see joinedInitials
}

// naming writes names. Its tables are its own.
type naming struct{ rng *rand.Rand }

func one[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

const (
	fillers = 3000 // files of package club
	seed    = 41
)

// corpus returns the files of all works, and of the club, in a random order.
func corpus(works []work) ([]file, error) {
	n := naming{rand.New(rand.NewPCG(seed, 2))}
	files, err := readPosted()
	if err != nil {
		return nil, err
	}
	for i := range works {
		w := &works[i]
		switch w.kind {
		case "film", "script":
			for range 3 + n.rng.IntN(5) {
				files = append(files, n.film(w))
			}
		case "series":
			for season := 1; season <= w.seasons; season++ {
				files = append(files, n.season(w, season)...)
			}
		case "book":
			files = append(files, n.book(w), n.book(w))
		case "song":
			files = append(files, n.song(w), n.song(w))
		default:
			files = append(files, n.clip(w), n.clip(w))
		}
	}
	for _, f := range club.NewArchive(seed).Take(fillers) {
		files = append(files, file{name: f.Name, caption: f.Caption})
	}
	for i := range files {
		f := &files[i]
		f.words, f.initials = saidWords(spaced(f.name)), joinedInitials(spaced(f.name))
		if f.work != nil {
			f.words = f.work.words()
		}
	}
	n.rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	return files, nil
}

func (n naming) release(f *file) {
	f.resolution = one(n.rng, "480p", "720p", "1080p", "1080p", "2160p")
	f.source = one(n.rng, "BluRay", "WEB-DL", "WEBRip", "HDRip", "DVDRip")
	f.language = one(n.rng, "", "Hindi", "Tamil", "English", "Hindi", "Telugu")
}

func join(separator string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, separator)
}

func (n naming) film(w *work) file {
	f := file{work: w}
	n.release(&f)
	year := fmt.Sprint(w.year)
	dotted := strings.ReplaceAll(w.title, " ", ".")
	switch n.rng.IntN(9) {
	case 0, 1:
		f.name = join(".", dotted, year, f.language, f.resolution, f.source, "x264-CREW.mkv")
	case 2:
		f.name = join(" ", w.title, "("+year+")", f.language, f.resolution, f.source) + ".mkv"
	case 3:
		f.name = "@MovieHub_" + join("_", strings.ReplaceAll(w.title, " ", "_"), year, f.resolution, f.source, f.language) + ".mkv"
	case 4:
		f.name = "www.FilmsPoint.in - " + join(" ", w.title, year, f.resolution, f.source, f.language) + ".mp4"
	case 5:
		f.language = "Tamil"
		f.name = join(" ", w.title, year, "[Tam + Tel]", f.resolution, f.source) + " ESub.mkv"
	case 6:
		f.name = "[JOIN @Cinema4U] " + join(".", dotted, year, f.source, f.resolution, f.language) + ".mkv"
	case 7:
		f.name = fmt.Sprintf("VID_%d.mp4", n.rng.IntN(1_000_000))
		f.caption = fmt.Sprintf("🎬 %s (%d)\n\n📀 Quality: %s %s\n🔊 Audio: %s\n\n👉 Join @MovieHub for more\nhttps://t.me/moviehub", w.title, w.year, f.resolution, f.source, f.language)
	default:
		f.name = join(" ", w.title, f.resolution, f.source, f.language) + ".mkv"
		f.caption = fmt.Sprintf("%s %d\nUploaded by request", w.title, w.year)
	}
	return f
}

// season writes the episodes of a season in one habit, and often a pack.
func (n naming) season(w *work, season int) []file {
	var files []file
	habit := n.rng.IntN(8)
	dotted := strings.ReplaceAll(w.title, " ", ".")
	for e := 1; e <= 10; e++ {
		f := file{work: w, season: season, episodes: []int{e}}
		n.release(&f)
		tail := join(" ", f.resolution, f.source, f.language) + ".mkv"
		switch habit {
		case 0:
			f.name = join(".", dotted, fmt.Sprintf("S%02dE%02d", season, e), f.resolution, f.source, f.language, "mkv")
		case 1:
			f.name = fmt.Sprintf("%s S%02dEP%02d %s", w.title, season, e, tail)
		case 2:
			f.name = fmt.Sprintf("%s Season %d Episode %d %s", w.title, season, e, tail)
		case 3:
			f.name = fmt.Sprintf("%s - %dx%02d - %s", w.title, season, e, tail)
		case 4:
			f.name = fmt.Sprintf("[Crew] %s - S%02dE%02dv2 (%s) %s", w.title, season, e, f.resolution, f.source+" "+f.language+".mkv")
		case 5:
			f.name = fmt.Sprintf("%s S%d E%d %s", w.title, season, e, tail)
		case 6:
			f.name = fmt.Sprintf("%s.S%d.E%d.%s", dotted, season, e, tail)
		default:
			last := min(10, e+1+n.rng.IntN(2))
			f.name = fmt.Sprintf("%s.S%02dE%02d-%02d.%s", dotted, season, e, last, tail)
			for ; e < last; e++ {
				f.episodes = append(f.episodes, e+1)
			}
		}
		files = append(files, f)
	}
	if n.rng.IntN(2) == 0 {
		f := file{work: w, season: season}
		n.release(&f)
		f.name = join(" ", w.title, fmt.Sprintf("Season %d", season), "Complete", f.resolution, f.source, f.language) + ".zip"
		files = append(files, f)
	}
	return files
}

func (n naming) book(w *work) file {
	name := one(n.rng, w.person+" - "+w.title, w.title+" by "+w.person, w.title+" ("+w.person+")", strings.ReplaceAll(w.title+" "+w.person, " ", "_"))
	return file{work: w, name: name + one(n.rng, ".pdf", ".epub")}
}

func (n naming) song(w *work) file {
	name := one(n.rng, fmt.Sprintf("%02d - %s - %s", 1+n.rng.IntN(20), w.person, w.title), w.title+" - "+w.person+" (320kbps)", w.person+"_"+strings.ReplaceAll(w.title, " ", "_"))
	return file{work: w, name: name + one(n.rng, ".mp3", ".flac")}
}

func (n naming) clip(w *work) file {
	name := one(n.rng, w.person+" "+w.title, w.title+" - "+w.person, strings.ReplaceAll(w.person+" "+w.title, " ", "_"))
	return file{work: w, name: name + one(n.rng, ".mp4", " HD.mp4", " [720p].mp4")}
}
