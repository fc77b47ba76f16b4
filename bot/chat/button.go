package chat

import (
	"strconv"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// maxData is the size of a button's data that Telegram allows, in bytes.
const maxData = 64

// dataVersion begins the data of every button.
const dataVersion = '1'

// labelLetter is the action of a button that does nothing.
const labelLetter = 'n'

// ErrButton reports a button whose data cannot be read, or names an action that does not exist any more.
var ErrButton = fault.New(fault.Invalid, "tap_invalid")

// Data is what a button carries: the letter of the action, the person who may tap it, and a payload that only the action's feature reads.
//
// The encoded form is "1" and the letter, then owner and payload after colons. Messages that were sent long ago carry it, so letters and
// payloads keep their meaning for ever.
type Data struct {
	Letter  byte
	Owner   int64 // 0: everybody who sees it
	Payload string
}

// Encode is the button's data; false where it is longer than Telegram allows.
func (d Data) Encode() ([]byte, bool) {
	out := string([]byte{dataVersion, d.Letter}) + ":" + Base36(d.Owner)
	if d.Payload != "" {
		out += ":" + d.Payload
	}
	return []byte(out), len(out) <= maxData
}

// Button is a button with this data; false where the data would not fit.
func (d Data) Button(text string) (telegram.Button, bool) {
	data, fits := d.Encode()
	return telegram.Button{Text: text, Data: data}, fits
}

// Label is a button that does nothing.
func Label(text string, owner int64) telegram.Button {
	b, _ := Data{Letter: labelLetter, Owner: owner}.Button(text)
	return b
}

// ParseData reads a button's data. Anybody can send any bytes.
func ParseData(data []byte) (Data, error) {
	if len(data) < 3 || len(data) > maxData || data[0] != dataVersion || data[2] != ':' {
		return Data{}, ErrButton
	}
	owner, payload, _ := strings.Cut(string(data[3:]), ":")
	id, err := strconv.ParseInt(owner, 36, 64)
	if err != nil {
		return Data{}, ErrButton
	}
	return Data{Letter: data[1], Owner: id, Payload: payload}, nil
}

// Base36 writes a number as payloads do.
func Base36(n int64) string { return strconv.FormatInt(n, 36) }

// Fields reads a payload of values between colons. After the last value, Done tells whether all of them made sense.
type Fields struct {
	rest []string
	bad  bool
}

// ParseFields begins to read a payload.
func ParseFields(payload string) *Fields {
	if payload == "" {
		return &Fields{}
	}
	return &Fields{rest: strings.Split(payload, ":")}
}

// Next is the next value; empty where there is none.
func (f *Fields) Next() string {
	if len(f.rest) == 0 {
		f.bad = true
		return ""
	}
	s := f.rest[0]
	f.rest = f.rest[1:]
	return s
}

// Number is the next value as a number in base 36.
func (f *Fields) Number() int64 {
	n, err := strconv.ParseInt(f.Next(), 36, 64)
	f.bad = f.bad || err != nil
	return n
}

// NumberUpTo is the next value as a number from 0 to most.
func (f *Fields) NumberUpTo(most int64) int64 {
	n := f.Number()
	if n < 0 || n > most {
		f.bad = true
		return 0
	}
	return n
}

// More reports whether there is another value.
func (f *Fields) More() bool { return len(f.rest) > 0 }

// Reject marks the payload as not valid.
func (f *Fields) Reject() { f.bad = true }

// Done tells whether every value was valid and none is left.
func (f *Fields) Done() bool { return !f.bad && len(f.rest) == 0 }
