package booking

import (
	"context"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// invariant is a rule about stored rows and the query for the rows that break it.
type invariant struct{ name, sql string }

func selectBroken(ctx context.Context, q storage.Queryer, rule invariant) ([]string, error) {
	return collect(ctx, q, pgx.RowTo[string], rule.sql)
}

// bookingInvariants are the rules about bookings, waits, notifications, requests and closures that refund.
func bookingInvariants() []invariant {
	return []invariant{
		{"two live bookings share a net", `
			SELECT format('net %s: bookings %s and %s', a.net_id, a.booking_id, b.booking_id) FROM booking_slot a
			JOIN booking_slot b ON a.net_id = b.net_id AND a.booking_id < b.booking_id AND a.occupied && b.occupied
			WHERE a.state IN ('held', 'confirmed', 'checked_in') AND b.state IN ('held', 'confirmed', 'checked_in')`},
		{"a slot has no booking", `SELECT format('booking %s', s.booking_id) FROM booking_slot s WHERE NOT EXISTS (SELECT FROM booking b WHERE b.id = s.booking_id)`},
		{"a booking has no slot", `SELECT format('booking %s', b.id) FROM booking b WHERE NOT EXISTS (SELECT FROM booking_slot s WHERE s.booking_id = b.id)`},
		{"a slot's state is not its booking's", `SELECT format('booking %s', b.id) FROM booking b JOIN booking_slot s ON s.booking_id = b.id WHERE s.state <> b.state`},
		{"a booking's nets have different times", `SELECT format('booking %s', booking_id) FROM booking_slot GROUP BY booking_id HAVING count(DISTINCT during) > 1`},
		{"a booking uses another club's net", `
			SELECT format('booking %s', b.id) FROM booking b JOIN booking_slot s ON s.booking_id = b.id JOIN net n ON n.id = s.net_id WHERE n.club_id <> b.club_id`},
		{"price lines do not add up to the price", `
			SELECT format('booking %s', b.id) FROM booking b WHERE b.price_minor <> (SELECT coalesce(sum((l ->> 'amount_minor')::bigint), 0) FROM jsonb_array_elements(b.price_lines) l)`},
		{"a booking is in another currency than its club", `SELECT format('booking %s', b.id) FROM booking b JOIN club c ON c.id = b.club_id WHERE b.currency <> c.currency`},
		{"a hold should have expired ten minutes ago", `SELECT format('booking %s', id) FROM booking WHERE state = 'held' AND expires_at < booking_clock() - interval '10 minutes'`},
		{"an offer has no waiter, or more than its hold", `
			SELECT format('booking %s', b.id) FROM booking b WHERE b.kind = 'offer' AND b.state = 'held' AND NOT EXISTS (SELECT FROM waitlist w WHERE w.booking_id = b.id AND w.state = 'offered')
			UNION ALL SELECT format('waiter %s', w.id) FROM waitlist w JOIN booking b ON b.id = w.booking_id WHERE w.state = 'offered' AND (b.kind <> 'offer' OR b.state <> 'held')`},
		{"a booking was made or moved without a line in the audit", `SELECT format('booking %s', b.id) FROM booking b WHERE NOT EXISTS (SELECT FROM audit a WHERE a.booking_id = b.id)`},
		{"a request has been running for an hour", `SELECT format('key of %s %s', method, route) FROM idempotency_key WHERE owner IS NOT NULL AND lease_until < booking_clock() - interval '1 hour'`},
		{"a notification has been waiting for a day without a job", `
			SELECT format('notification %s', n.id) FROM notification n WHERE n.sent_at IS NULL AND n.dropped_at IS NULL AND n.failed_at IS NULL AND n.created_at < booking_clock() - interval '1 day'
			AND NOT EXISTS (SELECT FROM river_job j WHERE j.kind IN ('booking_deliver', 'booking_deliver_closed') AND (j.args ->> 'notification')::bigint = n.id)`},
		{"a closure has been about to cancel a booking for an hour without a job", `
			SELECT format('booking %s in run %s', r.booking_id, r.run_id) FROM closure_run_booking r JOIN closure_run run ON run.id = r.run_id
			WHERE r.outcome IS NULL AND run.started_at < booking_clock() - interval '1 hour' AND NOT EXISTS (SELECT FROM river_job j
				WHERE j.kind = 'booking_closure' AND (j.args ->> 'run')::bigint = r.run_id AND j.args -> 'bookings' @> to_jsonb(r.booking_id)
				AND j.state IN ('available', 'pending', 'running', 'retryable', 'scheduled'))`},
		{"the constraint against overlaps is missing", `
			SELECT 'booking_slot_no_overlap' WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'booking_slot_no_overlap' AND conrelid = 'booking_slot'::regclass AND convalidated)`},
	}
}
