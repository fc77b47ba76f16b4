package filter

import (
	"path"
	"slices"
	"strings"
)

// Row is one title in the results, with a season and an episode if it has them, and all files of it that match.
type Row struct {
	Files     []File // the best match first
	Subtitles []File // that fit the title
	cursor    Cursor // of the best match
	key       string // see versionKey
}

// Versions are the properties that the files of a row differ in.
type Versions struct {
	Resolutions       []int // ascending
	Languages         []string
	Smallest, Largest int64 // bytes
}

// Versions lists the resolutions, languages and sizes of a row.
func (r Row) Versions() Versions {
	v := Versions{Smallest: r.Files[0].Media.Size}
	for _, f := range r.Files {
		t := traitsOf(f.Media)
		if t.resolution != 0 && !slices.Contains(v.Resolutions, t.resolution) {
			v.Resolutions = append(v.Resolutions, t.resolution)
		}
		for _, l := range t.languages {
			if !slices.Contains(v.Languages, l) {
				v.Languages = append(v.Languages, l)
			}
		}
		v.Smallest, v.Largest = min(v.Smallest, f.Media.Size), max(v.Largest, f.Media.Size)
	}
	slices.Sort(v.Resolutions)
	return v
}

// Version describes one file of a row: its resolution, 0 if unknown, and its languages.
func Version(f File) (resolution int, languages []string) {
	t := traitsOf(f.Media)
	return t.resolution, t.languages
}

// formatOf maps the endings of files to what people do with them. Files of different formats are no versions of each other.
//
//nolint:gochecknoglobals // a table, never written
var formatOf = map[string]string{
	"mkv": "video", "mp4": "video", "avi": "video", "mov": "video", "m4v": "video", "ts": "video", "webm": "video",
	"mp3": "audio", "m4a": "audio", "m4b": "audio", "ogg": "audio", "opus": "audio", "wav": "audio", "flac": "audio",
	"pdf": "text", "epub": "text", "mobi": "text", "azw3": "text", "srt": formatSubtitle, "ass": formatSubtitle, "vtt": formatSubtitle,
}

const formatSubtitle = "subtitle"

// format returns the format of a file by the ending of its name, or else its kind.
func format(m Media) string {
	if f := formatOf[strings.TrimPrefix(extension(m.Name), ".")]; f != "" {
		return f
	}
	return m.Kind.String()
}

// versionKey returns what the versions of a title have in common: the words of the name before the first technical one, without languages. A name
// without such words, such as a camera's, has none, and its file is in a row by itself.
func versionKey(m Media, name []string) string {
	name = name[tagLength(name, m.Name):]
	var words []string
	letters, end, ending := 0, len(name), strings.TrimPrefix(extension(m.Name), ".")
	for i, t := range name {
		if i > 0 && (isTechnical(t) || t == ending) {
			end = i
			break
		}
		if i > 0 && languageOf[t] != "" {
			continue
		}
		words = append(words, t)
		if !isNumber(t, maxTokenSize) && len(t) > 1 {
			letters++
		}
	}
	for i := end; i+1 < len(name); i++ { // a file in several pieces
		if (name[i] == "part" || name[i] == "cd" || name[i] == "disc") && isNumber(name[i+1], 2) {
			words = append(words, name[i], name[i+1])
		}
	}
	if letters == 0 || genericNames[words[0]] {
		return ""
	}
	return joinTitle(words)
}

// genericNames begin names that cameras and messengers give.
//
//nolint:gochecknoglobals // a table, never written
var genericNames = wordSet("vid", "img", "video", "photo", "audio", "document", "file", "recording", "screenrecorder", "whatsapp", "movie", "clip", "untitled", "dsc", "mov")

