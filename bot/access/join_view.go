package access

import (
	"slices"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
)

// The verbs of the buttons. All but the first are the admins'.
const (
	verbAgain    = "again" // with the number of the kept event
	verbAny      = "any"
	verbNeed     = "need" // the others with the channel and the list's version
	verbApproval = "approval"
	verbDrop     = "drop"
)

// joinTap is the payload of a button.
type joinTap struct {
	verb    string
	id      int64 // of a kept event
	channel filter.ChannelID
	version int64
}

func (p joinTap) encode() string {
	switch p.verb {
	case verbAgain:
		return p.verb + ":" + chat.Base36(p.id)
	case verbAny:
		return p.verb + ":" + chat.Base36(p.version)
	}
	return p.verb + ":" + chat.Base36(p.version) + ":" + chat.Base36(int64(p.channel))
}

func parseJoinTap(payload string) (p joinTap, err error) {
	f := chat.ParseFields(payload)
	p.verb = f.Next()
	switch p.verb {
	case verbAgain:
		p.id = f.Number()
	case verbAny:
		p.version = f.Number()
	case verbNeed, verbApproval, verbDrop:
		p.version, p.channel = f.Number(), filter.ChannelID(f.Number())
	default:
		f.Reject()
	}
	if !f.Done() {
		return joinTap{}, chat.ErrButton
	}
	return p, nil
}

func (p joinTap) button(text string, owner int64) telegram.Button {
	b, _ := chat.Data{Letter: letterJoin, Owner: owner, Payload: p.encode()}.Button(text) // the largest payload fits
	return b
}

const (
	maxTitle      = 60 // characters of a channel's title in a text
	maxTitleShort = 30 // and on a button
)

// joinScreen asks a person to join channels.
type joinScreen struct {
	in      *phrase.Speaker
	owner   int64
	missing []access.MissingOf
	wait    int64 // the kept event; 0 without one
}

func (s joinScreen) draw() telegram.Reply {
	r := telegram.Reply{Text: s.title()}
	shown := map[filter.ChannelID]bool{}
	for _, list := range s.missing {
		for _, c := range list.Channels {
			if shown[c.ID] {
				continue
			}
			shown[c.ID] = true
			label := "join.button"
			if c.Need == access.NeedRequest {
				label = "join.request_button"
			}
			r.Links = append(r.Links, telegram.Link{Text: s.in.Say(label, telegram.CleanLine(c.Title, maxTitleShort)), URL: c.Link})
		}
	}
	space := " "
	if strings.Contains(r.Text, "\n") {
		space = "\n"
	}
	if s.wait == 0 {
		r.Text += space + s.in.Say("join.then_send")
		return r
	}
	r.Text += space + s.in.Say("join.then_tap")
	r.Keyboard = [][]telegram.Button{{joinTap{verb: verbAgain, id: s.wait}.button(s.in.Say("join.again"), s.owner)}}
	return r
}

// title asks the person to join all channels, or one of them. With several lists it names the channels of each.
func (s joinScreen) title() string {
	isAny := func(list access.MissingOf) bool { return list.Any && len(list.Channels) > 1 }
	switch {
	case !slices.ContainsFunc(s.missing, isAny):
		return s.in.Say("join.all")
	case len(s.missing) == 1:
		return s.in.Say("join.any")
	}
	lines := []string{s.in.Say("join.lists")}
	for _, list := range s.missing {
		var titles []string
		for _, c := range list.Channels {
			titles = append(titles, telegram.CleanLine(c.Title, maxTitle))
		}
		key := "join.list_all"
		if isAny(list) {
			key = "join.list_any"
		}
		lines = append(lines, "• "+s.in.Say(key, strings.Join(titles, ", ")))
	}
	return strings.Join(lines, "\n")
}

// requiredList shows the list to an admin.
type requiredList struct {
	in      *phrase.Speaker
	owner   int64
	list    access.RequiredList
	version int64
}

func (s requiredList) draw() telegram.Reply {
	if len(s.list.Channels) == 0 {
		return telegram.Reply{Text: s.in.Say("required.none")}
	}
	title := s.in.Say("required.all")
	mode := s.in.Say("required.make_any")
	if s.list.Any {
		title, mode = s.in.Say("required.any"), s.in.Say("required.make_all")
	}
	var t strings.Builder
	t.WriteString(title)
	r := telegram.Reply{Bold: len(title)}
	for _, c := range s.list.Channels {
		name := telegram.CleanLine(c.Title, maxTitle)
		line, toggle := "required.member", "required.take_requests"
		if c.Need == access.NeedRequest {
			line, toggle = "required.request", "required.take_members"
		}
		t.WriteString("\n• " + s.in.Say(line, name))
		tap := joinTap{channel: c.ID, version: s.version}
		short := telegram.CleanLine(c.Title, maxTitleShort)
		row := []telegram.Button{tap.with(verbNeed).button(s.in.Say(toggle, short), s.owner)}
		if c.Need == access.NeedRequest {
			approval := "required.approve"
			if c.Approve {
				t.WriteString(" " + s.in.Say("required.approved"))
				approval = "required.leave"
			}
			row = append(row, tap.with(verbApproval).button(s.in.Say(approval), s.owner))
		}
		r.Keyboard = append(r.Keyboard, append(row, tap.with(verbDrop).button("🗑", s.owner)))
	}
	if len(s.list.Channels) > 1 {
		r.Keyboard = append(r.Keyboard, []telegram.Button{joinTap{verb: verbAny, version: s.version}.button(mode, s.owner)})
	}
	r.Text = t.String()
	return r
}

func (p joinTap) with(verb string) joinTap {
	p.verb = verb
	return p
}
