package personal

import (
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/personal"
)

// drawing draws the screens for one person.
type drawing struct {
	in    *phrase.Speaker
	owner int64
	zone  *time.Location
}

// button ignores the size check: a token has 24 characters.
func (d drawing) button(key, payload string) []telegram.Button {
	b, _ := chat.Data{Letter: letter, Owner: d.owner, Payload: payload}.Button(d.in.Say(key))
	return []telegram.Button{b}
}

func (d drawing) menu() telegram.Reply {
	return telegram.Reply{Text: d.in.Say("personal.menu"), Keyboard: [][]telegram.Button{d.button("personal.export", verbExport), d.button("personal.erase", verbAsk)}}
}

// consequences says what an erasure does. With obstacles it has no button that confirms.
func (d drawing) consequences(c personal.Consequences, token secret.String) telegram.Reply {
	if len(c.Obstacles) > 0 {
		lines := []string{d.in.Say("personal.obstacles")}
		for _, o := range c.Obstacles {
			lines = append(lines, d.in.Say("personal.obstacle", d.in.Error(fault.CodeOf(o))))
		}
		return telegram.Reply{Text: strings.Join(lines, "\n"), Keyboard: [][]telegram.Button{d.button("personal.export", verbExport), d.button("personal.erase", verbAsk)}}
	}
	lines := []string{d.in.Say("personal.ask"), "", d.in.Say("personal.lost"), d.in.Say("personal.lost_settings")}
	if !c.PremiumUntil.IsZero() {
		lines = append(lines, d.in.Say("personal.lost_premium", d.in.Day(c.PremiumUntil.In(d.zone))))
	}
	lines = d.counted(lines, "personal.lost_feeds", c.Feeds)
	lines = d.counted(lines, "personal.lost_roles", c.Roles)
	if c.Bookings+c.Payments > 0 {
		lines = append(lines, "", d.in.Say("personal.kept"))
		lines = d.counted(lines, "personal.kept_bookings", c.Bookings)
		lines = d.counted(lines, "personal.kept_payments", c.Payments)
	}
	if c.Banned {
		lines = append(lines, "", d.in.Say("personal.kept_ban"))
	}
	return telegram.Reply{Text: strings.Join(lines, "\n"), Keyboard: [][]telegram.Button{d.button("personal.yes", verbYes+":"+token.Reveal()), d.button("personal.no", verbNo)}}
}

// counted adds a line with a number, if it is not 0.
func (d drawing) counted(lines []string, key string, n int64) []string {
	if n == 0 {
		return lines
	}
	return append(lines, d.in.Say(key, n))
}
