package broadcast

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter/broadcast"
	"pavilion/internal/phrase"
)

// drawing draws the screens in one language.
type drawing struct {
	in       *phrase.Speaker
	maxSpeed int
	zone     *time.Location
	now      time.Time
}

// button is a button of a broadcast's panel.
func (d drawing) button(b broadcast.Broadcast, v verb, value int64, key string, args ...any) telegram.Button {
	button, _ := chat.Data{Letter: letter, Payload: tap{v, b.ID, value}.encode()}.Button(d.in.Say(key, args...))
	return button
}

// panel shows a broadcast as it is, with what can be done.
func (d drawing) panel(b broadcast.Broadcast) telegram.Reply {
	title := d.title(b)
	lines := []string{title, d.summary(b)}
	switch b.State {
	case broadcast.Draft, broadcast.Previewed:
		lines = append(lines, "", d.plan(b))
	case broadcast.Scheduled:
		lines = append(lines, "", d.plan(b), "", d.in.Say(forGroups(b, "broadcast.waits"), d.when(b.At), b.Plan.People))
	default:
		lines = append(lines, "", d.figures(b))
	}
	return telegram.Reply{Text: strings.Join(lines, "\n"), Bold: len(title), Keyboard: d.keyboard(b)}
}

func (d drawing) title(b broadcast.Broadcast) string {
	return d.in.Say("broadcast.title", int64(b.ID), d.in.Say("broadcast.state."+string(b.State)))
}

const maxSummary = 60 // characters of the message

// summary is the beginning of the message.
func (d drawing) summary(b broadcast.Broadcast) string {
	text := b.Content.Text
	if len(b.Content.Media) > 0 {
		text = b.Content.Media[0].Caption
	}
	text = telegram.CleanLine(text, maxSummary)
	if len(b.Content.Media) == 0 {
		return "« " + text + " »"
	}
	return strings.TrimSpace(d.in.Say("broadcast.files", len(b.Content.Media)) + " " + text)
}

// plan is how and to whom the message goes.
func (d drawing) plan(b broadcast.Broadcast) string {
	sound := "broadcast.sound_on"
	if b.Plan.Silent {
		sound = "broadcast.sound_off"
	}
	lines := []string{
		d.in.Say("broadcast.mode." + string(b.Plan.Mode)),
		d.in.Say(sound),
		d.speed(b),
		d.in.Say("broadcast.to", d.segment(b.Plan.Segment)),
	}
	if minus := b.Plan.Segment.Minus; minus != nil {
		lines = append(lines, d.in.Say("broadcast.without", d.segment(*minus)))
	}
	if b.Plan.Hours != (broadcast.Hours{}) {
		lines = append(lines, d.in.Say("broadcast.in_hours", d.hourRange(b.Plan.Hours), d.zone.String()))
	}
	if b.Plan.Pin {
		lines = append(lines, d.in.Say("broadcast.pinned"))
	}
	if b.Plan.DeleteAfter > 0 {
		lines = append(lines, d.in.Say("broadcast.deleted_after", d.in.Say("length.hours", b.Plan.DeleteAfter)))
	}
	if n := len(b.Content.Buttons); n > 0 {
		lines = append(lines, d.in.Say("broadcast.buttons", n))
	}
	if n := len(b.Plan.Testers); n > 0 {
		lines = append(lines, d.in.Say("broadcast.testers", n))
	}
	if b.ButtonsFollow() {
		lines = append(lines, d.in.Say("broadcast.two_messages"))
	}
	if b.State == broadcast.Draft {
		lines = append(lines, "", d.in.Say("broadcast.preview_first"))
	}
	return strings.Join(lines, "\n")
}

func (d drawing) speed(b broadcast.Broadcast) string {
	if b.Plan.Paid {
		return d.in.Say("broadcast.paid_speed", broadcast.PaidSpeed)
	}
	return d.in.Say("broadcast.speed", cmp.Or(b.Plan.Speed, d.maxSpeed))
}

func (d drawing) segment(s broadcast.Segment) string {
	switch s.Kind {
	case broadcast.Speakers:
		return d.in.Say("broadcast.segment.language", s.Language)
	case broadcast.Active:
		return d.in.Say("broadcast.segment.active", s.Days)
	case broadcast.Uploaded:
		return d.in.Say("broadcast.segment.list", int64(s.List))
	case broadcast.Booked:
		return d.in.Say("broadcast.segment.booked", s.From, s.To)
	case broadcast.Everybody, broadcast.HasPremium, broadcast.NoPremium, broadcast.Groups:
	}
	return d.in.Say("broadcast.segment." + string(s.Kind))
}

