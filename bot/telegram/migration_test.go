package telegram

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// migratedGroup answers as Telegram does for a group that has become a supergroup.
type migratedGroup struct {
	channel int64
	sent    []string
}

func (g *migratedGroup) Invoke(_ context.Context, in bin.Encoder, out bin.Decoder) error {
	var answer bin.Encoder
	var to tg.InputPeerClass
	switch in := in.(type) {
	case *tg.MessagesGetChatsRequest:
		chat := &tg.Chat{ID: in.ID[0], Photo: &tg.ChatPhotoEmpty{}}
		chat.SetMigratedTo(&tg.InputChannel{ChannelID: g.channel, AccessHash: 7})
		answer = &tg.MessagesChats{Chats: []tg.ChatClass{chat}}
	case *tg.MessagesSendMessageRequest:
		to = in.Peer
	case *tg.MessagesSendMediaRequest:
		to = in.Peer
	}
	if to != nil {
		channel, ok := to.(*tg.InputPeerChannel)
		if !ok {
			return tgerr.New(400, "PEER_ID_INVALID")
		}
		g.sent = append(g.sent, fmt.Sprint(channel.ChannelID, channel.AccessHash))
		answer = &tg.Updates{}
	}
	return answerWith(out, answer)
}

// A tap overtakes the update that its group became a supergroup.
func TestSends_FollowAGroupIntoItsSupergroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		telegram := &migratedGroup{channel: 50}
		var migrated []int64
		m := NewMessenger(telegram, MessengerOptions{Logger: slog.New(slog.DiscardHandler), Now: time.Now})
		m.queue, m.migrate = o.queue, func(group, channel int64) { migrated = append(migrated, group, channel) }
		group, cause := Chat{ID: 5, Type: Group}, Cause{Event: &Event{Kind: Tap, Chat: Chat{ID: 5, Type: Group}, MessageID: 3}}
		if _, err := m.SendText(t.Context(), group, Reply{Text: "hello"}, cause); err != nil {
			t.Errorf("the text: %v", err)
		}
		if _, _, err := NewDeliverer(m).SendFiles(t.Context(), group, []Outgoing{{Name: "file"}}, FileOptions{}); err != nil {
			t.Errorf("the file: %v", err)
		}
		if got := fmt.Sprint(telegram.sent, migrated); got != "[50 7 50 7] [5 50 5 50]" {
			t.Errorf("sent to, and migrated: %s", got)
		}
	})
}
