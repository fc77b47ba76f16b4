package booking

import (
	"context"
	"slices"
	"strings"

	"pavilion/internal/fault"
)

const (
	maxGuests    = 20
	maxGuestName = 60 // characters
)

// Errors about guests.
var (
	ErrGuests     = fault.New(fault.Invalid, "guests")
	ErrGuestsRoom = fault.New(fault.Invalid, "guests_room")
)

// SetGuests replaces the names of the member's guests. The names are for the desk; the audit stores only their number.
func (s *Service) SetGuests(ctx context.Context, actor Actor, id ID, names []string) (Booking, error) {
	names, err := cleanGuests(names)
	if err != nil {
		return Booking{}, err
	}
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		if b.Kind == Block || !b.LiveAt(c.at) {
			return ErrState
		}
		if err := c.setup.checkRoom(b.Nets, names); err != nil {
			return err
		}
		if err := saveGuests(ctx, c.tx, b, names); err != nil {
			return err
		}
		return c.recordAudit(ctx, "guests", *b, map[string]any{"guests": len(names)})
	})
}

// cleanGuests returns the names as they are stored, without empty ones. Too many or too long ones are ErrGuests.
func cleanGuests(names []string) ([]string, error) {
	names = slices.Clone(names)
	for i, name := range names {
		names[i] = strings.Join(strings.Fields(cleanText(name)), " ")
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	if len(names) > maxGuests || slices.ContainsFunc(names, func(name string) bool { return tooLong(name, maxGuestName) }) {
		return nil, ErrGuests
	}
	return names, nil
}

// checkRoom returns ErrGuestsRoom if the guests and their host do not fit into the nets.
func (s *setup) checkRoom(nets []NetID, guests []string) error {
	if room := capacity(s.nets, nets); room > 0 && len(guests) >= room {
		return ErrGuestsRoom
	}
	return nil
}

// capacity is the number of people who fit into some nets; 0 when all of them are retired.
func capacity(nets []Net, ids []NetID) (people int) {
	for _, n := range nets {
		if slices.Contains(ids, n.ID) {
			people += n.Capacity
		}
	}
	return people
}
