package booking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// bookingColumns are the columns of a booking b and its slots s; scanBooking uses this order.
const bookingColumns = `b.id, b.club_id, b.member_id, b.kind, b.state, b.day, coalesce(b.series_id, 0), b.rate, b.currency, b.price_minor, b.price_lines,
	b.add_on_ids, b.cancel_fee_minor, b.note, b.guests, b.created_at, b.changed_at, b.expires_at, b.version, b.revision, s.nets, s.starts, s.ends, s.until`

const bookingFrom = ` FROM booking b JOIN LATERAL (
	SELECT array_agg(net_id ORDER BY net_id) AS nets, min(lower(during)) AS starts, max(upper(during)) AS ends, max(upper(occupied)) AS until
	FROM booking_slot WHERE booking_id = b.id) s ON s.nets IS NOT NULL `

func scanBooking(row pgx.CollectableRow) (Booking, error) {
	var b Booking
	var day time.Time
	var lines []byte
	var fee *int64
	err := row.Scan(&b.ID, &b.Club, &b.Member, &b.Kind, &b.State, &day, &b.Series, &b.Rate, &b.Price.Currency, &b.Price.Minor, &lines,
		&b.AddOns, &fee, &b.Note, &b.Guests, &b.CreatedAt, &b.ChangedAt, &b.ExpiresAt, &b.Version, &b.Revision, &b.Nets, &b.Span.Start, &b.Span.End, &b.bufferEnd)
	if err != nil {
		return b, err
	}
	b.Day = dayOf(day)
	if fee != nil {
		b.CancelFee = &Money{Minor: *fee, Currency: b.Price.Currency}
	}
	b.Lines, err = decodeLines(lines, b.Price.Currency)
	return b, err
}

// selectBookings reads bookings. The condition may name b, the booking, and s, its slots in one row.
func selectBookings(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Booking, error) {
	rows, err := q.Query(ctx, `SELECT `+bookingColumns+bookingFrom+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read bookings: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanBooking)
	if err != nil {
		return nil, fmt.Errorf("read bookings: %w", err)
	}
	return list, nil
}

func selectBooking(ctx context.Context, q storage.Queryer, id ID) (Booking, error) {
	list, err := selectBookings(ctx, q, `WHERE b.id = $1`, id)
	return firstOf(list, err, ErrNoBooking)
}

// storedLine is the stored form of a price line. Its currency is the booking's.
type storedLine struct {
	Net    NetID     `json:"net"`
	AddOn  AddOnID   `json:"add_on,omitempty"`
	Label  string    `json:"label"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Hourly int64     `json:"hourly_minor"`
	Amount int64     `json:"amount_minor"`
}

func encodeLines(lines []PriceLine) ([]byte, error) {
	stored := make([]storedLine, len(lines))
	for i, l := range lines {
		stored[i] = storedLine{l.Net, l.AddOn, l.Label, l.Start.UTC(), l.End.UTC(), l.Hourly.Minor, l.Amount.Minor}
	}
	return json.Marshal(stored)
}

func decodeLines(data []byte, currency string) ([]PriceLine, error) {
	var stored []storedLine
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, fmt.Errorf("price lines: %w", err)
	}
	lines := make([]PriceLine, len(stored))
	for i, l := range stored {
		lines[i] = PriceLine{
			Net: l.Net, AddOn: l.AddOn, Label: l.Label, Start: l.Start, End: l.End,
			Hourly: Money{l.Hourly, currency}, Amount: Money{l.Amount, currency},
		}
	}
	return lines, nil
}

// selectBookingsByID reads the bookings that exist among some ids.
func selectBookingsByID(ctx context.Context, q storage.Queryer, ids []ID) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id = ANY($1) ORDER BY b.id`, ids)
}

// Statements that list bookings by id select the ids into an array first. Without statistics the planner would otherwise read the ids of all bookings.

// selectBookingsAhead reads a club's holds and confirmed bookings, blocks aside, that end after an instant.
func selectBookingsAhead(ctx context.Context, q storage.Queryer, club ClubID, at time.Time) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id = ANY(ARRAY(SELECT id FROM booking WHERE club_id = $1 AND state IN ('held', 'confirmed') AND kind <> 'block'
		AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date - 2)) AND s.ends > $2 ORDER BY b.id`, club, at)
}

// selectMemberBookings reads a member's bookings from an opening day on, by id.
func selectMemberBookings(ctx context.Context, q storage.Queryer, query MemberBookingsQuery) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id = ANY(ARRAY(SELECT id FROM booking WHERE club_id = $1 AND member_id = $2 AND kind <> 'block' AND day >= $3 AND id > $4))
		ORDER BY b.id LIMIT $5`,
		query.Club, query.Member, query.From.date(), query.After, query.Limit)
}

// insertBookingAndSlots writes a new booking under its reserved id, with its slots, replaced tokens and audit line, together with the next statement or
// the commit.
func insertBookingAndSlots(ctx context.Context, tx pgx.Tx, b *Booking, replaced map[tokenKey]bool, e AuditEntry) error {
	batch := new(pgx.Batch)
	if err := queueBooking(batch, b); err != nil {
		return err
	}
	queueTokens(batch, b.Club, replaced)
	if err := queueAudit(batch, b.Club, e); err != nil {
		return err
	}
	return storage.SendLater(ctx, tx, "store booking", batch)
}

func queueBooking(batch *pgx.Batch, b *Booking) error {
	lines, err := encodeLines(b.Lines)
	if err != nil {
		return err
	}
	var series *SeriesID
	if b.Series != 0 {
		series = &b.Series
	}
	batch.Queue(`
		WITH b AS (
			INSERT INTO booking (id, club_id, member_id, kind, state, day, series_id, rate, currency, price_minor, price_lines, add_on_ids, note, guests, created_at, changed_at, expires_at)
			OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $20, $14, $14, $15) RETURNING id, state
		)
		INSERT INTO booking_slot (booking_id, state, net_id, during, occupied)
		SELECT b.id, b.state, net, tstzrange($17, $18, '[)'), tstzrange($17, $19, '[)') FROM b, unnest($16::bigint[]) net`,
		b.ID, b.Club, b.Member, b.Kind, b.State, b.Day.date(), series, b.Rate, b.Price.Currency, b.Price.Minor, lines, b.AddOns, b.Note, b.CreatedAt, b.ExpiresAt,
		b.Nets, b.Span.Start, b.Span.End, b.bufferEnd, append([]string{}, b.Guests...))
	b.Version, b.Revision = 1, 1
	return nil
}

// updateState writes a move of the table of states, and with it kind and fee. It fails with ErrState unless the row is still in the old state.
func updateState(ctx context.Context, q storage.Queryer, b *Booking, next State, at time.Time) error {
	var fee *int64
	if b.CancelFee != nil {
		fee = &b.CancelFee.Minor
	}
	err := q.QueryRow(ctx, `
		UPDATE booking SET state = $3, kind = $4, changed_at = $5, cancel_fee_minor = $6, version = version + 1, revision = revision + 1
		WHERE id = $1 AND state = $2 RETURNING version, revision`, b.ID, b.State, next, b.Kind, at, fee).Scan(&b.Version, &b.Revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrState
	}
	if err != nil {
		return fmt.Errorf("move booking %d to %s: %w", b.ID, next, err)
	}
	b.State, b.ChangedAt = next, at
	return nil
}
