package bot

import (
	"regexp"
	"strconv"
	"strings"

	"pavilion/filter"
)

// channelRef is a channel as an admin names it: @name, a link to it or to one of its posts, or its number.
type channelRef struct {
	id      filter.ChannelID // 0 where it is named
	name    string
	message filter.MessageID // of a link to a post; 0 for others
}

// link is t.me/name/5 or t.me/c/123/5, with what Telegram's apps add to it.
var link = regexp.MustCompile(`^(?i:(?:https?://)?(?:www\.)?(?:t|telegram)\.me/)(?:c/([1-9]\d{0,12})|([A-Za-z]\w{3,31}))(?:/([1-9]\d{0,9}))?/?(?:\?[\w=&]*)?$`)

var (
	channelName   = regexp.MustCompile(`^@[A-Za-z]\w{3,31}$`)
	channelNumber = regexp.MustCompile(`^(?:-100)?([1-9]\d{0,12})$`)
)

// parseChannelRef reads what an admin typed.
func parseChannelRef(s string) (channelRef, bool) {
	if m := link.FindStringSubmatch(s); m != nil {
		message, ok := messageNumber(m[3])
		id, _ := strconv.ParseInt(m[1], 10, 64) // empty where the link has a name
		return channelRef{filter.ChannelID(id), m[2], message}, ok
	}
	if channelName.MatchString(s) {
		return channelRef{name: s[1:]}, true
	}
	if m := channelNumber.FindStringSubmatch(s); m != nil {
		id, _ := strconv.ParseInt(m[1], 10, 64) // thirteen digits always fit
		return channelRef{id: filter.ChannelID(id)}, true
	}
	return channelRef{}, false
}

// messageNumber reads a message's number; empty is 0, and what does not fit into Telegram's 31 bits is refused.
func messageNumber(s string) (filter.MessageID, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return filter.MessageID(n), err == nil && n > 0
}

// indexArgs are a channel and the range of its messages to read, both ends included.
type indexArgs struct {
	channel  channelRef
	from, to filter.MessageID
}

// parseIndexArgs reads "@name 1-500", "@name 500" or a link to the last post.
func parseIndexArgs(s string) (indexArgs, bool) {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 2 {
		return indexArgs{}, false
	}
	ref, ok := parseChannelRef(words[0])
	if !ok {
		return indexArgs{}, false
	}
	a := indexArgs{channel: ref, from: 1, to: ref.message}
	a.channel.message = 0
	if len(words) == 2 {
		first, last, isRange := strings.Cut(words[1], "-")
		if !isRange {
			first, last = "1", first
		}
		var okFrom, okTo bool
		a.from, okFrom = messageNumber(first)
		a.to, okTo = messageNumber(last)
		ok = okFrom && okTo
	}
	return a, ok && a.from > 0 && a.to >= a.from
}