// figures are how far a broadcast is and what became of it.
func (d drawing) figures(b broadcast.Broadcast) string {
	c := b.Counts
	lines := []string{d.in.Say("broadcast.reached", c.Reached, b.Plan.People)}
	if b.State == broadcast.Paused && b.Reason != broadcast.PausedByAdmin {
		lines = append([]string{d.in.Say("broadcast.reason." + string(b.Reason))}, lines...)
	}
	if b.State == broadcast.Running && !b.Plan.Hours.IsOpen(d.now.In(d.zone)) {
		lines = append(lines, d.in.Say("broadcast.waits_for_hours", d.hourRange(b.Plan.Hours), d.zone.String()))
	}
	if c.Gone > 0 {
		lines = append(lines, d.in.Say("broadcast.gone", c.Gone))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Failed)) {
		lines = append(lines, d.in.Say("broadcast.failed", c.Failed[name], name))
	}
	if c.Unpinned > 0 && b.State != broadcast.Running { // while it runs, pins follow the messages
		lines = append(lines, d.in.Say("broadcast.unpinned", c.Unpinned))
	}
	if c.Deleted > 0 {
		lines = append(lines, d.in.Say("broadcast.deleted", c.Deleted))
	}
	if c.OptOuts > 0 {
		lines = append(lines, d.in.Say("broadcast.opt_outs", c.OptOuts))
	}
	if c.Sending > 0 {
		lines = append(lines, d.in.Say("broadcast.rate", strconv.FormatFloat(c.PerSecond(), 'f', 1, 64)))
	}
	if b.Plan.PaidRefused != "" {
		lines = append(lines, d.in.Say("broadcast.paid_refused", b.Plan.PaidRefused))
	}
	if len(b.Parked) > 0 {
		lines = append(lines, d.in.Say("broadcast.parked", joined(b.Parked)))
	}
	if r := b.Revision; r != nil {
		key := "broadcast.revision." + string(r.Kind)
		if r.Finished {
			key += "_done"
		}
		lines = append(lines, d.in.Say(key, r.Changed, r.Failed))
	}
	return strings.Join(lines, "\n")
}

func (d drawing) keyboard(b broadcast.Broadcast) [][]telegram.Button {
	switch b.State {
	case broadcast.Draft, broadcast.Previewed:
		return d.planKeyboard(b)
	case broadcast.Scheduled:
		return [][]telegram.Button{{d.button(b, showCancel, 0, "broadcast.cancel")}}
	case broadcast.Running:
		return [][]telegram.Button{{d.button(b, pause, 0, "broadcast.pause"), d.button(b, showCancel, 0, "broadcast.cancel")}}
	case broadcast.Paused:
		return append([][]telegram.Button{{d.button(b, resume, 0, "broadcast.resume"), d.button(b, showCancel, 0, "broadcast.cancel")}}, d.revisions(b)...)
	case broadcast.Done, broadcast.Cancelled:
	}
	return d.revisions(b)
}

const changeable = 47 * time.Hour // after the end

// revisions are the buttons that change what people got.
func (d drawing) revisions(b broadcast.Broadcast) [][]telegram.Button {
	open := b.Counts.Reached > 0 && (b.Ended.IsZero() || d.now.Before(b.Ended.Add(changeable))) && (b.Revision == nil || b.Revision.Finished)
	if !open || b.Revision != nil && b.Revision.Kind == broadcast.Unsend {
		return nil
	}
	row := []telegram.Button{d.button(b, showUnsend, 0, "broadcast.unsend")}
	if b.Plan.Mode == broadcast.Copy {
		row = append([]telegram.Button{d.button(b, askEdit, 0, "broadcast.edit")}, row...)
	}
	return [][]telegram.Button{row}
}

