package filter

// releaseWords are words that follow the title in the name of a release.
//
//nolint:gochecknoglobals // a table, never written
var releaseWords = wordSet("bluray", "brrip", "bdrip", "webrip", "web", "webdl", "hdrip", "dvdrip", "dvd", "hdtv", "hdcam", "hdts", "camrip", "predvd", "cam", "remux",
	"x264", "x265", "h264", "h265", "hevc", "avc", "xvid", "10bit", "8bit", "hdr", "hdr10", "aac", "dts", "ac3", "dd5", "ddp5", "atmos", "flac", "hd", "fhd", "uhd", "hq",
	"dual", "multi", "audio", "dubbed", "dub", "esub", "esubs", "subs", "subbed", "uncut", "complete", "proper", "repack", "highlights", "masterclass",
	"mkv", "mp4", "avi", "mov", "m4v", "ts", "webm", "mp3", "m4a", "m4b", "ogg", "opus", "wav", "pdf", "epub", "mobi", "azw3", "cbz", "zip", "rar", "7z", "jpg",
	"png", "srt", "vtt", "apk", "txt", "doc", "docx", "ppt", "pptx", "xls", "xlsx")

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
