package world_test

import (
	"context"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// pushed waits until an update of the kind was pushed to c. It checks after every change of the world.
func pushed[U tg.UpdateClass](s *scene, c *session) U {
	s.t.Helper()
	var found U
	ok := false
	err := s.Wait(s.ctx, func() bool {
		for _, u := range c.updates() {
			if one, is := u.(U); is {
				found, ok = one, true
			}
		}
		return ok
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

func TestCallback_AnswerReachesWhoTapped(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	must[tg.UpdatesClass](t)(bot.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{
		Peer: s.to(bot, ann.id), Message: "pick", RandomID: 1, ReplyMarkup: keyboard("a", "one"),
	}))
	m := messagesIn(ann.updates())[0]
	tap := &tg.MessagesGetBotCallbackAnswerRequest{Peer: s.to(ann, bot.id), MsgID: m.ID}
	tap.SetData(make([]byte, 65))
	_, err := ann.api.MessagesGetBotCallbackAnswer(s.ctx, tap)
	wantError(t, err, "DATA_INVALID")
	tap.SetData([]byte("one"))
	done := make(chan *tg.MessagesBotCallbackAnswer, 1)
	go func() {
		a, err := ann.api.MessagesGetBotCallbackAnswer(s.ctx, tap)
		if err != nil {
			t.Error(err)
		}
		done <- a
	}()
	q := pushed[*tg.UpdateBotCallbackQuery](s, bot)
	if string(q.Data) != "one" || q.UserID != ann.id || q.Peer.(*tg.PeerUser).UserID != ann.id {
		t.Errorf("query %+v", q)
	}
	answer := &tg.MessagesSetBotCallbackAnswerRequest{QueryID: q.QueryID, Alert: true, CacheTime: 60}
	answer.SetMessage("taken")
	must[bool](t)(bot.api.MessagesSetBotCallbackAnswer(s.ctx, answer))
	if a := <-done; a.Message != "taken" || !a.Alert {
		t.Errorf("answer %+v", a)
	}
	_, err = bot.api.MessagesSetBotCallbackAnswer(s.ctx, answer)
	wantError(t, err, "QUERY_ID_INVALID")
	for url, valid := range map[string]bool{
		"https://example.org": false, "https://t.me/otherbot?start=x": false, "https://t.me/clubbot": false, "https://t.me/clubbot?start=a b": false, "https://t.me/ClubBot?start=x-1": true,
	} {
		other := &tg.MessagesGetBotCallbackAnswerRequest{Peer: tap.Peer, MsgID: tap.MsgID}
		other.SetData([]byte(url))
		opened := make(chan string, 1)
		go func() {
			a, _ := ann.api.MessagesGetBotCallbackAnswer(s.ctx, other)
			opened <- a.URL
		}()
		asked := pushed[*tg.UpdateBotCallbackQuery](s, bot)
		_, err := bot.api.MessagesSetBotCallbackAnswer(s.ctx, &tg.MessagesSetBotCallbackAnswerRequest{QueryID: asked.QueryID, URL: url})
		if !valid {
			wantError(t, err, "URL_INVALID")
			must[bool](t)(bot.api.MessagesSetBotCallbackAnswer(s.ctx, &tg.MessagesSetBotCallbackAnswerRequest{QueryID: asked.QueryID}))
			url = ""
		}
		if got := <-opened; got != url {
			t.Errorf("the tap opens %q, want %q", got, url)
		}
	}
	cached := must[*tg.MessagesBotCallbackAnswer](t)(ann.api.MessagesGetBotCallbackAnswer(s.ctx, tap))
	if cached.Message != "taken" || len(bot.updates()) != 0 {
		t.Error("the cached answer was asked for again")
	}
}

func TestCallback_TooLateIsRefused(t *testing.T) {
	s := newScene(t, world.Options{AnswerTimeout: 20 * time.Millisecond})
	ann, bot := s.user("ann"), s.bot("clubbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	must[tg.UpdatesClass](t)(bot.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{
		Peer: s.to(bot, ann.id), Message: "pick", RandomID: 1, ReplyMarkup: keyboard("a", "one"),
	}))
	tap := &tg.MessagesGetBotCallbackAnswerRequest{Peer: s.to(ann, bot.id), MsgID: messagesIn(ann.updates())[0].ID}
	tap.SetData([]byte("one"))
	_, err := ann.api.MessagesGetBotCallbackAnswer(s.ctx, tap)
	wantError(t, err, "BOT_RESPONSE_TIMEOUT")
	q := pushed[*tg.UpdateBotCallbackQuery](s, bot)
	_, err = bot.api.MessagesSetBotCallbackAnswer(s.ctx, &tg.MessagesSetBotCallbackAnswerRequest{QueryID: q.QueryID})
	wantError(t, err, "QUERY_ID_INVALID")
}

func TestInline_TooLateIsRefusedAndAResultDoesNotLastForEver(t *testing.T) {
	now := time.Now()
	s := newScene(t, world.Options{AnswerTimeout: 20 * time.Millisecond, Now: func() time.Time { return now }})
	ann, bot := s.user("ann"), s.bot("clubbot")
	ask := &tg.MessagesGetInlineBotResultsRequest{Bot: s.inUser(ann, bot.id), Peer: &tg.InputPeerSelf{}, Query: "nets"}
	_, err := ann.api.MessagesGetInlineBotResults(s.ctx, ask)
	wantError(t, err, "BOT_RESPONSE_TIMEOUT")
	late := pushed[*tg.UpdateBotInlineQuery](s, bot)
	_, err = bot.api.MessagesSetInlineBotResults(s.ctx, &tg.MessagesSetInlineBotResultsRequest{QueryID: late.QueryID})
	wantError(t, err, "QUERY_ID_INVALID")

	s = newScene(t, world.Options{Now: func() time.Time { return now }})
	ann, bot = s.user("ann"), s.bot("clubbot")
	ask.Bot = s.inUser(ann, bot.id)
	done := make(chan *tg.MessagesBotResults, 1)
	go func() {
		r, err := ann.api.MessagesGetInlineBotResults(s.ctx, ask)
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	q := pushed[*tg.UpdateBotInlineQuery](s, bot)
	must[bool](t)(bot.api.MessagesSetInlineBotResults(s.ctx, &tg.MessagesSetInlineBotResultsRequest{QueryID: q.QueryID, Results: []tg.InputBotInlineResultClass{
		&tg.InputBotInlineResult{ID: "1", Type: "article", Title: "t", SendMessage: &tg.InputBotInlineMessageText{Message: "text", ReplyMarkup: keyboard("a", "one")}},
	}}))
	choose := &tg.MessagesSendInlineBotResultRequest{Peer: &tg.InputPeerSelf{}, RandomID: 1, QueryID: (<-done).QueryID, ID: "2"}
	_, err = ann.api.MessagesSendInlineBotResult(s.ctx, choose)
	wantError(t, err, "RESULT_ID_INVALID")
	choose.ID = "1"
	sent := sentID(must[tg.UpdatesClass](t)(ann.api.MessagesSendInlineBotResult(s.ctx, choose)))

	// The button is in a message that the bot knows only by its inline id.
	tap := &tg.MessagesGetBotCallbackAnswerRequest{Peer: &tg.InputPeerSelf{}, MsgID: sent}
	tap.SetData([]byte("one"))
	answered := make(chan error, 1)
	go func() {
		_, err := ann.api.MessagesGetBotCallbackAnswer(s.ctx, tap)
		answered <- err
	}()
	tapped := pushed[*tg.UpdateInlineBotCallbackQuery](s, bot)
	must[bool](t)(bot.api.MessagesSetBotCallbackAnswer(s.ctx, &tg.MessagesSetBotCallbackAnswerRequest{QueryID: tapped.QueryID}))
	if err := <-answered; err != nil || string(tapped.Data) != "one" {
		t.Errorf("tap %+v: %v", tapped, err)
	}

	now = now.Add(2 * time.Hour)
	choose.RandomID = 2
	_, err = ann.api.MessagesSendInlineBotResult(s.ctx, choose)
	wantError(t, err, "INLINE_RESULT_EXPIRED")
}

func TestInline_ResultsAreCachedSentAndEdited(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("clubbot")
	must[world.Posted](t)(s.PostFile(ann.id, world.UserPeer(bot.id), world.FileSpec{Name: "x.pdf", Size: 10}))
	doc := messagesIn(bot.updates())[0].Media.(*tg.MessageMediaDocument).Document.(*tg.Document)
	ask := &tg.MessagesGetInlineBotResultsRequest{Bot: s.inUser(ann, bot.id), Peer: s.to(ann, ben.id), Query: "nets"}
	done := make(chan *tg.MessagesBotResults, 1)
	go func() {
		r, err := ann.api.MessagesGetInlineBotResults(s.ctx, ask)
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	q := pushed[*tg.UpdateBotInlineQuery](s, bot)
	if _, ok := q.PeerType.(*tg.InlineQueryPeerTypePM); !ok || q.Query != "nets" {
		t.Errorf("query %+v", q)
	}
	set := &tg.MessagesSetInlineBotResultsRequest{QueryID: q.QueryID, CacheTime: 60, Results: []tg.InputBotInlineResultClass{
		&tg.InputBotInlineResultDocument{
			ID: "1", Type: "file", Title: "x.pdf", Document: &tg.InputDocument{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference},
			SendMessage: &tg.InputBotInlineMessageMediaAuto{Message: "cap", ReplyMarkup: keyboard("more", "m")},
		},
		&tg.InputBotInlineResult{ID: "1", Type: "article", Title: "t", SendMessage: &tg.InputBotInlineMessageText{Message: "text"}},
	}}
	_, err := bot.api.MessagesSetInlineBotResults(s.ctx, set)
	wantError(t, err, "RESULT_ID_DUPLICATE")
	set.Results[1].(*tg.InputBotInlineResult).ID = "2"
	must[bool](t)(bot.api.MessagesSetInlineBotResults(s.ctx, set))
	results := <-done
	if len(results.Results) != 2 || results.Results[0].(*tg.BotInlineMediaResult).Document == nil {
		t.Fatalf("results %+v", results)
	}
	ask.Bot = s.inUser(ben, bot.id)
	ask.Peer = &tg.InputPeerSelf{}
	if r := must[*tg.MessagesBotResults](t)(ben.api.MessagesGetInlineBotResults(s.ctx, ask)); r.QueryID != results.QueryID {
		t.Error("the same query of another person was not answered from the cache")
	}
	must[tg.UpdatesClass](t)(ann.api.MessagesSendInlineBotResult(s.ctx, &tg.MessagesSendInlineBotResultRequest{
		Peer: s.to(ann, ben.id), RandomID: 5, QueryID: results.QueryID, ID: "1",
	}))
	m := messagesIn(ben.updates())[0]
	if m.ViaBotID != bot.id || m.Message != "cap" || m.Media == nil {
		t.Errorf("ben got %+v", m)
	}
	chosen := pushed[*tg.UpdateBotInlineSend](s, bot)
	edit := &tg.MessagesEditInlineBotMessageRequest{ID: chosen.MsgID}
	edit.SetMessage("changed")
	must[bool](t)(bot.api.MessagesEditInlineBotMessage(s.ctx, edit))
	if m := s.Message(ben.id, world.UserPeer(ann.id), m.ID); m.Message != "changed" || m.ReplyMarkup != nil {
		t.Errorf("after the edit %+v", m)
	}
}

func TestStart_PayloadAndCommandMenus(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	start := &tg.MessagesStartBotRequest{Bot: s.inUser(ann, bot.id), Peer: s.to(ann, bot.id), RandomID: 1, StartParam: "bad param"}
	_, err := ann.api.MessagesStartBot(s.ctx, start)
	wantError(t, err, "START_PARAM_INVALID")
	start.StartParam = "f_12"
	must[tg.UpdatesClass](t)(ann.api.MessagesStartBot(s.ctx, start))
	if m := messagesIn(bot.updates())[0]; m.Message != "/start f_12" || len(m.Entities) != 1 {
		t.Errorf("started with %+v", m)
	}
	set := func(scope tg.BotCommandScopeClass, name string) {
		must[bool](t)(bot.api.BotsSetBotCommands(s.ctx, &tg.BotsSetBotCommandsRequest{
			Scope: scope, Commands: []tg.BotCommand{{Command: name, Description: "d"}},
		}))
	}
	group := must[int64](t)(s.CreateGroup(ann.id, "Club", bot.id))
	set(&tg.BotCommandScopeDefault{}, "help")
	set(&tg.BotCommandScopeChatAdmins{}, "group")
	if m := s.Menu(bot.id, world.UserPeer(ann.id), ann.id); m[0].Command != "help" {
		t.Errorf("private menu %v", m)
	}
	set(&tg.BotCommandScopePeer{Peer: s.to(bot, ann.id)}, "index")
	full := must[*tg.UsersUserFull](t)(ann.api.UsersGetFullUser(s.ctx, s.inUser(ann, bot.id)))
	if c := full.FullUser.BotInfo.Commands; len(c) != 1 || c[0].Command != "index" {
		t.Errorf("private menu of a scoped person %v", c)
	}
	if m := s.Menu(bot.id, world.GroupPeer(group), ann.id); m[0].Command != "group" {
		t.Errorf("the creator's menu in a group %v", m)
	}
}

func TestWait_SeesWhatIsThereAndWhatComes(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben := s.user("ann"), s.user("ben")
	hello := func(_ world.Peer, m *tg.Message) bool { return m.Message == "hello" }
	done := make(chan error, 1)
	go func() {
		_, err := s.WaitMessage(s.ctx, ben.id, hello)
		done <- err
	}()
	s.text(ann, s.to(ann, ben.id), "hello")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	must[*tg.Message](t)(s.WaitMessage(s.ctx, ben.id, hello))
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if _, err := s.WaitMessage(ctx, ben.id, func(world.Peer, *tg.Message) bool { return false }); err == nil {
		t.Error("a wait outlived its context")
	}
}
