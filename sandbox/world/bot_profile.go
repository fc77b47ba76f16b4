// The texts of a bot's profile and its menu button.

package world

import (
	"cmp"
	"net/url"
	"unicode/utf8"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// Telegram's limits, in characters. They are documented in the Bot API, without the names of the errors.
const (
	maxBotName       = 64
	maxBotAbout      = 120
	maxBotProfile    = 512
	maxMenuButton    = 64
	languageCodeSize = 2
)

// botProfile is a bot's texts in one language: its name, the line of its profile, and the text of an empty chat with it.
type botProfile struct{ Name, About, Description string }

// menuButton is the button beside the input field. Without a URL it opens the commands.
type menuButton struct{ Text, URL string }

func (b *botSettings) profile(language string) botProfile {
	own, all := b.Profiles[language], b.Profiles[""]
	return botProfile{cmp.Or(own.Name, all.Name), cmp.Or(own.About, all.About), cmp.Or(own.Description, all.Description)}
}

// menuButton returns a person's own button, else the default one.
func (b *botSettings) menuButton(person int64) tg.BotMenuButtonClass {
	button, own := b.Buttons[person]
	if !own {
		button = b.Buttons[0]
	}
	return button.tg()
}

func (m menuButton) tg() tg.BotMenuButtonClass {
	if m.URL == "" {
		return &tg.BotMenuButtonCommands{}
	}
	return &tg.BotMenuButton{Text: m.Text, URL: m.URL}
}

// profileOf checks the bot and the language of a request for a bot's texts.
func (c *call) profileOf(bot tg.InputUserClass, language string) error {
	if c.me.Bot == nil { // in Telegram people may name a bot that they own; here nobody owns one
		return tgerr.New(400, "USER_BOT_REQUIRED")
	}
	if bot != nil {
		if a, err := c.user(bot); err != nil || a != c.me {
			return tgerr.New(400, "BOT_INVALID")
		}
	}
	if language != "" && len(language) != languageCodeSize {
		return tgerr.New(400, "LANG_CODE_INVALID")
	}
	return nil
}

func (c *call) setBotInfo(r *tg.BotsSetBotInfoRequest) (bool, error) {
	bot, _ := r.GetBot()
	if err := c.profileOf(bot, r.LangCode); err != nil {
		return false, err
	}
	p := c.me.Bot.Profiles[r.LangCode]
	for _, field := range []struct {
		get     func() (string, bool)
		to      *string
		most    int
		refusal string
	}{
		{r.GetName, &p.Name, maxBotName, "BOT_TITLE_INVALID"},
		{r.GetAbout, &p.About, maxBotAbout, "ABOUT_TOO_LONG"},
		{r.GetDescription, &p.Description, maxBotProfile, "DESCRIPTION_TOO_LONG"},
	} {
		text, given := field.get()
		if !given {
			continue
		}
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > field.most {
			return false, tgerr.New(400, field.refusal)
		}
		*field.to = text
	}
	c.me.Bot.Profiles[r.LangCode] = p
	c.me.Bot.ProfileChanges++
	if r.LangCode == "" && p.Name != "" {
		c.me.First = p.Name
	}
	return true, nil
}

func (c *call) getBotInfo(r *tg.BotsGetBotInfoRequest) (*tg.BotsBotInfo, error) {
	bot, _ := r.GetBot()
	if err := c.profileOf(bot, r.LangCode); err != nil {
		return nil, err
	}
	p := c.me.Bot.profile(r.LangCode)
	return &tg.BotsBotInfo{Name: cmp.Or(p.Name, c.me.First), About: p.About, Description: p.Description}, nil
}

// menuButtonOf returns the person whose button a request names; 0 for the default button.
func (c *call) menuButtonOf(in tg.InputUserClass) (int64, error) {
	if _, everybody := in.(*tg.InputUserEmpty); everybody {
		return 0, nil
	}
	a, err := c.user(in)
	if err != nil {
		return 0, err
	}
	return a.ID, nil
}

func (c *call) setMenuButton(r *tg.BotsSetBotMenuButtonRequest) (bool, error) {
	person, err := c.menuButtonOf(r.UserID)
	if err != nil {
		return false, err
	}
	switch b := r.Button.(type) {
	case *tg.BotMenuButtonDefault: // removes a person's own button; the default button does not change
		if person != 0 {
			delete(c.me.Bot.Buttons, person)
		}
	case *tg.BotMenuButtonCommands:
		c.me.Bot.Buttons[person] = menuButton{}
	case *tg.BotMenuButton:
		if n := utf8.RuneCountInString(b.Text); n == 0 || n > maxMenuButton {
			return false, tgerr.New(400, "BUTTON_TEXT_INVALID")
		}
		if u, err := url.Parse(b.URL); err != nil || u.Scheme != "https" || u.Host == "" {
			return false, tgerr.New(400, "BUTTON_URL_INVALID")
		}
		c.me.Bot.Buttons[person] = menuButton{b.Text, b.URL}
	default:
		return false, tgerr.New(400, "BUTTON_INVALID")
	}
	c.me.Bot.ProfileChanges++
	return true, nil
}

// getMenuButton returns the button that was set for a person or for everybody.
func (c *call) getMenuButton(in tg.InputUserClass) (tg.BotMenuButtonClass, error) {
	person, err := c.menuButtonOf(in)
	if err != nil {
		return nil, err
	}
	if own, set := c.me.Bot.Buttons[person]; set {
		return own.tg(), nil
	}
	return &tg.BotMenuButtonDefault{}, nil
}

// ProfileChanges returns how often a bot has set its texts or a menu button.
func (w *World) ProfileChanges(bot int64) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Accounts[bot].Bot.ProfileChanges
}
