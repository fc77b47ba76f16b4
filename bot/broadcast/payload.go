package broadcast

import (
	"pavilion/bot/chat"
	"pavilion/filter"
	"pavilion/filter/broadcast"
)

// letter is the letter of the buttons and questions.
const letter = 'B'

// Payloads of questions and buttons that concern no panel.
const (
	askMessage = "m" // for the message to send
	albumRest  = "a" // waits for the other messages of the album that answered askMessage
	tapOptOut  = "out"
	tapOptIn   = "in"
	tapSample  = "try" // the button of a preview
)

// verb is what a tap on a panel does.
type verb string

// The verbs. Messages that were sent long ago carry them, so they keep their meaning.
const (
	showPanel    verb = "p"
	setMode      verb = "mo"
	setSilent    verb = "si"
	setSpeed     verb = "sp" // value: messages a second
	setPaid      verb = "pd"
	setPin       verb = "pi"
	showHours    verb = "sh"
	setHours     verb = "ho" // value: index into hourChoices
	showDeletes  verb = "sd"
	setDelete    verb = "de" // value: hours; 0: never
	showSpeeds   verb = "ss"
	showSegments verb = "sg"
	showMinus    verb = "sm"
	setSegment   verb = "se" // value: index into choices
	setMinus     verb = "su"
	askLanguage  verb = "ql"
	askDays      verb = "qd"
	askList      verb = "qu"
	askBooked    verb = "qk"
	askButtons   verb = "qb"
	askTesters   verb = "qt"
	askTime      verb = "qw"
	askEdit      verb = "qe"
	sendPreview  verb = "pr"
	showConfirm  verb = "co"
	confirm      verb = "go" // value: the version that the admin saw
	pause        verb = "st"
	resume       verb = "re"
	showCancel   verb = "ca"
	cancel       verb = "cx"
	showUnsend   verb = "us"
	unsend       verb = "ux"
)

// tap is a tap on a panel, or a question about a broadcast.
type tap struct {
	verb  verb
	id    broadcast.ID
	value int64
}

func (t tap) encode() string {
	return string(t.verb) + ":" + chat.Base36(int64(t.id)) + ":" + chat.Base36(t.value)
}

func parseTap(payload string) (tap, error) {
	f := chat.ParseFields(payload)
	t := tap{verb: verb(f.Next()), id: broadcast.ID(f.Number()), value: f.Number()}
	if !f.Done() {
		return tap{}, chat.ErrButton
	}
	return t, nil
}

// encodeOptOut is the payload of the button by which a person wants no more broadcasts.
func encodeOptOut(id broadcast.ID) string { return tapOptOut + ":" + chat.Base36(int64(id)) }

func parseOptOut(payload string) (broadcast.ID, error) {
	f := chat.ParseFields(payload)
	name, id := f.Next(), broadcast.ID(f.Number())
	if !f.Done() || name != tapOptOut {
		return 0, chat.ErrButton
	}
	return id, nil
}

// choices are the segments that a menu offers without a question.
func choices() []broadcast.Segment {
	return []broadcast.Segment{
		{Kind: broadcast.Everybody},
		{Kind: broadcast.Active, Days: 7},
		{Kind: broadcast.Active, Days: 30},
		{Kind: broadcast.HasPremium},
		{Kind: broadcast.NoPremium},
		{Kind: broadcast.Groups},
	}
}

// hourChoices are the hours that a menu offers.
func hourChoices() []broadcast.Hours {
	return []broadcast.Hours{{}, {From: 8, To: 20}, {From: 9, To: 21}, {From: 10, To: 18}, {From: 17, To: 22}}
}

// deleteChoices are the hours after which a menu offers to delete the messages.
func deleteChoices() []int { return []int{0, 1, 6, 24, 47} }

// author is the private chat of a broadcast's author.
func author(b broadcast.Broadcast) int64 { return int64(b.Author) }

func person(id int64) filter.UserID { return filter.UserID(id) }