func (d drawing) planKeyboard(b broadcast.Broadcast) [][]telegram.Button {
	mode, sound := "broadcast.use_forward", "broadcast.use_silent"
	if b.Plan.Mode == broadcast.Forward {
		mode = "broadcast.use_copy"
	}
	if b.Plan.Silent {
		sound = "broadcast.use_sound"
	}
	pin := "broadcast.use_pin"
	if b.Plan.Pin {
		pin = "broadcast.use_no_pin"
	}
	whom := []telegram.Button{d.button(b, showSegments, 0, "broadcast.choose_to")}
	if b.Plan.Segment.Kind != broadcast.Groups {
		whom = append(whom, d.button(b, showMinus, 0, "broadcast.choose_without"))
	}
	rows := [][]telegram.Button{
		whom,
		{d.button(b, setMode, 0, mode), d.button(b, setSilent, 0, sound)},
		{d.button(b, askButtons, 0, "broadcast.choose_buttons"), d.button(b, showSpeeds, 0, "broadcast.choose_speed")},
		{d.button(b, setPin, 0, pin), d.button(b, showHours, 0, "broadcast.choose_hours")},
		{d.button(b, showDeletes, 0, "broadcast.choose_delete")},
		{d.button(b, askTesters, 0, "broadcast.choose_testers"), d.button(b, sendPreview, 0, "broadcast.preview")},
	}
	if b.State == broadcast.Previewed {
		rows = append(rows, []telegram.Button{d.button(b, showConfirm, 0, "broadcast.go_on")})
	}
	return append(rows, []telegram.Button{d.button(b, showCancel, 0, "broadcast.discard")})
}

func (d drawing) back(b broadcast.Broadcast) []telegram.Button {
	return []telegram.Button{d.button(b, showPanel, 0, "broadcast.back")}
}

// sure asks before something that cannot be undone.
func (d drawing) sure(b broadcast.Broadcast, question string, yes verb, label string) telegram.Reply {
	title := d.title(b)
	return telegram.Reply{
		Text: title + "\n" + d.in.Say(question), Bold: len(title),
		Keyboard: [][]telegram.Button{{d.button(b, yes, 0, label)}, d.back(b)},
	}
}

func (d drawing) speeds(b broadcast.Broadcast) telegram.Reply {
	title := d.title(b)
	var row []telegram.Button
	for _, speed := range []int{1, 5, 10, 20, d.maxSpeed} {
		if speed <= d.maxSpeed {
			row = append(row, d.button(b, setSpeed, int64(speed), "broadcast.per_second", speed))
		}
	}
	rows := [][]telegram.Button{row}
	question := d.in.Say("broadcast.ask_speed")
	if b.Plan.Segment.Kind != broadcast.Groups {
		rows = append(rows, []telegram.Button{d.button(b, setPaid, 0, "broadcast.choose_paid", broadcast.PaidSpeed)})
		question += "\n" + d.in.Say("broadcast.about_paid")
	}
	return telegram.Reply{Text: title + "\n" + question, Bold: len(title), Keyboard: append(rows, d.back(b))}
}

// hours offers the hours of a day in which the message is sent.
func (d drawing) hours(b broadcast.Broadcast) telegram.Reply {
	title := d.title(b)
	var rows [][]telegram.Button
	for i, h := range hourChoices() {
		if i%3 == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], d.button(b, setHours, int64(i), "broadcast.chosen", d.hourRange(h)))
	}
	return telegram.Reply{Text: title + "\n" + d.in.Say("broadcast.ask_hours", d.zone.String()), Bold: len(title), Keyboard: append(rows, d.back(b))}
}

// deletes offers the time after which the messages are deleted.
func (d drawing) deletes(b broadcast.Broadcast) telegram.Reply {
	title := d.title(b)
	var row []telegram.Button
	for _, hours := range deleteChoices() {
		label := d.in.Say("broadcast.keep")
		if hours > 0 {
			label = d.in.Say("length.hours", hours)
		}
		row = append(row, d.button(b, setDelete, int64(hours), "broadcast.chosen", label))
	}
	return telegram.Reply{Text: title + "\n" + d.in.Say("broadcast.ask_delete"), Bold: len(title), Keyboard: [][]telegram.Button{row, d.back(b)}}
}

func (d drawing) hourRange(h broadcast.Hours) string {
	if h == (broadcast.Hours{}) {
		return d.in.Say("broadcast.all_day")
	}
	return fmt.Sprintf("%d:00–%d:00", h.From, h.To)
}

