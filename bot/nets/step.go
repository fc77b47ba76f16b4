package nets

import (
	"math"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// step is a button's meaning: a verb and everything that its screen needs to know. The conversation has no other state, except holds and
// unanswered questions, which are rows.
type step struct {
	Verb     verb
	Club     booking.ClubID
	Net      booking.NetID // 0: all nets, where an admin edits hours, prices or closures
	Day      booking.Day
	Minute   int64 // of the Unix clock, when play begins
	Length   int   // in minutes
	AddOns   addOns
	Booking  booking.ID // 0: a new booking is chosen
	Page     int        // of a list; the number of a month, for a calendar
	Choice   int        // a place in a list that the verb names
	Wait     booking.WaitID
	Weekday  int // Sunday is 0; or everyWeekday, or ownHours
	Opens    int // in minutes of the day
	Closes   int64
	Rule     int64 // the price's id
	Review   booking.ReviewID
	Closure  booking.ClosureID
	Run      booking.ClosureRunID
	Refunded int64  // of the payment, when the button was made
	Conflict int64  // hash of the bookings that conflict with a block, or version of a closing's preview, when the button was made
	Quiet    int64  // quiet hours in one number; or quietOff, or quietTyped
	Value    int64  // the answer of a button of the set-up; the nets of a closing, one bit each
	Language string // its tag; empty: that of the person's Telegram
	Amount   int64  // of a refund, in minor units
	NoReason bool   // the staff skipped the question about the reason
	Version  int    // of the booking or the series that the screen showed; 0: the button has none, because it was made before versions existed
}

// startsAt is when play begins.
func (s step) startsAt() time.Time { return time.Unix(s.Minute*60, 0).UTC() }

func (s step) length() time.Duration { return time.Duration(s.Length) * time.Minute }

func (s step) span() booking.Span {
	return booking.Span{Start: s.startsAt(), End: s.startsAt().Add(s.length())}
}

func unixMinute(t time.Time) int64 { return t.Unix() / 60 }

func wholeMinutes(d time.Duration) int { return int(d / time.Minute) }

// seen returns the version of the booking that the button's screen showed. A button without a version is refused as outdated.
func (s step) seen() booking.Seen {
	return booking.Seen{Bookings: map[booking.ID]int{s.Booking: s.Version}}
}

// seriesSeen names the version of the series that the button's screen showed.
func (s step) seriesSeen() booking.Seen { return booking.Seen{Series: &s.Version} }

// with is the step with another verb.
func (s step) with(v verb) step {
	s.Verb = v
	return s
}

// noReasonMark is before the verb of a step with NoReason.
const noReasonMark = "-"

// encode is the payload's values.
func (s step) encode() []string {
	var values []string
	if s.NoReason {
		values = append(values, noReasonMark)
	}
	values = append(values, string(rune(s.Verb)))
	letters, _ := s.Verb.fields()
	for _, letter := range letters {
		if letter == versionField && s.Version == 0 {
			continue
		}
		values = append(values, s.encodeField(letter))
	}
	return values
}

func (s step) encodeField(letter rune) string {
	var n int64
	switch letter {
	case 'a':
		return s.AddOns.String()
	case 't':
		return s.Language
	case 'c':
		n = int64(s.Club)
	case 'n':
		n = int64(s.Net)
	case 'd':
		n = int64(s.Day)
	case 's':
		n = s.Minute
	case 'l':
		n = int64(s.Length)
	case 'b':
		n = int64(s.Booking)
	case 'p':
		n = int64(s.Page)
	case 'o':
		n = int64(s.Choice)
	case 'w':
		n = int64(s.Wait)
	case 'y':
		n = int64(s.Weekday)
	case 'h':
		n = int64(s.Opens)
	case 'i':
		n = s.Closes
	case 'r':
		n = s.Rule
	case 'x':
		n = int64(s.Closure)
	case 'z':
		n = int64(s.Run)
	case 'g':
		n = s.Refunded
	case 'k':
		n = s.Conflict
	case 'q':
		n = s.Quiet
	case versionField:
		n = int64(s.Version)
	case 'm':
		n = s.Amount
	case 'u':
		n = s.Value
	case 'e':
		n = int64(s.Review)
	}
	return chat.Base36(n)
}

// versionField is the last field of its verbs. Buttons that were made before versions existed do not have it.
const versionField = 'v'

const (
	maxStepDay = 100_000 // in the year 2243; no button names a later one
	maxChoice  = 100_000
	wholeDay   = 24 * 60 // minutes
)

// parseField reads the value of one field.
func (s *step) parseField(letter rune, f *chat.Fields) {
	switch letter {
	case 'a':
		s.AddOns = parseAddOns(f)
	case 't':
		s.Language = f.Next()
	case 'c':
		s.Club = booking.ClubID(f.Number())
	case 'n':
		s.Net = booking.NetID(f.Number())
	case 'd':
		s.Day = booking.Day(f.NumberUpTo(maxStepDay))
	case 's':
		s.Minute = f.NumberUpTo(maxStepDay * wholeDay)
	case 'l':
		s.Length = int(f.NumberUpTo(maxClosing))
	case 'b':
		s.Booking = booking.ID(f.Number())
	case 'p':
		s.Page = int(f.NumberUpTo(maxChoice))
	case 'o':
		s.Choice = int(f.NumberUpTo(maxChoice))
	case 'w':
		s.Wait = booking.WaitID(f.Number())
	case 'y':
		s.Weekday = int(f.NumberUpTo(maxChoice))
	case 'h':
		s.Opens = int(f.NumberUpTo(wholeDay))
	case 'i':
		s.Closes = f.Number()
	case 'r':
		s.Rule = f.Number()
	case 'x':
		s.Closure = booking.ClosureID(f.Number())
	case 'z':
		s.Run = booking.ClosureRunID(f.Number())
	case 'g':
		s.Refunded = f.Number()
	case 'k':
		s.Conflict = f.Number()
	case 'q':
		s.Quiet = f.Number()
	case versionField:
		if !f.Done() {
			if s.Version = int(f.NumberUpTo(math.MaxInt32)); s.Version == 0 {
				f.Reject()
			}
		}
	case 'm':
		s.Amount = f.Number()
	case 'u':
		s.Value = f.Number()
	case 'e':
		s.Review = booking.ReviewID(f.Number())
	}
}

// letterStep is the letter of every button and question of this package.
const letterStep = 'b'

// data is the data of a button to the step.
func (s step) data(owner int64) chat.Data {
	return chat.Data{Letter: letterStep, Owner: owner, Payload: strings.Join(s.encode(), ":")}
}

// button is a button to the step; false where its data would not fit, with ids larger than any club has.
func (s step) button(owner int64, text string) (telegram.Button, bool) {
	return s.data(owner).Button(text)
}

// parseStep reads a button's payload. Anybody can send any bytes.
func parseStep(payload string) (step, error) {
	f := chat.ParseFields(payload)
	letter := f.Next()
	skipped := letter == noReasonMark
	if skipped {
		letter = f.Next()
	}
	if len(letter) != 1 {
		return step{}, chat.ErrButton
	}
	s := step{Verb: verb(letter[0]), NoReason: skipped}
	letters, known := s.Verb.fields()
	if !known {
		return step{}, chat.ErrButton
	}
	for _, letter := range letters {
		s.parseField(letter, f)
	}
	if !f.Done() {
		return step{}, chat.ErrButton
	}
	return s, nil
}
