package filter

import (
	"maps"
	"slices"
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