// segments offers whom the message goes to, or whom it leaves out.
func (d drawing) segments(b broadcast.Broadcast, v verb) telegram.Reply {
	title, question := d.title(b), "broadcast.ask_to"
	value := int64(0) // of the questions: 1 where the answer is left out
	if v == setMinus {
		question, value = "broadcast.ask_without", 1
	}
	var rows [][]telegram.Button
	for i, s := range choices() {
		if v == setMinus && s.Kind == broadcast.Groups {
			continue
		}
		key := "broadcast.chosen"
		if v == setMinus && s.Kind == broadcast.Everybody {
			key = "broadcast.leave_out_nobody"
		}
		rows = append(rows, []telegram.Button{d.button(b, v, int64(i), key, d.segment(s))})
	}
	rows = append(rows, []telegram.Button{
		d.button(b, askLanguage, value, "broadcast.choose_language"), d.button(b, askDays, value, "broadcast.choose_days"), d.button(b, askList, value, "broadcast.choose_list"),
	}, []telegram.Button{d.button(b, askBooked, value, "broadcast.choose_booked")}, d.back(b))
	return telegram.Reply{Text: title + "\n" + d.in.Say(question), Bold: len(title), Keyboard: rows}
}

// confirm shows how many people or groups would get the message.
func (d drawing) confirm(b broadcast.Broadcast, e broadcast.Estimate) telegram.Reply {
	title := d.title(b)
	lines := []string{title, d.summary(b), ""}
	if b.Plan.Segment.Kind == broadcast.Groups {
		lines = append(lines, d.in.Say("broadcast.groups", e.People()))
		if e.Blocked() > 0 {
			lines = append(lines, d.in.Say("broadcast.groups_closed", e.Blocked()))
		}
	} else {
		lines = append(lines, d.in.Say("broadcast.people", e.People()))
		lines = append(lines, d.poolLines(e)...)
	}
	if e.OptedOut > 0 {
		lines = append(lines, d.in.Say(forGroups(b, "broadcast.opted_out_count"), e.OptedOut))
	}
	lines = append(lines, d.in.Say("broadcast.takes", d.duration(e.Duration)))
	if !e.End.IsZero() {
		lines = append(lines, d.in.Say("broadcast.ends", d.when(e.End.UTC())))
	}
	if b.Plan.Paid {
		lines = append(lines, d.in.Say("broadcast.costs", e.Stars))
	}
	var rows [][]telegram.Button
	if e.People() > 0 {
		rows = append(rows, []telegram.Button{d.button(b, confirm, b.Version, forGroups(b, "broadcast.send_now"), e.People()), d.button(b, askTime, 0, "broadcast.send_later")})
	}
	return telegram.Reply{Text: strings.Join(lines, "\n"), Bold: len(title), Keyboard: append(rows, d.back(b))}
}

// poolLines are the numbers of each database.
func (d drawing) poolLines(e broadcast.Estimate) (lines []string) {
	for _, p := range e.Pools {
		if p.Down {
			lines = append(lines, "• "+d.in.Say("broadcast.pool_down", p.Pool))
		} else {
			lines = append(lines, "• "+d.in.Say("broadcast.pool", p.Pool, p.People, p.Blocked))
		}
	}
	return lines
}

// forGroups is the key of a phrase about people, or of its form about groups.
func forGroups(b broadcast.Broadcast, key string) string {
	if b.Plan.Segment.Kind == broadcast.Groups {
		return key + "_groups"
	}
	return key
}

func (d drawing) duration(t time.Duration) string {
	if t < time.Minute {
		return d.in.Say("broadcast.seconds", int(t.Seconds())+1)
	}
	return d.in.Say("broadcast.minutes", int(t.Minutes())+1)
}

func (d drawing) when(t time.Time) string {
	return d.in.Say("broadcast.at", d.in.Day(t), t.Format("15:04"))
}

// list shows the latest broadcasts. Their authors can open them.
func (d drawing) list(list []broadcast.Broadcast, reader int64) telegram.Reply {
	if len(list) == 0 {
		return telegram.Reply{Text: d.in.Say("broadcast.none")}
	}
	title := d.in.Say("broadcast.list")
	lines := []string{title}
	var rows [][]telegram.Button
	for _, b := range list {
		lines = append(lines, "", d.title(b), d.summary(b), d.figures(b))
		if author(b) == reader {
			rows = append(rows, []telegram.Button{d.button(b, showPanel, 0, "broadcast.open", int64(b.ID))})
		}
	}
	return telegram.Reply{Text: strings.Join(lines, "\n"), Bold: len(title), Keyboard: rows}
}

func joined(names []string) string { return strings.Join(names, ", ") }

func idText(person int64) string { return strconv.FormatInt(person, 10) }
