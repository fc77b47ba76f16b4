package booking

import (
	"context"

	"pavilion/storage"
)

// selectConflicts reads the live bookings that overlap a span on one of the nets.
func selectConflicts(ctx context.Context, q storage.Queryer, nets []NetID, span Span) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id IN (
		SELECT booking_id FROM booking_slot WHERE net_id = ANY($1) AND occupied && tstzrange($2, $3, '[)') AND state IN ('held', 'confirmed', 'checked_in'))
		ORDER BY b.id`, nets, span.Start, span.End)
}
