package world_test

import (
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// A prepared message is sent by its person only, from a preview of what the bot saved, and not for ever.
func TestPrepared_IsOfOnePersonAndOneHour(t *testing.T) {
	now := time.Now()
	c := newCounter(t, world.Options{Now: func() time.Time { return now }})
	ben := c.user("ben")
	c.text(ben, c.to(ben, c.bot.id), "/start")
	text := func(id string) tg.InputBotInlineResultClass {
		return &tg.InputBotInlineResult{ID: id, Type: "article", Title: "Net 1", SendMessage: &tg.InputBotInlineMessageText{Message: "Net 1, 18:00"}}
	}
	save := &tg.MessagesSavePreparedInlineMessageRequest{Result: text("one"), UserID: c.inUser(c.bot, c.ann.id)}
	save.SetPeerTypes([]tg.InlineQueryPeerTypeClass{&tg.InlineQueryPeerTypePM{}, &tg.InlineQueryPeerTypeMegagroup{}})
	made := must[*tg.MessagesBotPreparedInlineMessage](t)(c.bot.api.MessagesSavePreparedInlineMessage(c.ctx, save))
	if left := time.Unix(int64(made.ExpireDate), 0).Sub(now); made.ID == "" || left < 59*time.Minute || left > time.Hour {
		t.Errorf("made %+v, which lasts %s", made, left)
	}
	get := func(who *session, bot tg.InputUserClass, id string) (*tg.MessagesPreparedInlineMessage, error) {
		return who.api.MessagesGetPreparedInlineMessage(c.ctx, &tg.MessagesGetPreparedInlineMessageRequest{Bot: bot, ID: id})
	}
	shown := must[*tg.MessagesPreparedInlineMessage](t)(get(c.ann, c.inUser(c.ann, c.bot.id), made.ID))
	one, ok := shown.Result.(*tg.BotInlineResult)
	if !ok || one.ID != "one" || one.SendMessage.(*tg.BotInlineMessageText).Message != "Net 1, 18:00" || len(shown.PeerTypes) != 2 {
		t.Errorf("shown %+v", shown)
	}
	send := &tg.MessagesSendInlineBotResultRequest{Peer: c.to(ben, c.ann.id), RandomID: 7001, QueryID: shown.QueryID, ID: "one"}
	_, err := ben.api.MessagesSendInlineBotResult(c.ctx, send)
	wantError(t, err, "INLINE_RESULT_EXPIRED")
	send.Peer = c.to(c.ann, ben.id)
	ben.updates()
	must[tg.UpdatesClass](t)(c.ann.api.MessagesSendInlineBotResult(c.ctx, send))
	if got := messagesIn(ben.updates()); len(got) != 1 || got[0].Message != "Net 1, 18:00" || got[0].ViaBotID != c.bot.id {
		t.Errorf("ben reads %+v", got)
	}

	_, err = get(ben, c.inUser(ben, c.bot.id), made.ID)
	wantError(t, err, "ID_INVALID")
	_, err = get(c.ann, c.inUser(c.ann, c.bot.id), "none")
	wantError(t, err, "ID_INVALID")
	_, err = get(c.ann, c.inUser(c.ann, ben.id), made.ID)
	wantError(t, err, "BOT_INVALID")
	_, err = get(c.bot, &tg.InputUserSelf{}, made.ID)
	wantError(t, err, "BOT_METHOD_INVALID")
	for want, change := range map[string]func(r *tg.MessagesSavePreparedInlineMessageRequest){
		"USER_ID_INVALID":   func(r *tg.MessagesSavePreparedInlineMessageRequest) { r.UserID = &tg.InputUser{UserID: 1} },
		"RESULT_ID_INVALID": func(r *tg.MessagesSavePreparedInlineMessageRequest) { r.Result = text("") },
	} {
		bad := *save
		change(&bad)
		_, err := c.bot.api.MessagesSavePreparedInlineMessage(c.ctx, &bad)
		wantError(t, err, want)
	}
	_, err = c.ann.api.MessagesSavePreparedInlineMessage(c.ctx, save)
	wantError(t, err, "USER_BOT_REQUIRED")

	now = now.Add(61 * time.Minute)
	_, err = get(c.ann, c.inUser(c.ann, c.bot.id), made.ID)
	wantError(t, err, "ID_EXPIRED")
	send.RandomID = 7002
	_, err = c.ann.api.MessagesSendInlineBotResult(c.ctx, send)
	wantError(t, err, "INLINE_RESULT_EXPIRED")
}
