package channels

import (
	"regexp"
	"strconv"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/filter"
)

// channelRef is a channel as an admin names it: @name, a link to it or to one of its posts, or its number.
type channelRef struct {
	id      filter.ChannelID // 0 where it is named
	name    string
	message filter.MessageID // of a link to a post; else 0
}

var (
	channelName   = regexp.MustCompile(`^[A-Za-z]\w{3,31}$`)
	channelNumber = regexp.MustCompile(`^(?:-100)?([1-9]\d{0,12})$`)
)

// parseChannelRef reads a channel as an admin typed it.
func parseChannelRef(s string) (channelRef, bool) {
	if name, named := strings.CutPrefix(s, "@"); named && channelName.MatchString(name) {
		return channelRef{name: name}, true
	}
	if m := channelNumber.FindStringSubmatch(s); m != nil {
		id, _ := strconv.ParseInt(m[1], 10, 64) // thirteen digits always fit
		return channelRef{id: filter.ChannelID(id)}, true
	}
	l, ok := telegram.ParsePostLink(s)
	if !ok || l.Channel == 0 && !channelName.MatchString(l.Username) || l.Channel >= maxChannelID {
		return channelRef{}, false
	}
	return channelRef{filter.ChannelID(l.Channel), l.Username, filter.MessageID(l.Message)}, true
}

// maxChannelID bounds the numbers of channels: they have at most 13 digits.
const maxChannelID = 10_000_000_000_000

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
		from, okFrom := telegram.ParseMessageNumber(first)
		to, okTo := telegram.ParseMessageNumber(last)
		a.from, a.to, ok = filter.MessageID(from), filter.MessageID(to), okFrom && okTo
	}
	return a, ok && a.from > 0 && a.to >= a.from
}
