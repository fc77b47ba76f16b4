package access

import (
	"strconv"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
)

// drawing draws the screens for one admin.
type drawing struct {
	in    *phrase.Speaker
	owner int64 // who may tap the buttons
	zone  *time.Location
}

func (s *Screens) draw(e *telegram.Event) drawing {
	return drawing{in: s.Texts.In(e), owner: e.ButtonOwner(), zone: s.Zone}
}

const (
	bansOnPage    = 10
	maxPersonName = 40
)

// personLabel is a person's name and id.
func personLabel(id int64, name string) string {
	label := strconv.FormatInt(id, 10)
	if name = telegram.CleanLine(name, maxPersonName); name != "" {
		label = name + " (" + label + ")"
	}
	return label
}

// banLine says who is banned, until when and why.
func (d drawing) banLine(b access.Ban, name string) string {
	line := d.in.Say("access.ban_for_ever", personLabel(int64(b.Person), name))
	if !b.Until.IsZero() {
		until := b.Until.In(d.zone)
		line = d.in.Say("access.ban_until", personLabel(int64(b.Person), name), d.in.Day(until), d.in.Clock(until))
	}
	if b.Reason != "" {
		line += "\n" + d.in.Say("access.reason", b.Reason)
	}
	return line
}

func (d drawing) banned(b access.Ban, name string) telegram.Reply {
	return telegram.Reply{Text: d.banLine(b, name), Keyboard: [][]telegram.Button{{d.liftButton(b, 0)}}}
}

// bans draws a page of the list.
func (d drawing) bans(list []access.Ban, page, total int) telegram.Reply {
	if len(list) == 0 {
		return telegram.Reply{Text: d.in.Say("access.no_bans")}
	}
	title := d.in.Say("access.bans", total)
	lines := []string{title}
	r := telegram.Reply{Bold: len(title)}
	for _, b := range list {
		lines = append(lines, d.banLine(b, ""))
		r.Keyboard = append(r.Keyboard, []telegram.Button{d.liftButton(b, page)})
	}
	r.Text = strings.Join(lines, "\n\n")
	var pages []telegram.Button
	if page > 0 {
		pages = append(pages, d.button("◀", verbList, chat.Base36(int64(page-1))))
	}
	if (page+1)*bansOnPage < total {
		pages = append(pages, d.button("▶", verbList, chat.Base36(int64(page+1))))
	}
	if len(pages) > 0 {
		r.Keyboard = append(r.Keyboard, pages)
	}
	return r
}

func (d drawing) liftButton(b access.Ban, page int) telegram.Button {
	return d.button(d.in.Say("access.lift", strconv.FormatInt(int64(b.Person), 10)), verbLift, chat.Base36(int64(b.Person)), chat.Base36(int64(page)))
}

// button ignores the size check: the largest payload of this package fits.
func (d drawing) button(text, verb string, fields ...string) telegram.Button {
	b, _ := chat.Data{Letter: letterBans, Owner: d.owner, Payload: payload(verb, fields...)}.Button(text)
	return b
}

func payload(verb string, fields ...string) string {
	return strings.Join(append([]string{verb}, fields...), ":")
}
