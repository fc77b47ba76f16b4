package telegram

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gotd/td/telegram/deeplink"
)

// PostLink is a link to a channel or to one of its posts.
type PostLink struct {
	Username string // lower case; empty for a private channel
	Channel  int64  // of a private channel, else 0
	Message  int    // 0 where the link names no post
}

// ParsePostLink reads t.me/name, t.me/name/5, t.me/c/123/5 and tg:resolve links. gotd's parser decides which hosts and names are Telegram's; it
// does not read post numbers and private channels.
func ParsePostLink(text string) (PostLink, bool) {
	text = strings.ToLower(text) // usernames are the same in any case
	for _, host := range []string{"www.t.me/", "www.telegram.me/"} {
		if strings.HasPrefix(text, host) {
			text = "https://" + text
		}
	}
	if rest, plain := strings.CutPrefix(text, "http://"); plain {
		text = "https://" + rest
	}
	parsed, err := deeplink.Parse(text)
	if err != nil || parsed.Type != deeplink.Resolve {
		return PostLink{}, false
	}
	if strings.HasPrefix(text, "tg:") {
		l, ok := PostLink{Username: parsed.Args.Get("domain")}, true
		if post := parsed.Args.Get("post"); post != "" {
			l.Message, ok = ParseMessageNumber(post)
		}
		return l, ok
	}
	_, path, _ := strings.Cut(strings.TrimPrefix(text, "https://"), "/")
	path, _, _ = strings.Cut(path, "?")
	path, err = url.PathUnescape(path)
	if err != nil {
		return PostLink{}, false
	}
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	l := PostLink{Username: segments[0]}
	segments = segments[1:]
	if l.Username == "c" {
		l.Username = ""
		if len(segments) == 0 {
			return PostLink{}, false
		}
		if l.Channel, err = strconv.ParseInt(segments[0], 10, 64); err != nil || l.Channel <= 0 {
			return PostLink{}, false
		}
		segments = segments[1:]
	}
	if len(segments) > 1 {
		return PostLink{}, false
	}
	if len(segments) == 1 {
		var ok bool
		if l.Message, ok = ParseMessageNumber(segments[0]); !ok {
			return PostLink{}, false
		}
	}
	return l, true
}

// ParseMessageNumber reads a message id: a positive number of at most 31 bits.
func ParseMessageNumber(s string) (int, bool) {
	n, err := strconv.ParseInt(s, 10, 32)
	return int(n), err == nil && n > 0
}