// tagLength returns the number of tokens of the tags in front of a title: [Group], @channel_, and www.example.com -.
func tagLength(tokens []string, name string) int {
	rest := name
	for {
		tag := ""
		switch {
		case strings.HasPrefix(rest, "["):
			tag, _, _ = strings.Cut(rest, "]")
		case strings.HasPrefix(rest, "@"):
			if end := strings.IndexAny(rest, " _-"); end > 0 {
				tag = rest[:end]
			}
		case strings.HasPrefix(strings.ToLower(rest), "www."):
			if end := strings.IndexAny(rest, " _-"); end > 0 {
				tag = rest[:end]
			}
		}
		if tag == "" || len(tag) >= len(rest) {
			break
		}
		rest = strings.TrimLeft(rest[len(tag):], "] _-.")
	}
	n := len(tokenSequence(name[:len(name)-len(rest)]))
	if n >= len(tokens) {
		return 0
	}
	return n
}

// withoutYears is a key that files of one title share if some names lack the year.
func withoutYears(key string) string {
	words := slices.DeleteFunc(strings.Fields(key), isYear)
	if len(words) == 0 {
		return key
	}
	return joinTitle(words)
}

// singleRows puts each result into a row of its own.
func singleRows(sorted []result) []Row {
	rows := make([]Row, len(sorted))
	for i, r := range sorted {
		rows[i] = Row{Files: []File{r.file}, cursor: r.cursor}
	}
	return rows
}

// groupRows puts sorted results into rows. Subtitles stand in the row of their title; those without one are rows of their own. Of files with the same
// size in a row, only the first is listed: the others are copies of it.
func groupRows(sorted []result) []Row {
	var rows []Row
	byKey := map[string]int{}
	add := func(r result, key string) {
		at, ok := byKey[key]
		if !ok || key == "" {
			byKey[key] = len(rows)
			rows = append(rows, Row{Files: []File{r.file}, cursor: r.cursor, key: key})
			return
		}
		if !isCopy(rows[at].Files, r.file) {
			rows[at].Files = append(rows[at].Files, r.file)
		}
	}
	for _, r := range sorted {
		key := versionKey(r.file.Media, r.name)
		if key != "" {
			key += "/" + format(r.file.Media)
		}
		add(r, key)
	}
	return attachSubtitles(rows)
}

func isCopy(have []File, f File) bool {
	return f.Media.Size > 0 && slices.ContainsFunc(have, func(h File) bool { return h.Media.Size == f.Media.Size && h.Media.Kind == f.Media.Kind })
}

// attachSubtitles moves the rows of subtitles into the rows of their films.
func attachSubtitles(rows []Row) []Row {
	films := map[string]int{}
	for i, row := range rows {
		if title, ok := row.filmTitle(); ok {
			if _, ok := films[title]; !ok {
				films[title] = i
			}
		}
	}
	var left []Row
	moved := map[int][]File{}
	for i, row := range rows {
		title, isSubtitle := strings.CutSuffix(row.key, "/"+formatSubtitle)
		if at, ok := films[withoutYears(title)]; isSubtitle && ok {
			moved[at] = append(moved[at], row.Files...)
			rows[i].Files = nil
		}
	}
	for i, row := range rows {
		if row.Files != nil {
			row.Subtitles = moved[i]
			left = append(left, row)
		}
	}
	return left
}

// filmTitle returns the title of a row of films, as subtitles are compared with it.
func (r Row) filmTitle() (title string, ok bool) {
	for _, f := range []string{"/video", "/document"} { // a film may be sent as a document without an ending
		if title, ok = strings.CutSuffix(r.key, f); ok {
			return withoutYears(title), true
		}
	}
	return "", false
}

// Title returns the title in the name of the row's best match, for people: without tags, endings and technical words.
func (r Row) Title() string {
	name := r.Files[0].Media.Name
	for strings.HasPrefix(name, "[") || strings.HasPrefix(name, "@") {
		_, after, ok := strings.Cut(name, map[bool]string{true: "]", false: "_"}[name[0] == '['])
		if !ok {
			break
		}
		name = strings.TrimLeft(after, " _-.")
	}
	fields := strings.FieldsFunc(strings.TrimSuffix(name, path.Ext(name)), func(c rune) bool { return strings.ContainsRune(" ._[]()", c) })
	for i, w := range fields {
		if t := foldLetters(w); i > 0 && (isTechnical(t) || languageOf[t] != "") {
			fields = fields[:i]
			break
		}
	}
	return strings.Join(fields, " ")
}
