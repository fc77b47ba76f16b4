package courier

import (
	"strings"

	"pavilion/booking"
)

// Written is a letter as it is sent.
func (e *Email) Written(m booking.Message) (string, error) {
	letter, err := e.compose(m)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	_, err = letter.WriteTo(&out)
	return out.String(), err
}
