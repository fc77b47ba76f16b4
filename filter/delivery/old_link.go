package delivery

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"

	"pavilion/filter"
)

// OldLink is a link that another bot made before Pavilion took over its name. It has no signature: a person who knows the form can write one for any post.
// It therefore opens posts only of the channels for which an admin turned old links on.
type OldLink struct {
	FileID      string           // Bot API's id of a file; empty for a range
	Channel     filter.ChannelID // of a range
	First, Last filter.MessageID
	Protect     bool
}

// The forms of old links.
const (
	oldGet       = "get-"    // CodeXBotz and Codeflix, in base64: get-N or get-N-M, message ids multiplied by the chat id
	oldBatch     = "DSTORE-" // EvaMaria and VJ, then base64: FIRST_LAST_CHAT or FIRST_LAST_CHAT_MODE
	oldFile      = "file_"   // EvaMaria and VJ, also in base64: then the file id
	oldProtected = "filep_"  // the same for a protected file

	maxOldBatch = 200
	chatOffset  = 1_000_000_000_000 // a channel's chat id of the Bot API is -(chatOffset + id)
)

// IsOldLink tells whether a payload of /start has the form of an old link. ParseOldLink tells whether it is valid.
func IsOldLink(payload string) bool {
	text := oldText(payload)
	return slices.ContainsFunc(oldForms(), func(form string) bool { return strings.HasPrefix(text, form) })
}

// oldText decodes a payload that is base64 as a whole.
func oldText(payload string) string {
	text, err := decodeOld(payload)
	if err != nil || !strings.HasPrefix(text, oldGet) && !strings.HasPrefix(text, oldFile) && !strings.HasPrefix(text, oldProtected) {
		return payload
	}
	return text
}

func decodeOld(text string) (string, error) {
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	return string(data), err
}

// ParseOldLink reads an old link. It returns ErrLinkInvalid for every other payload and for posts outside of the channels in which old links are on. A file id
// is not checked.
func ParseOldLink(payload string, channels []filter.ChannelID) (OldLink, error) {
	if len(channels) == 0 {
		return OldLink{}, ErrLinkInvalid
	}
	text := oldText(payload)
	for _, form := range oldForms() {
		rest, ok := strings.CutPrefix(text, form)
		switch {
		case !ok || rest == "":
			continue
		case form == oldGet:
			return parseOldGet(rest, channels)
		case form == oldBatch:
			return parseOldBatch(rest, channels)
		}
		return OldLink{FileID: rest, Protect: form == oldProtected}, nil
	}
	return OldLink{}, ErrLinkInvalid
}

func oldForms() []string { return []string{oldGet, oldBatch, oldFile, oldProtected} }

// parseOldGet divides the numbers by each channel's chat id. They must be multiples of exactly one.
func parseOldGet(text string, channels []filter.ChannelID) (OldLink, error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	a, b := oldNumber(first), oldNumber(last)
	var found []Link
	for _, ch := range channels {
		chat := chatOffset + int64(ch)
		if a == 0 || b == 0 || a%chat != 0 || b%chat != 0 {
			continue
		}
		from, to := filter.Place{Channel: ch, Message: filter.MessageID(a / chat)}, filter.Place{Channel: ch, Message: filter.MessageID(b / chat)}
		if l, err := NewRange(from, to); err == nil {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		return OldLink{}, ErrLinkInvalid
	}
	return OldLink{Channel: found[0].Channel, First: found[0].First, Last: found[0].Last}, nil
}

func parseOldBatch(text string, channels []filter.ChannelID) (OldLink, error) {
	text, err := decodeOld(text)
	parts := strings.Split(text, "_")
	if err != nil || len(parts) != 3 && len(parts) != 4 {
		return OldLink{}, ErrLinkInvalid
	}
	first, last, chat := oldNumber(parts[0]), oldNumber(parts[1]), oldNumber(strings.TrimPrefix(parts[2], "-"))
	l := OldLink{Channel: filter.ChannelID(chat - chatOffset), First: filter.MessageID(first), Last: filter.MessageID(last)}
	if len(parts) == 4 {
		l.Protect = strings.HasSuffix(parts[3], "pbatch")
	}
	if first == 0 || last < first || last-first >= maxOldBatch || last > math.MaxInt32 || !slices.Contains(channels, l.Channel) {
		return OldLink{}, ErrLinkInvalid
	}
	return l, nil
}

// oldNumber reads a positive number, written without a sign or zeros before it. It is 0 for everything else.
func oldNumber(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != text {
		return 0
	}
	return n
}
