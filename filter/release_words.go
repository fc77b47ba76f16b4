package filter

import (
	"maps"
	"slices"
	"strings"
)

// technicalWords begin the part of a name that tells one version of a title from another.
//
//nolint:gochecknoglobals // a table, never written
var technicalWords = wordSet("bluray", "brrip", "bdrip", "webrip", "web", "webdl", "hdrip", "dvdrip", "hdtv", "hdcam", "hdts", "camrip", "predvd", "cam", "remux",
	"x264", "x265", "h264", "h265", "hevc", "avc", "xvid", "10bit", "8bit", "hdr", "hdr10", "aac", "dts", "ac3", "dd5", "ddp5", "atmos", "hd", "fhd", "uhd", "hq",
	"dual", "multi", "audio", "dubbed", "esub", "esubs", "proper", "repack")

func isTechnical(token string) bool { return technicalWords[token] || parseResolution(token) != 0 }

// releaseWords are words that follow the title in the name of a release: the technicalWords and others.
//
//nolint:gochecknoglobals // a table, never written
var releaseWords = wordSet(append(slices.Collect(maps.Keys(technicalWords)), "dvd", "flac", "dub", "subs", "subbed", "uncut", "complete", "highlights", "masterclass",
	"mkv", "mp4", "avi", "mov", "m4v", "ts", "webm", "mp3", "m4a", "m4b", "ogg", "opus", "wav", "pdf", "epub", "mobi", "azw3", "cbz", "zip", "rar", "7z", "jpg",
	"png", "srt", "vtt", "apk", "txt", "doc", "docx", "ppt", "pptx", "xls", "xlsx")...)

// isReleaseWord reports a word about the release instead of the title.
func isReleaseWord(token string) bool {
	switch {
	case releaseWords[token], isYear(token), languageOf[token] != "", parseResolution(token) != 0:
		return true
	case token[0] == 's':
		return seasonAlone.MatchString(token) || seasonEpisode.MatchString(token)
	}
	return token == "episode"
}

// cameraWords are the names of copies that were filmed in a cinema. A request for one prefers files of the others to those of better quality.
//
//nolint:gochecknoglobals // a table, never written
var cameraWords = buildAlternatives(
	[]string{"cam", "hdcam", "camrip", "hdcamrip", "hqcam"}, []string{"ts", "hdts", "telesync", "hdtsrip", "hqts"}, []string{"predvd", "predvdrip", "dvdscr", "scr"},
)

// systemNames are short names of systems, which a number follows in names of files: Win11, Windows 11.
//
//nolint:gochecknoglobals // a table, never written
var systemNames = buildAlternatives([]string{"win", "windows", "window"})

// addShortNames adds the other names of a system that a number follows, as a word of its own or not.
func (in *interpretation) addShortNames(v *Vocabulary, i int) {
	t := in.terms[i]
	name := strings.TrimRight(t, "0123456789")
	if i+1 < len(in.terms) && name == t && isNumber(in.terms[i+1], 2) {
		for _, other := range systemNames[t] {
			v.addKnown(in, i, i+2, costSpelled, other, in.terms[i+1])
		}
		return
	}
	for _, other := range systemNames[name] {
		if name != t {
			v.addKnown(in, i, i+1, costSpelled, other, t[len(name):])
		}
	}
}
