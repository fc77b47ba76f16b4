package nets

import (
	"errors"
	"testing"

	"pavilion/booking"
)

// Another admin's change is committed after the name was typed and before the club's lock is free.
func TestNetEditor_ARenameKeepsWhatAnotherJustChanged(t *testing.T) {
	t.Parallel()
	c := newStoredClub(t)
	renamed := make(chan error, 1)
	err := c.EditHours(t.Context(), c.admin, c.club.ID, func(now []booking.OpeningHours) ([]booking.OpeningHours, error) {
		go func() {
			_, err := netEditor{c.visit(t, "North net")}.typeNet(t.Context(), step{Verb: stepTypeNet, Club: c.club.ID, Net: c.net.ID})
			renamed <- err
		}()
		if err := c.waitForLock(t.Context()); err != nil {
			return nil, err
		}
		_, err := c.db.Exec(t.Context(), `UPDATE net SET capacity = 9, version = version + 1 WHERE id = $1`, c.net.ID)
		return now, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-renamed; !errors.Is(err, booking.ErrChanged) {
		t.Errorf("the rename: %v", err)
	}
	nets, err := c.AllNets(t.Context(), c.admin, c.club.ID)
	if err != nil || nets[0].Capacity != 9 {
		t.Errorf("%+v, %v", nets, err)
	}
}
