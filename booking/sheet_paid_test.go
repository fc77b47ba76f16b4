package booking_test

import (
	"errors"
	"testing"
	"time"

	"pavilion/booking"
)

func TestPaid_IsABookingThatAPaymentSettles(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	open := b.held(player(1), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	settled := b.held(player(2), b.want("2026-06-02T10:00:00Z", time.Hour, 2))
	if _, err := b.PayAtDesk(t.Context(), boss(), settled.ID, booking.Cash); err != nil {
		t.Fatal(err)
	}
	paid, err := b.Paid(t.Context(), boss(), []booking.Booking{open, settled})
	if err != nil || paid[open.ID] || !paid[settled.ID] {
		t.Errorf("paid: %v, %v", paid, err)
	}
	if _, err := b.Paid(t.Context(), player(1), []booking.Booking{open}); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member asks: %v", err)
	}
}
