package booking_test

import (
	"fmt"
	"testing"
	"time"

	"pavilion/booking"
)

// The clock advances by a second with each reading. So the other hold expires after the change has read its time and before it checks the slots.
func TestHold_TakesASlotWhoseHoldExpiresMeanwhile(t *testing.T) {
	b := newClub(t, "UTC", easy())
	start := b.at("2026-06-01T08:00:00Z")
	first := b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	exec(t, b.db, `CREATE SEQUENCE clock_reading MINVALUE 0`)
	exec(t, b.db, fmt.Sprintf(`CREATE OR REPLACE FUNCTION booking_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
		$$SELECT timestamptz '%s' + nextval('clock_reading') * interval '1 second'$$`, start.Format(time.RFC3339)))
	exec(t, b.db, `UPDATE booking SET expires_at = booking_clock() + interval '1500 milliseconds' WHERE id = $1`, first.ID)
	_, err := b.Hold(t.Context(), player(2), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	b.must(err)
	if got := one[string](b, `SELECT state FROM booking WHERE id = $1`, first.ID); got != string(booking.Expired) {
		t.Errorf("the expired hold is %s", got)
	}
}
