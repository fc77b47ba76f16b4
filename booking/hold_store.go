package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// liveSlots has the live slots of some nets ($1) in a span ($2, $3). Expired holds are live until their state changes.
//
// The index of live slots supports an equality of net_id, not net_id = ANY: with that it would return the slots of all nets in the span. OFFSET 0 keeps the
// subquery apart, so the plan is the same for an empty table and for a large one.
const liveSlots = `
	unnest($1::bigint[]) net (id) CROSS JOIN LATERAL (
		SELECT * FROM booking_slot
		WHERE net_id = net.id AND occupied && tstzrange($2, $3, '[)') AND state IN ('held', 'confirmed', 'checked_in') OFFSET 0
	) slot`

// slotsFree reports whether the slots are free, apart from those of one booking. The answer stays true while the nets' locks are held.
func slotsFree(ctx context.Context, q storage.Queryer, nets []NetID, want Span, except ID) (free bool, err error) {
	err = q.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM `+liveSlots+` WHERE booking_id <> $4)`, nets, want.Start, want.End, except).Scan(&free)
	if err != nil {
		return false, fmt.Errorf("look for slots in the way: %w", err)
	}
	return free, nil
}

// precheck holds the values that PrecheckHold reads.
type precheck struct {
	at    time.Time
	token string // the club's
	role  Role
	taken bool
}

// selectPrecheck reads it in one statement. A slot counts as taken by a booking, or by a hold that has not expired.
func selectPrecheck(ctx context.Context, q storage.Queryer, member MemberID, r SlotRequest) (p precheck, err error) {
	span := Span{r.Start, r.End}
	if span.Length() <= 0 { // Postgres refuses a range that ends before it starts
		span.End = span.Start
	}
	err = q.QueryRow(ctx, `
		SELECT booking_clock(),
			coalesce((SELECT token::text FROM availability_token WHERE club_id = $4 AND net_id = 0 AND day = '-infinity'), ''),
			coalesce((SELECT role FROM club_member WHERE club_id = $4 AND member_id = $5), 'guest'),
			EXISTS (SELECT FROM `+liveSlots+` WHERE state <> 'held' OR (SELECT expires_at > booking_clock() FROM booking WHERE id = booking_id))`,
		r.Nets, span.Start, span.End, r.Club, member).Scan(&p.at, &p.token, &p.role, &p.taken)
	if err != nil {
		return p, fmt.Errorf("look at a slot: %w", err)
	}
	return p, nil
}

// slotCheck holds the values that insertBooking reads first.
type slotCheck struct {
	setup   *setup // with which the booking was made
	booking Booking

	usage usage // of the booking's member; zero if quotas do not apply
	stale []ID  // expired holds in its slots; their rows are locked
	id    ID    // reserved for it; 0 when its slots are not free
}

// run makes the check in one round trip.
func (s *slotCheck) run(ctx context.Context, tx pgx.Tx) error {
	batch := new(pgx.Batch)
	s.queue(batch)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("look at slots: %w", err)
	}
	return nil
}

// queue adds the statements of the check to a batch. They run under the locks of the booking's member and nets.
func (s *slotCheck) queue(batch *pgx.Batch) {
	if s.booking.Kind == Play {
		queueUsage(batch, s.booking, &s.usage)
	}
	queueStaleHolds(batch, s.booking.Nets, s.booking.occupied(), &s.stale)
	queueReserveID(batch, s.booking.Nets, s.booking.occupied(), &s.id)
}

// reserveID reserves an id for a booking; it returns 0 when the slots are not free.
func reserveID(ctx context.Context, tx pgx.Tx, nets []NetID, want Span) (id ID, err error) {
	batch := new(pgx.Batch)
	queueReserveID(batch, nets, want, &id)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return 0, fmt.Errorf("reserve an id: %w", err)
	}
	return id, nil
}

// queueReserveID takes the id before the row is written, so that the row and all rows that name it can be sent in one round trip.
func queueReserveID(batch *pgx.Batch, nets []NetID, want Span, id *ID) {
	batch.Queue(`SELECT CASE WHEN NOT EXISTS (SELECT FROM `+liveSlots+`) THEN nextval('booking_id_seq') ELSE 0 END`, nets, want.Start, want.End).
		QueryRow(func(row pgx.Row) error { return row.Scan(id) })
}

// queueStaleHolds locks the rows in the order of their ids: two changes on different nets may expire the same hold at once.
func queueStaleHolds(batch *pgx.Batch, nets []NetID, want Span, ids *[]ID) {
	batch.Queue(`
		SELECT id FROM booking WHERE state = 'held' AND expires_at <= (SELECT booking_clock()) AND id IN (
			SELECT booking_id FROM `+liveSlots+` WHERE state = 'held')
		ORDER BY id FOR UPDATE`, nets, want.Start, want.End).
		Query(func(rows pgx.Rows) (err error) {
			*ids, err = pgx.CollectRows(rows, pgx.RowTo[ID])
			return err
		})
}
