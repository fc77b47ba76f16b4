package world_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

func TestStrict_ErrorsAreTelegrams(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, cat, bot, other := s.user("ann"), s.user("ben"), s.user("cat"), s.bot("clubbot"), s.bot("otherbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "archive", true))
	if err := s.Promote(ch, bot.id, tg.ChatAdminRights{PostMessages: true}); err != nil {
		t.Fatal(err)
	}
	post := must[world.Posted](t)(s.PostFile(ann.id, world.ChannelPeer(ch), world.FileSpec{Name: "a.pdf", Size: 1}))
	random := int64(1000)
	send := func(to tg.InputPeerClass, text string, markup tg.ReplyMarkupClass) func() error {
		return func() error {
			random++
			_, err := bot.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{Peer: to, Message: text, RandomID: random, ReplyMarkup: markup})
			return err
		}
	}
	wide := &tg.ReplyInlineMarkup{}
	for i := range 101 {
		wide.Rows = append(wide.Rows, keyboard(fmt.Sprint(i), "x").Rows...)
	}
	var many []tg.InputMessageClass
	for i := range 101 {
		many = append(many, &tg.InputMessageID{ID: i + 1})
	}
	page := func(url string) *tg.ReplyInlineMarkup {
		return &tg.ReplyInlineMarkup{Rows: []tg.KeyboardButtonRow{{Buttons: []tg.KeyboardButtonClass{&tg.KeyboardButtonWebView{Text: "Open", URL: url}}}}}
	}
	for _, c := range []struct {
		name, want string
		do         func() error
	}{
		{"user method by a bot", "BOT_METHOD_INVALID", func() error {
			_, err := bot.api.MessagesGetHistory(s.ctx, &tg.MessagesGetHistoryRequest{Peer: s.to(bot, ann.id)})
			return err
		}},
		{"bot method by a user", "USER_BOT_REQUIRED", func() error {
			_, err := ann.api.BotsSetBotCommands(s.ctx, &tg.BotsSetBotCommandsRequest{Scope: &tg.BotCommandScopeDefault{}})
			return err
		}},
		{"callback answer by a user", "USER_BOT_REQUIRED", func() error {
			_, err := ann.api.MessagesSetBotCallbackAnswer(s.ctx, &tg.MessagesSetBotCallbackAnswerRequest{QueryID: 1})
			return err
		}},
		{"unknown callback query", "QUERY_ID_INVALID", func() error {
			_, err := bot.api.MessagesSetBotCallbackAnswer(s.ctx, &tg.MessagesSetBotCallbackAnswerRequest{QueryID: 1})
			return err
		}},
		{"unknown inline query", "QUERY_ID_INVALID", func() error {
			_, err := bot.api.MessagesSetInlineBotResults(s.ctx, &tg.MessagesSetInlineBotResultsRequest{QueryID: 1})
			return err
		}},
		{"long text", "MESSAGE_TOO_LONG", send(s.to(bot, ann.id), strings.Repeat("ж", 4097), nil)},
		{"longest text", "", send(s.to(bot, ann.id), strings.Repeat("ж", 4096), nil)},
		{"empty text", "MESSAGE_EMPTY", send(s.to(bot, ann.id), " \n", nil)},
		{"long caption", "MEDIA_CAPTION_TOO_LONG", func() error {
			_, err := bot.api.MessagesSendMedia(s.ctx, &tg.MessagesSendMediaRequest{
				Peer: s.to(bot, ann.id), Media: &tg.InputMediaEmpty{}, Message: strings.Repeat("a", 1025), RandomID: 1,
			})
			return err
		}},
		{"long callback data", "BUTTON_DATA_INVALID", send(s.to(bot, ann.id), "x", keyboard("b", strings.Repeat("d", 65)))},
		{"longest callback data", "", send(s.to(bot, ann.id), "x", keyboard("b", strings.Repeat("d", 64)))},
		{"Mini App in a private chat", "", send(s.to(bot, ann.id), "x", page("https://club.example/app/"))},
		{"Mini App without TLS", "BUTTON_URL_INVALID", send(s.to(bot, ann.id), "x", page("http://club.example/app/"))},
		{"Mini App in a channel", "BUTTON_TYPE_INVALID", send(s.toChannel(bot, ch), "x", page("https://club.example/app/"))},
		{"101 buttons", "REPLY_MARKUP_TOO_LONG", send(s.to(bot, ann.id), "x", wide)},
		{"wrong access hash", "PEER_ID_INVALID", send(&tg.InputPeerUser{UserID: ann.id, AccessHash: 5}, "x", nil)},
		{"no hash for somebody known", "", send(&tg.InputPeerUser{UserID: ann.id}, "x", nil)},
		{"no hash for a stranger", "PEER_ID_INVALID", send(&tg.InputPeerUser{UserID: cat.id}, "x", nil)},
		{"bot writes first", "PEER_ID_INVALID", send(s.to(bot, ben.id), "x", nil)},
		{"bot writes to a bot", "USER_IS_BOT", send(s.to(bot, other.id), "x", nil)},
		{"unknown group", "PEER_ID_INVALID", send(&tg.InputPeerChat{ChatID: 1}, "x", nil)},
		{"unknown channel", "CHANNEL_INVALID", send(&tg.InputPeerChannel{ChannelID: 1, AccessHash: 1}, "x", nil)},
		{"entity out of bounds", "ENTITY_BOUNDS_INVALID", func() error {
			r := &tg.MessagesSendMessageRequest{Peer: s.to(bot, ann.id), Message: "x", RandomID: 2}
			r.SetEntities([]tg.MessageEntityClass{&tg.MessageEntityBold{Offset: 5, Length: 1}})
			_, err := bot.api.MessagesSendMessage(s.ctx, r)
			return err
		}},
		{"edit of nothing", "MESSAGE_ID_INVALID", func() error {
			_, err := bot.api.MessagesEditMessage(s.ctx, &tg.MessagesEditMessageRequest{Peer: s.to(bot, ann.id), ID: 999})
			return err
		}},
		{"edit of another's post without the right", "CHAT_ADMIN_REQUIRED", func() error {
			r := &tg.MessagesEditMessageRequest{Peer: s.toChannel(bot, ch), ID: post.Message}
			r.SetMessage("new")
			_, err := bot.api.MessagesEditMessage(s.ctx, r)
			return err
		}},
		{"deletion of another's post without the right", "MESSAGE_DELETE_FORBIDDEN", func() error {
			_, err := bot.api.ChannelsDeleteMessages(s.ctx, &tg.ChannelsDeleteMessagesRequest{Channel: s.inChannel(bot, ch), ID: []int{post.Message}})
			return err
		}},
		{"101 ids", "LIMIT_INVALID", func() error {
			_, err := bot.api.ChannelsGetMessages(s.ctx, &tg.ChannelsGetMessagesRequest{Channel: s.inChannel(bot, ch), ID: many})
			return err
		}},
		{"100 ids", "", func() error {
			_, err := bot.api.ChannelsGetMessages(s.ctx, &tg.ChannelsGetMessagesRequest{Channel: s.inChannel(bot, ch), ID: many[:100]})
			return err
		}},
		{"101 ids of a box", "LIMIT_INVALID", func() error {
			_, err := bot.api.MessagesGetMessages(s.ctx, many)
			return err
		}},
		{"101 deletions", "LIMIT_INVALID", func() error {
			_, err := bot.api.MessagesDeleteMessages(s.ctx, &tg.MessagesDeleteMessagesRequest{ID: make([]int, 101)})
			return err
		}},
		{"bot as a plain member of a channel", "USER_BOT", func() error {
			_, err := ann.api.ChannelsInviteToChannel(s.ctx, &tg.ChannelsInviteToChannelRequest{
				Channel: s.inChannel(ann, ch), Users: []tg.InputUserClass{s.inUser(ann, other.id)},
			})
			return err
		}},
		{"method not simulated", "NOT_SIMULATED", func() error {
			_, err := ann.api.AccountGetThemes(s.ctx, &tg.AccountGetThemesRequest{})
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.do()
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, c.want)
		})
	}
}
