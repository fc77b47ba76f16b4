package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// liveSlots selects the live slots on some nets in a span. Expired holds are among them until their state changes.
const liveSlots = `SELECT FROM booking_slot WHERE net_id = ANY($1) AND occupied && tstzrange($2, $3, '[)') AND state IN ('held', 'confirmed', 'checked_in')`

// slotsFree reports whether the slots are free, apart from those of one booking. The answer stays true while the nets' locks are held.
func slotsFree(ctx context.Context, q storage.Queryer, nets []NetID, want Span, except ID) (free bool, err error) {
	err = q.QueryRow(ctx, `SELECT NOT EXISTS (`+liveSlots+` AND booking_id <> $4)`, nets, want.Start, want.End, except).Scan(&free)
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
			coalesce((SELECT token::text FROM availability_token WHERE club_id = $1 AND net_id = 0 AND day = '-infinity'), ''),
			coalesce((SELECT role FROM club_member WHERE club_id = $1 AND member_id = $2), 'guest'),
			EXISTS (SELECT FROM booking_slot s JOIN booking b ON b.id = s.booking_id
				WHERE s.net_id = ANY($3) AND s.occupied && tstzrange($4, $5, '[)') AND s.state IN ('held', 'confirmed', 'checked_in')
					AND (b.state <> 'held' OR b.expires_at > booking_clock()))`,
		r.Club, member, r.Nets, span.Start, span.End).Scan(&p.at, &p.token, &p.role, &p.taken)
	if err != nil {
		return p, fmt.Errorf("look at a slot: %w", err)
	}
	return p, nil
}

// slotCheck holds the values that insertBooking reads first.
type slotCheck struct {
	usage usage // of the booking's member; zero if quotas do not apply
	stale []ID  // expired holds in its slots; their rows are locked
	id    ID    // reserved for it; 0 when its slots are not free
}

// selectSlotCheck reads a slotCheck in one round trip. It reads the usage only with withUsage.
func selectSlotCheck(ctx context.Context, tx pgx.Tx, b Booking, at time.Time, withUsage bool) (s slotCheck, err error) {
	batch := new(pgx.Batch)
	if withUsage {
		queueUsage(batch, b, at, &s.usage)
	}
	queueStaleHolds(batch, b.Nets, b.occupied(), at, &s.stale)
	queueReserveID(batch, b.Nets, b.occupied(), &s.id)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return s, fmt.Errorf("look at slots: %w", err)
	}
	return s, nil
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
	batch.Queue(`SELECT CASE WHEN NOT EXISTS (`+liveSlots+`) THEN nextval('booking_id_seq') ELSE 0 END`, nets, want.Start, want.End).
		QueryRow(func(row pgx.Row) error { return row.Scan(id) })
}

// queueStaleHolds locks the rows in the order of their ids: two changes on different nets may expire the same hold at once.
func queueStaleHolds(batch *pgx.Batch, nets []NetID, want Span, at time.Time, ids *[]ID) {
	batch.Queue(`
		SELECT id FROM booking WHERE state = 'held' AND expires_at <= $4 AND id IN (
			SELECT booking_id FROM booking_slot WHERE net_id = ANY($1) AND occupied && tstzrange($2, $3, '[)') AND state = 'held')
		ORDER BY id FOR UPDATE`, nets, want.Start, want.End, at).
		Query(func(rows pgx.Rows) (err error) {
			*ids, err = pgx.CollectRows(rows, pgx.RowTo[ID])
			return err
		})
}
