package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// liveSlots are the live slots in a time; expired holds are among them until they are moved.
const liveSlots = `SELECT FROM booking_slot WHERE net_id = ANY($1) AND occupied && tstzrange($2, $3, '[)') AND state IN ('held', 'confirmed', 'checked_in')`

// slotsFree tells whether no live slot but those of one booking is in the way. The answer holds while the nets' locks are held; the constraint would say the same.
func (c *change) slotsFree(ctx context.Context, nets []NetID, want Span, except ID) (free bool, err error) {
	err = c.tx.QueryRow(ctx, `SELECT NOT EXISTS (`+liveSlots+` AND booking_id <> $4)`, nets, want.Start, want.End, except).Scan(&free)
	if err != nil {
		return false, fmt.Errorf("look for slots in the way: %w", err)
	}
	return free, nil
}

// precheck is what can be told of a wish before anything is locked.
type precheck struct {
	at    time.Time
	token string
	role  Role
	taken bool
}

// selectPrecheck reads it. A slot counts as taken where it was so at one instant of the call: by a booking, or by a hold that had not run out.
func (s *Service) selectPrecheck(ctx context.Context, member MemberID, r SlotRequest) (a precheck, err error) {
	span := Span{r.Start, r.End}
	if span.Length() <= 0 { // no time that Postgres would take
		span.End = span.Start
	}
	err = s.pool.QueryRow(ctx, `
		SELECT booking_clock(),
			coalesce((SELECT token::text FROM availability_token WHERE club_id = $1 AND net_id = 0 AND day = '-infinity'), ''),
			coalesce((SELECT role FROM club_member WHERE club_id = $1 AND member_id = $2), 'guest'),
			EXISTS (SELECT FROM booking_slot s JOIN booking b ON b.id = s.booking_id
				WHERE s.net_id = ANY($3) AND s.occupied && tstzrange($4, $5, '[)') AND s.state IN ('held', 'confirmed', 'checked_in')
					AND (b.state <> 'held' OR b.expires_at > booking_clock()))`,
		r.Club, member, r.Nets, span.Start, span.End).Scan(&a.at, &a.token, &a.role, &a.taken)
	if err != nil {
		return a, fmt.Errorf("look at a slot: %w", err)
	}
	return a, nil
}

// slotCheck is what a new booking of a member is judged by.
type slotCheck struct {
	usage usage
	stale []ID // holds in its slots that have run out
	id    ID   // its own, or 0 where the slots are not free
}

// checkSlots reads a view in one round trip.
func (c *change) checkSlots(ctx context.Context, b Booking) (v slotCheck, err error) {
	batch := new(pgx.Batch)
	if !c.actor.isStaff() {
		queueUsage(batch, b, c.at, &v.usage)
	}
	queueStaleHolds(batch, b.Nets, b.occupied(), c.at, &v.stale)
	queueReserveID(batch, b.Nets, b.occupied(), &v.id)
	if err := c.tx.SendBatch(ctx, batch).Close(); err != nil {
		return v, fmt.Errorf("look at slots: %w", err)
	}
	return v, nil
}

// reserveID gives an id for a booking in free slots, and 0 where they are not free.
func (c *change) reserveID(ctx context.Context, nets []NetID, want Span) (id ID, err error) {
	batch := new(pgx.Batch)
	queueReserveID(batch, nets, want, &id)
	if err := c.tx.SendBatch(ctx, batch).Close(); err != nil {
		return 0, fmt.Errorf("reserve an id: %w", err)
	}
	return id, nil
}

// queueReserveID takes the id before the row is written: so everything that names it can be sent with the row.
func queueReserveID(batch *pgx.Batch, nets []NetID, want Span, id *ID) {
	batch.Queue(`SELECT CASE WHEN NOT EXISTS (`+liveSlots+`) THEN nextval('booking_id_seq') ELSE 0 END`, nets, want.Start, want.End).
		QueryRow(func(row pgx.Row) error { return row.Scan(id) })
}

// staleHolds are the holds in a time that had run out at an instant.
func (c *change) staleHolds(ctx context.Context, nets []NetID, want Span, at time.Time) (ids []ID, err error) {
	batch := new(pgx.Batch)
	queueStaleHolds(batch, nets, want, at, &ids)
	if err := c.tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("look for expired holds: %w", err)
	}
	return ids, nil
}

// queueStaleHolds locks the rows in the order of ids: a hold over several nets may be expired by takers of different nets at once.
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

// storeBooking writes a new booking, what it changes for readers, and who did it. The schema's constraint has the last word.
func (c *change) storeBooking(ctx context.Context, b *Booking) error {
	batch := new(pgx.Batch)
	if err := queueBooking(batch, b); err != nil {
		return err
	}
	c.queueTokensOf(batch, b.Nets, b.occupied())
	if err := c.queueAudit(batch, creationAction(*b), *b, nil); err != nil {
		return err
	}
	if err := c.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("store booking: %w", err)
	}
	return nil
}
