// The messages that a bot sees in groups. With privacy mode, these are the messages addressed to it.

package world

import (
	"slices"
	"strings"

	"github.com/gotd/td/tg"
)

// sees reports whether a sees m. member is a's membership in the chat, nil if it is no member.
func (w *World) sees(a *account, m *message, member *member) bool {
	switch {
	case a.Bot == nil, m.Sender == a.ID, m.Post, m.Action != nil, m.Peer.Kind == PeerUser:
		return true
	case w.Accounts[m.Sender].Bot != nil:
		return false // bots do not see each other's messages
	case a.Bot.SeesAll, member.admin(), m.Via == a.ID:
		return true
	case w.answersTo(m, a.ID):
		return true
	}
	return addressed(m, a)
}

// answersTo reports whether m replies to a message of the bot.
func (w *World) answersTo(m *message, bot int64) bool {
	if m.ReplyID != 0 {
		answered := w.Channels[m.Peer.ID].Messages[m.ReplyID]
		return answered != nil && (answered.Sender == bot || answered.Via == bot)
	}
	answered := w.Messages[m.Reply]
	return answered != nil && (answered.Sender == bot || answered.Via == bot)
}

// addressed reports whether the text has a command for the bot, or names it.
func addressed(m *message, bot *account) bool {
	text := strings.ToLower(m.Text)
	name := strings.ToLower(bot.Username)
	if strings.HasPrefix(text, "/") {
		command, _, _ := strings.Cut(strings.Fields(text)[0], "\n")
		_, to, named := strings.Cut(command, "@")
		return !named || to == name
	}
	if name != "" && slices.Contains(strings.FieldsFunc(text, notName), "@"+name) {
		return true
	}
	return slices.ContainsFunc(decodeEntities(m.Entities), func(e tg.MessageEntityClass) bool {
		mention, ok := e.(*tg.MessageEntityMentionName)
		return ok && mention.UserID == bot.ID
	})
}

// notName reports whether r cannot be part of a mention.
func notName(r rune) bool {
	return r != '@' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
}
