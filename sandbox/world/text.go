// Texts: their limits, and the entities that the server detects.

package world

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// maxEntities is the number of entities that are kept. Telegram ignores the others without an error.
const maxEntities = 100

// Words that the server detects in every text. The entity is the first group.
var (
	commandWord = regexp.MustCompile(`(?:^|\s)(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)`)
	mentionWord = regexp.MustCompile(`(?:^|[^A-Za-z0-9_@])(@[A-Za-z0-9_]{4,32})`)
	hashtagWord = regexp.MustCompile(`(?:^|\s)(#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)`)
	linkWord    = regexp.MustCompile(`(?i)(?:^|\s)((?:https?://|t\.me/)[^\s]+)`)
)

func (c *call) captionLimit() int {
	if c.me.Premium {
		return premiumLimit
	}
	return maxCaption
}

// text checks a text and its entities and returns them as stored.
func (c *call) text(s string, given []tg.MessageEntityClass, limit int, tooLong string) (string, []byte, error) {
	s = strings.TrimRight(s, " \t\r\n")
	if !utf8.ValidString(s) {
		return "", nil, tgerr.New(400, "MESSAGE_EMPTY")
	}
	if utf8.RuneCountInString(s) > limit {
		return "", nil, tgerr.New(400, tooLong)
	}
	length := utf16Len(s)
	list := make([]tg.MessageEntityClass, 0, len(given))
	for _, e := range given {
		if e.GetOffset() < 0 || e.GetLength() <= 0 || e.GetOffset()+e.GetLength() > length {
			// An entity may include the spaces that were trimmed off the end. Any other overhang is an error.
			if e.GetOffset() < 0 || e.GetOffset() > length || e.GetLength() <= 0 {
				return "", nil, tgerr.New(400, "ENTITY_BOUNDS_INVALID")
			}
			continue
		}
		if in, ok := e.(*tg.InputMessageEntityMentionName); ok {
			a, err := c.user(in.UserID)
			if err != nil {
				return "", nil, tgerr.New(400, "ENTITY_MENTION_USER_INVALID")
			}
			e = &tg.MessageEntityMentionName{Offset: in.Offset, Length: in.Length, UserID: a.ID}
		}
		list = append(list, e)
	}
	list = append(list, detect(s, list)...)
	slices.SortStableFunc(list, func(a, b tg.MessageEntityClass) int { return cmp.Compare(a.GetOffset(), b.GetOffset()) })
	if len(list) > maxEntities {
		list = list[:maxEntities]
	}
	return s, encodeEntities(list), nil
}

// detect finds commands, mentions, hashtags and links outside the given entities.
func detect(s string, given []tg.MessageEntityClass) []tg.MessageEntityClass {
	if !strings.ContainsAny(s, "/@#") {
		return nil
	}
	var found []tg.MessageEntityClass
	add := func(re *regexp.Regexp, build func(offset, length int) tg.MessageEntityClass) {
		for _, at := range re.FindAllStringSubmatchIndex(s, -1) {
			offset, length := utf16Len(s[:at[2]]), utf16Len(s[at[2]:at[3]])
			if !overlaps(given, offset, length) && !overlaps(found, offset, length) {
				found = append(found, build(offset, length))
			}
		}
	}
	add(linkWord, func(o, n int) tg.MessageEntityClass { return &tg.MessageEntityURL{Offset: o, Length: n} })
	add(commandWord, func(o, n int) tg.MessageEntityClass { return &tg.MessageEntityBotCommand{Offset: o, Length: n} })
	add(mentionWord, func(o, n int) tg.MessageEntityClass { return &tg.MessageEntityMention{Offset: o, Length: n} })
	add(hashtagWord, func(o, n int) tg.MessageEntityClass { return &tg.MessageEntityHashtag{Offset: o, Length: n} })
	return found
}

func overlaps(list []tg.MessageEntityClass, offset, length int) bool {
	return slices.ContainsFunc(list, func(e tg.MessageEntityClass) bool {
		return offset < e.GetOffset()+e.GetLength() && e.GetOffset() < offset+length
	})
}

// utf16Len returns the length in UTF-16 units, which entity offsets use.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
