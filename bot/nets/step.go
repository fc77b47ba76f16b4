package nets

import (
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// step is what a button of the booking conversation leads to: everything that the next screen needs to know. Nothing of the conversation is
// kept elsewhere, except a hold, which is a row of booking's, and a question that waits for its answer; so no outage makes anybody begin again.
type step struct {
	Verb    verb
	Club    booking.ClubID
	Net     booking.NetID
	Day     booking.Day
	Minute  int64 // of the Unix clock: when play begins
	Length  int   // in minutes
	AddOns  addOns
	Booking booking.ID // that is shown, changed or moved; 0: a new one is chosen
	Page    int        // of a list; which month, for a calendar
	Wait    booking.WaitID
	Seen    int64 // what had been given back when the button was made
}

// addOns are what is hired, in the order in which it was chosen; 0 is nothing.
type addOns [maxAddOns]booking.AddOnID

const maxAddOns = 4

// verb is what a step does. Letters stand in messages that are already sent, so they keep their meaning.
type verb byte

// The verbs. Those up to stepSlip only show.
const (
	stepClubs   verb = 'l'
	stepMonth   verb = 'm' // the calendar
	stepDay     verb = 'd' // times and nets of a day
	stepTaken   verb = 'x' // what to do about a time that is taken
	stepSlip    verb = 't' // how long, with what, for how much
	stepHold    verb = 'h'
	stepShow    verb = 'v' // a booking as it is now
	stepConfirm verb = 'k'
	stepPay     verb = 'y' // Page: which of the providers
	stepExtend  verb = 'e'
	stepGiveUp  verb = 'g' // a hold, back to its day
	stepFile    verb = 'f' // the calendar file
	stepMap     verb = 'o'
	stepMove    verb = 'r' // a booking, to another time
	stepMine    verb = 'i'
	stepDrop    verb = 'c' // asks whether to cancel, and says what comes back
	stepCancel  verb = 'z'
	stepCheckIn verb = 'q'
	stepGuests  verb = '1' // who comes along; typed
	stepWait    verb = 'w' // for a time that is taken
	stepWaits   verb = 'u'
	stepLeave   verb = 'j' // the waitlist
	stepSheet   verb = 'a' // of a day, for staff
	stepNoShow  verb = 'n'
	stepDesk    verb = 's' // Page: cash or card
	stepBack    verb = 'p' // asks whether to give money back; Page: of which payment
	stepRefund  verb = 'R'
	stepAudit   verb = 'A'
	stepBlock   verb = 'B' // Seen: the bookings in the way

	stepTold    verb = 'T' // how the member is told of things
	stepFirst   verb = 'F' // Page: the channel to be tried first
	stepAddress verb = 'E' // Page: of which channel; typed
	stepCode    verb = 'C' // Page: of which channel; typed
	stepForget  verb = 'D' // Page: the address of which channel
	stepQuiet   verb = 'Q' // Seen: from and to in one number; or off, or typed

	stepNets      verb = 'N' // what an admin can set
	stepHours     verb = 'H' // of one net, or of all
	stepWeekday   verb = 'O' // Page: the weekday, or all of them
	stepOpens     verb = 'P' // Length: the minute at which it opens
	stepCloses    verb = 'L' // Seen: the minute at which it closes
	stepShut      verb = 'S' // Page: the weekday, or all of them
	stepTypeHours verb = 'Y'
	stepPrices    verb = 'V'
	stepPrice     verb = 'W' // Seen: the rule
	stepPriceDay  verb = 'X' // Page: the weekday that is switched
	stepPriceNet  verb = 'M' // for which net
	stepTypePrice verb = 'Z' // Page: what of it is typed
	stepPriceDrop verb = 'U'
	stepClosures  verb = 'K'
	stepShutMonth verb = 'J' // the calendar, for a closure
	stepShutDay   verb = 'I'
	stepClose     verb = 'G' // Page: how it repeats
	stepTypeClose verb = 'b'
	stepReopen    verb = '0' // Seen: the closure
)

// fields are the letters of what a verb's button carries: c club, n net, d day, s start, l length, a add-ons, b booking, p page, w wait, e seen.
func (v verb) fields() string {
	switch v {
	case stepClubs, stepWaits, stepTold:
		return "-"
	case stepMine, stepFirst, stepAddress, stepCode, stepForget:
		return "p"
	case stepQuiet:
		return "e"
	case stepNets, stepClosures:
		return "c"
	case stepHours:
		return "cn"
	case stepWeekday, stepShut, stepTypeHours:
		return "cnp"
	case stepOpens:
		return "cnpl"
	case stepCloses:
		return "cnple"
	case stepPrice, stepPriceDrop, stepReopen:
		return "ce"
	case stepPriceDay, stepTypePrice:
		return "cpe"
	case stepPriceNet:
		return "cne"
	case stepShutMonth, stepPrices:
		return "cp"
	case stepShutDay, stepTypeClose:
		return "cnd"
	case stepClose:
		return "cndp"
	case stepMonth:
		return "cpb"
	case stepDay:
		return "cdpb"
	case stepTaken:
		return "cnsb"
	case stepSlip:
		return "cnslab"
	case stepHold:
		return "cnsla"
	case stepMove:
		return "cnslb"
	case stepPay, stepDesk, stepBack:
		return "bp"
	case stepRefund:
		return "bpe"
	case stepWait:
		return "cnsl"
	case stepBlock:
		return "cnsle"
	case stepLeave:
		return "w"
	case stepSheet:
		return "cdp"
	case stepShow, stepConfirm, stepExtend, stepGiveUp, stepFile, stepMap, stepDrop, stepCancel, stepCheckIn, stepGuests, stepNoShow, stepAudit:
		return "b"
	}
	return ""
}

// start is when play begins.
func (s step) start() time.Time { return time.Unix(s.Minute*60, 0).UTC() }

func (s step) span() booking.Span {
	return booking.Span{Start: s.start(), End: s.start().Add(time.Duration(s.Length) * time.Minute)}
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// at is a step that goes on from this one with another verb.
func (s step) at(v verb) step {
	s.Verb = v
	return s
}

func (s step) encode() []string {
	out := []string{string(rune(s.Verb))}
	for _, f := range s.Verb.fields() {
		switch f {
		case 'c':
			out = append(out, chat.Base36(int64(s.Club)))
		case 'n':
			out = append(out, chat.Base36(int64(s.Net)))
		case 'd':
			out = append(out, chat.Base36(int64(s.Day)))
		case 's':
			out = append(out, chat.Base36(s.Minute))
		case 'l':
			out = append(out, chat.Base36(int64(s.Length)))
		case 'a':
			out = append(out, s.AddOns.String())
		case 'b':
			out = append(out, chat.Base36(int64(s.Booking)))
		case 'p':
			out = append(out, chat.Base36(int64(s.Page)))
		case 'w':
			out = append(out, chat.Base36(int64(s.Wait)))
		case 'e':
			out = append(out, chat.Base36(s.Seen))
		}
	}
	return out
}

// letterStep is the letter of every button and question of this package.
const letterStep = 'b'

// data is what a button to the step carries.
func (s step) data(owner int64) chat.Data {
	return chat.Data{Letter: letterStep, Owner: owner, Payload: strings.Join(s.encode(), ":")}
}

// button is a button to the step; false where its data would not fit, with ids larger than any club has.
func (s step) button(owner int64, text string) (telegram.Button, bool) {
	return s.data(owner).Button(text)
}

// parseStep reads a button's payload.
func parseStep(payload string) (step, error) {
	f := chat.ParseFields(payload)
	var s step
	letter := f.Next()
	if len(letter) != 1 || verb(letter[0]).fields() == "" {
		return step{}, chat.ErrButton
	}
	s.Verb = verb(letter[0])
	for _, field := range s.Verb.fields() {
		switch field {
		case 'c':
			s.Club = booking.ClubID(f.Number())
		case 'n':
			s.Net = booking.NetID(f.Number())
		case 'd':
			s.Day = booking.Day(f.NumberUpTo(maxStepDay))
		case 's':
			s.Minute = f.NumberUpTo(maxStepDay * 24 * 60)
		case 'l':
			s.Length = int(f.NumberUpTo(24 * 60))
		case 'a':
			s.AddOns = parseAddOns(f)
		case 'b':
			s.Booking = booking.ID(f.Number())
		case 'p':
			s.Page = int(f.NumberUpTo(maxStepDay))
		case 'w':
			s.Wait = booking.WaitID(f.Number())
		case 'e':
			s.Seen = f.Number()
		}
	}
	if !f.Done() {
		return step{}, chat.ErrButton
	}
	return s, nil
}

// maxStepDay is a day in the year 2243. No button of ours names a later one.
const maxStepDay = 100_000

func (a addOns) String() string {
	var parts []string
	for _, id := range a.list() {
		parts = append(parts, chat.Base36(int64(id)))
	}
	return strings.Join(parts, ".")
}

func parseAddOns(f *chat.Fields) (a addOns) {
	text := f.Next()
	if text == "" {
		return a
	}
	parts := strings.Split(text, ".")
	if len(parts) > maxAddOns {
		f.Reject()
		return a
	}
	for i, part := range parts {
		n, err := strconv.ParseInt(part, 36, 64)
		if err != nil || n <= 0 {
			f.Reject()
			return a
		}
		a[i] = booking.AddOnID(n)
	}
	return a
}

// list leaves out what is nothing.
func (a addOns) list() (ids []booking.AddOnID) {
	for _, id := range a {
		if id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// toggled adds one, or takes it off; false where there is no room.
func (a addOns) toggled(id booking.AddOnID) (addOns, bool) {
	var out addOns
	n, found := 0, false
	for _, x := range a.list() {
		if x == id {
			found = true
			continue
		}
		out[n] = x
		n++
	}
	if found {
		return out, true
	}
	if n == maxAddOns {
		return a, false
	}
	out[n] = id
	return out, true
}
