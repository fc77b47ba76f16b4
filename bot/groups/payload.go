package groups

import (
	"math"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
)

// verb is what a button does. Messages that were sent long ago carry verbs, so they keep their meaning.
type verb string

const (
	verbMenu       verb = "m" // group, topic: the menu
	verbSection    verb = "s" // group, topic, section: one setting
	verbSet        verb = "v" // group, topic, section, value: changes it
	verbList       verb = "l" // group, page: the filters
	verbFilter     verb = "f" // group, filter, page: one filter
	verbTry        verb = "t" // group, filter, page: sends its answer
	verbAskDelete  verb = "q" // group, filter, page: asks whether to delete it
	verbDelete     verb = "x" // group, filter, page
	verbAlert      verb = "a" // filter, index of its button: shows the alert
	verbSelect     verb = "c" // group: selects a connection
	verbDisconnect verb = "d" // group
)

// target is the payload of a button.
type target struct {
	verb    verb
	group   filter.ChatID
	topic   int64 // of a forum, in which the menu was opened; 0: none
	section string
	value   string
	filter  domain.FilterID
	page    int64 // of the filters, or the index of a button
}

func (p target) encode() string {
	group, id, page := chat.Base36(int64(p.group)), chat.Base36(int64(p.filter)), chat.Base36(p.page)
	switch p.verb {
	case verbMenu:
		return string(p.verb) + ":" + group + ":" + chat.Base36(p.topic)
	case verbSection:
		return string(p.verb) + ":" + group + ":" + chat.Base36(p.topic) + ":" + p.section
	case verbSet:
		return string(p.verb) + ":" + group + ":" + chat.Base36(p.topic) + ":" + p.section + ":" + p.value
	case verbList:
		return string(p.verb) + ":" + group + ":" + page
	case verbFilter, verbTry, verbAskDelete, verbDelete:
		return string(p.verb) + ":" + group + ":" + id + ":" + page
	case verbAlert:
		return string(p.verb) + ":" + id + ":" + page
	case verbSelect, verbDisconnect:
	}
	return string(p.verb) + ":" + group
}

// parseTarget reads a payload. Anybody can send any bytes.
func parseTarget(payload string) (target, error) {
	f := chat.ParseFields(payload)
	p := target{verb: verb(f.Next())}
	if p.verb != verbAlert {
		p.group = filter.ChatID(f.Number())
	}
	switch p.verb {
	case verbSelect, verbDisconnect:
	case verbMenu:
		p.topic = f.NumberUpTo(math.MaxInt32)
	case verbSection:
		p.topic, p.section = f.NumberUpTo(math.MaxInt32), f.Next()
	case verbSet:
		p.topic, p.section, p.value = f.NumberUpTo(math.MaxInt32), f.Next(), f.Next()
	case verbList:
		p.page = f.NumberUpTo(domain.MaxFilters)
	case verbFilter, verbTry, verbAskDelete, verbDelete:
		p.filter, p.page = domain.FilterID(f.NumberUpTo(math.MaxInt64)), f.NumberUpTo(domain.MaxFilters)
	case verbAlert:
		p.filter, p.page = domain.FilterID(f.NumberUpTo(math.MaxInt64)), f.NumberUpTo(domain.MaxButtons)
	default:
		f.Reject()
	}
	if !f.Done() || p.group > 0 {
		return target{}, chat.ErrButton
	}
	return p, nil
}

// drawing draws the screens for one person.
type drawing struct {
	*words
	owner int64 // who may tap; 0: everybody, and the right is asked at each tap
}

// button makes a button for a payload.
func (d drawing) button(text string, p target) telegram.Button {
	b, _ := chat.Data{Letter: letter, Owner: d.owner, Payload: p.encode()}.Button(text)
	return b
}
