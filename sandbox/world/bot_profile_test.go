package world_test

import (
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// People get a bot's texts in their language, else the default texts. Limits and callers are checked.
func TestBotInfo_IsKeptByLanguageAndBounded(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	hindi := must[world.User](t)(s.AddUser("9996620099", "Asha", "", "asha", "hi"))
	asha := s.signIn(hindi.ID)
	set := func(language, about, description string) (bool, error) {
		r := &tg.BotsSetBotInfoRequest{LangCode: language}
		r.SetAbout(about)
		r.SetDescription(description)
		return bot.api.BotsSetBotInfo(s.ctx, r)
	}
	must[bool](t)(set("", "Books nets.", "Hello"))
	must[bool](t)(set("hi", "नेट बुक करता है।", "नमस्ते"))
	for _, c := range []struct {
		who                *session
		about, description string
	}{{ann, "Books nets.", "Hello"}, {asha, "नेट बुक करता है।", "नमस्ते"}} {
		full := must[*tg.UsersUserFull](t)(c.who.api.UsersGetFullUser(s.ctx, s.inUser(c.who, bot.id))).FullUser
		if full.About != c.about || full.BotInfo.Description != c.description {
			t.Errorf("%d sees %q and %q", c.who.id, full.About, full.BotInfo.Description)
		}
	}
	if got := must[*tg.BotsBotInfo](t)(bot.api.BotsGetBotInfo(s.ctx, &tg.BotsGetBotInfoRequest{LangCode: "hi"})); got.Description != "नमस्ते" || got.Name == "" {
		t.Errorf("%+v", got)
	}
	if got := s.ProfileChanges(bot.id); got != 2 {
		t.Errorf("%d changes", got)
	}
	must[bool](t)(set("", strings.Repeat("न", 120), strings.Repeat("न", 512)))
	_, err := set("", strings.Repeat("a", 121), "")
	wantError(t, err, "ABOUT_TOO_LONG")
	_, err = set("", "", strings.Repeat("a", 513))
	wantError(t, err, "DESCRIPTION_TOO_LONG")
	_, err = set("hin", "", "")
	wantError(t, err, "LANG_CODE_INVALID")
	_, err = ann.api.BotsSetBotInfo(s.ctx, &tg.BotsSetBotInfoRequest{})
	wantError(t, err, "USER_BOT_REQUIRED")
	other := &tg.BotsSetBotInfoRequest{}
	other.SetBot(s.inUser(bot, ann.id))
	_, err = bot.api.BotsSetBotInfo(s.ctx, other)
	wantError(t, err, "BOT_INVALID")
}

// The menu button opens the commands until the bot sets another one, for everybody or for one person.
func TestMenuButton_OfEverybodyAndOfOnePerson(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("clubbot")
	s.text(ann, s.to(ann, bot.id), "/start")
	sees := func(who *session) tg.BotMenuButtonClass {
		t.Helper()
		return must[*tg.UsersUserFull](t)(who.api.UsersGetFullUser(s.ctx, s.inUser(who, bot.id))).FullUser.BotInfo.MenuButton
	}
	set := func(who tg.InputUserClass, b tg.BotMenuButtonClass) (bool, error) {
		return bot.api.BotsSetBotMenuButton(s.ctx, &tg.BotsSetBotMenuButtonRequest{UserID: who, Button: b})
	}
	everybody, app := &tg.InputUserEmpty{}, &tg.BotMenuButton{Text: "Book", URL: "https://club.example/app"}
	if b := must[tg.BotMenuButtonClass](t)(bot.api.BotsGetBotMenuButton(s.ctx, everybody)); b.TypeID() != tg.BotMenuButtonDefaultTypeID {
		t.Errorf("before it was set: %v", b)
	}
	if b := sees(ann); b.TypeID() != tg.BotMenuButtonCommandsTypeID {
		t.Errorf("before it was set a person sees %v", b)
	}
	must[bool](t)(set(everybody, app))
	must[bool](t)(set(s.inUser(bot, ann.id), &tg.BotMenuButtonCommands{}))
	if mine, theirs := sees(ann), sees(ben); mine.TypeID() != tg.BotMenuButtonCommandsTypeID || theirs.TypeID() != tg.BotMenuButtonTypeID {
		t.Errorf("%v for ann, %v for everybody else", mine, theirs)
	}
	must[bool](t)(set(s.inUser(bot, ann.id), &tg.BotMenuButtonDefault{}))
	if b, ok := sees(ann).(*tg.BotMenuButton); !ok || b.URL != app.URL {
		t.Errorf("ann's own is gone: %v", b)
	}
	must[bool](t)(set(everybody, &tg.BotMenuButtonDefault{}))
	if b := must[tg.BotMenuButtonClass](t)(bot.api.BotsGetBotMenuButton(s.ctx, everybody)); b.TypeID() != tg.BotMenuButtonTypeID {
		t.Errorf("the default changed everybody's button: %v", b)
	}
	_, err := set(everybody, &tg.BotMenuButton{URL: app.URL})
	wantError(t, err, "BUTTON_TEXT_INVALID")
	_, err = set(everybody, &tg.BotMenuButton{Text: "Book", URL: "http://club.example"})
	wantError(t, err, "BUTTON_URL_INVALID")
	_, err = ann.api.BotsSetBotMenuButton(s.ctx, &tg.BotsSetBotMenuButtonRequest{UserID: everybody, Button: app})
	wantError(t, err, "USER_BOT_REQUIRED")
}
