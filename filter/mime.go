package filter

// mimeOf returns the MIME type of a file name's extension, empty for an unknown one. It does not use the operating system's table, which
// differs between machines: a type that one process leaves out must be the type that another one restores.
func mimeOf(name string) string {
	switch extension(name) {
	case ".mkv":
		return "video/x-matroska"
	case ".mp4":
		return "video/mp4"
	case ".avi":
		return "video/x-msvideo"
	case ".webm":
		return "video/webm"
	case ".mp3":
		return "audio/mpeg"
	case ".m4a":
		return "audio/mp4"
	case ".flac":
		return "audio/flac"
	case ".pdf":
		return "application/pdf"
	case ".epub":
		return "application/epub+zip"
	case ".zip":
		return "application/zip"
	case ".srt":
		return "application/x-subrip"
	case ".jpg":
		return "image/jpeg"
	}
	return ""
}
