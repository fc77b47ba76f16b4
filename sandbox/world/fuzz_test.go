package world_test

import (
	"context"
	"testing"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// FuzzHandle sends arbitrary requests and checks that the answer is a result or a *tgerr.Error.
func FuzzHandle(f *testing.F) {
	peer := &tg.InputPeerUser{UserID: 5_000_000_001}
	for _, r := range []bin.Encoder{
		&tg.MessagesSendMessageRequest{Peer: peer, Message: "a", RandomID: 1, ReplyMarkup: keyboard("a", "b")},
		&tg.MessagesSendMediaRequest{Peer: &tg.InputPeerSelf{}, Media: &tg.InputMediaEmpty{}, RandomID: 1},
		&tg.MessagesEditMessageRequest{Peer: peer, ID: 1, Message: "b"},
		&tg.MessagesForwardMessagesRequest{FromPeer: peer, ToPeer: peer, ID: []int{1}, RandomID: []int64{4}},
		&tg.MessagesGetHistoryRequest{Peer: &tg.InputPeerChannel{ChannelID: 1_500_000_001}, AddOffset: -5, Limit: 3},
		&tg.MessagesSearchRequest{Peer: &tg.InputPeerSelf{}, Filter: &tg.InputMessagesFilterDocument{}},
		&tg.UpdatesGetDifferenceRequest{Pts: 1},
		&tg.UpdatesGetChannelDifferenceRequest{Channel: &tg.InputChannel{ChannelID: 1_500_000_001}, Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: 1, Limit: 10},
		&tg.ChannelsGetParticipantsRequest{Channel: &tg.InputChannel{ChannelID: 1_500_000_001}, Filter: &tg.ChannelParticipantsRecent{}, Offset: -1, Limit: -1},
		&tg.MessagesGetDialogsRequest{OffsetPeer: &tg.InputPeerEmpty{}, Limit: -1, OffsetDate: 1},
		&tg.UploadSaveBigFilePartRequest{FileID: 1, FileTotalParts: 1, Bytes: []byte{1}},
		&tg.BotsSetBotCommandsRequest{Scope: &tg.BotCommandScopePeer{Peer: peer}, Commands: []tg.BotCommand{{Command: "a", Description: "b"}}},
		&tg.MessagesReadHistoryRequest{Peer: peer, MaxID: -4},
	} {
		var b bin.Buffer
		if err := r.Encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Buf)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newScene(t, world.Options{AnswerTimeout: 1})
		ann, bot := s.user("ann"), s.bot("clubbot")
		ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "archive", true))
		must[world.Posted](t)(s.PostFile(ann.id, world.ChannelPeer(ch), world.FileSpec{Name: "a", Size: 5}))
		must[int](t)(s.SendText(ann.id, world.UserPeer(bot.id), "/start"))
		must[int](t)(s.SendText(ann.id, world.UserPeer(ann.id), "note"))
		for _, from := range []world.Caller{{}, ann.from, bot.from} {
			answer, err := s.Handle(context.Background(), from, &bin.Buffer{Buf: append([]byte{}, body...)})
			if err != nil {
				continue
			}
			if err := answer.Encode(&bin.Buffer{}); err != nil {
				t.Errorf("answer: %v", err)
			}
		}
	})
}
