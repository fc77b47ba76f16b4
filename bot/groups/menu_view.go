package groups

import (
	"strings"

	"pavilion/bot/telegram"
	domain "pavilion/filter/groups"
)

const (
	maxTitle     = 60 // runes of a group's title
	sectionsARow = 2
	valuesARow   = 3
	markChosen   = "● "
)

// menu draws all settings of a group. topic is that of a forum in which it stands.
func (d drawing) menu(p place, s domain.Settings, topic int64) telegram.Reply {
	lines := []string{d.heading(p), ""}
	var rows [][]telegram.Button
	for i, part := range sections() {
		var summary string
		if part.summary != nil {
			summary = part.summary(d.words, s)
		} else {
			summary = part.label(d.words, part.current(s))
		}
		name := d.in.Say("group_menu." + part.name)
		lines = append(lines, name+": "+summary)
		if i%sectionsARow == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], d.button(name, target{verb: verbSection, group: p.id, topic: topic, section: part.name}))
	}
	rows = append(rows, []telegram.Button{d.button(d.in.Say("group_menu.filters"), target{verb: verbList, group: p.id})})
	return telegram.Reply{Text: strings.Join(lines, "\n"), Bold: len(lines[0]), Keyboard: rows}
}

func (d drawing) heading(p place) string {
	if p.title == "" {
		return d.in.Say("group_menu.heading")
	}
	return d.in.Say("group_menu.heading_of", telegram.CleanLine(p.title, maxTitle))
}

// section draws one setting with its explanation and a button for each value.
func (d drawing) section(p place, s domain.Settings, part section, topic int64) telegram.Reply {
	name := d.in.Say("group_menu." + part.name)
	text := name + "\n\n" + d.in.Say("group_menu."+part.name+"_about")
	if part.name == "welcome" && s.Welcome != "" {
		text += "\n\n" + s.Welcome
	}
	var rows [][]telegram.Button
	current := part.current(s)
	for i, value := range part.values(d.words, s, topic) {
		label := d.valueLabel(s, part, value)
		if value == current {
			label = markChosen + label
		}
		if i%valuesARow == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], d.button(label, target{verb: verbSet, group: p.id, topic: topic, section: part.name, value: value}))
	}
	rows = append(rows, []telegram.Button{d.button(d.in.Say("group_menu.back"), target{verb: verbMenu, group: p.id, topic: topic})})
	return telegram.Reply{Text: text, Bold: len(name), Keyboard: rows}
}

func (d drawing) valueLabel(s domain.Settings, part section, value string) string {
	if part.name == "required" && strings.HasPrefix(value, signRemove) {
		return "✕ " + d.requiredChannel(s, value)
	}
	if part.name == "topics" && strings.HasPrefix(value, signAdd) {
		return d.in.Say("group_value.topics_add")
	}
	if part.name == "topics" && strings.HasPrefix(value, signRemove) {
		return d.in.Say("group_value.topics_remove")
	}
	return part.label(d.words, value)
}
