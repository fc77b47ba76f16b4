package booking

import (
	"context"

	"pavilion/storage"
)

// selectConflicts reads the live bookings that overlap a span on one of the nets.
func selectConflicts(ctx context.Context, q storage.Queryer, nets []NetID, span Span) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id IN (SELECT booking_id FROM `+liveSlots+`) ORDER BY b.id`, nets, span.Start, span.End)
}
