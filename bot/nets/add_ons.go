package nets

import (
	"strconv"
	"strings"

	"pavilion/booking"
	"pavilion/bot/chat"
)

// addOns are the add-ons of a step, in the order in which they were chosen; 0 is an empty place.
type addOns [maxAddOns]booking.AddOnID

const maxAddOns = 4

// String is the form that a payload has.
func (a addOns) String() string {
	var parts []string
	for _, id := range a.ids() {
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

// ids leaves out empty places.
func (a addOns) ids() (ids []booking.AddOnID) {
	for _, id := range a {
		if id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// toggled adds an add-on, or removes it where it is chosen already; false where there is no room.
func (a addOns) toggled(id booking.AddOnID) (addOns, bool) {
	var out addOns
	n, found := 0, false
	for _, x := range a.ids() {
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
