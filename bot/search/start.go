package search

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"pavilion/bot/telegram"
)

// StartInline is the payload of /start from inline mode that explains inline mode. Payloads have at most 64 characters of A-Z, a-z, 0-9, _ and -.
const StartInline = "inline"

const (
	startPrefix  = "q-" // then a query in base64url, to be searched for
	maxStart     = 64
	startDecoded = (maxStart - len(startPrefix)) * 3 / 4
)

// StartSearch is the payload of /start that searches for a query; for a query that does not fit it is StartInline.
func StartSearch(query string) string {
	if len(query) > startDecoded {
		return StartInline
	}
	return startPrefix + base64.RawURLEncoding.EncodeToString([]byte(query))
}

// ParseStart reads the query in a payload of /start. Anybody can write any payload.
func ParseStart(payload string) (query string, ok bool) {
	text, ok := strings.CutPrefix(payload, startPrefix)
	if !ok || len(payload) > maxStart {
		return "", false
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !utf8.Valid(data) {
		return "", false
	}
	query = telegram.CleanLine(string(data), maxStart)
	return query, query != ""
}
