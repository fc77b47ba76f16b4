package telegram

import (
	"context"

	"github.com/gotd/td/tg"
)

// Profile sets the texts, the menus and the button that Telegram shows for the bot.
type Profile struct{ m *Messenger }

// NewProfile makes a Profile that sends through a messenger.
func NewProfile(m *Messenger) Profile { return Profile{m} }

// SetProfile sets the bot's texts in one language. An empty language is for all languages without texts of their own. about is the line of the bot's
// profile, description the text of an empty chat with it. It sends only texts that differ, because Telegram makes a bot wait long between changes.
func (p Profile) SetProfile(ctx context.Context, language, about, description string) error {
	var now *tg.BotsBotInfo
	err := p.m.queue.do(ctx, call{lane: LaneBulk, method: "bots.getBotInfo", invoke: func(ctx context.Context) (err error) {
		now, err = p.m.api.BotsGetBotInfo(ctx, &tg.BotsGetBotInfoRequest{LangCode: language})
		return err
	}})
	if err != nil || now.About == about && now.Description == description {
		return err
	}
	r := &tg.BotsSetBotInfoRequest{LangCode: language}
	if now.About != about {
		r.SetAbout(about)
	}
	if now.Description != description {
		r.SetDescription(description)
	}
	return p.m.queue.do(ctx, call{lane: LaneBulk, method: "bots.setBotInfo", invoke: func(ctx context.Context) error {
		_, err := p.m.api.BotsSetBotInfo(ctx, r)
		return err
	}})
}

// SetMenuButton sets the default button beside the input field, if it differs. The button opens the Mini App at url, or the commands if url is empty.
func (p Profile) SetMenuButton(ctx context.Context, text, url string) error {
	var wanted tg.BotMenuButtonClass = &tg.BotMenuButtonCommands{}
	if url != "" {
		wanted = &tg.BotMenuButton{Text: text, URL: url}
	}
	var now tg.BotMenuButtonClass
	err := p.m.queue.do(ctx, call{lane: LaneBulk, method: "bots.getBotMenuButton", invoke: func(ctx context.Context) (err error) {
		now, err = p.m.api.BotsGetBotMenuButton(ctx, &tg.InputUserEmpty{})
		return err
	}})
	if err != nil || sameButton(now, wanted) {
		return err
	}
	return p.m.queue.do(ctx, call{lane: LaneBulk, method: "bots.setBotMenuButton", invoke: func(ctx context.Context) error {
		_, err := p.m.api.BotsSetBotMenuButton(ctx, &tg.BotsSetBotMenuButtonRequest{UserID: &tg.InputUserEmpty{}, Button: wanted})
		return err
	}})
}

func sameButton(x, y tg.BotMenuButtonClass) bool {
	a, isApp := x.(*tg.BotMenuButton)
	b, also := y.(*tg.BotMenuButton)
	if isApp && also {
		return *a == *b
	}
	return x.TypeID() == y.TypeID()
}
