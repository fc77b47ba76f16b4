package booking_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/booking"
	"pavilion/storage"
)

// bundle is the club of one test, in its own database.
type bundle struct {
	*booking.Service
	t    *testing.T
	db   *pgxpool.Pool
	url  string
	club booking.ClubID
	nets []booking.NetID
}

// boss is an admin of every club.
func boss() booking.Actor {
	return booking.Actor{ID: 1, Role: booking.Admin, Origin: "test", Operator: true}
}

// player returns a member. The id needs more than 32 bits, as ids of Telegram can.
func player(n int) booking.Actor {
	return booking.Actor{ID: booking.MemberID(7_000_000_100 + n), Role: booking.Player, Origin: "test"}
}

// easy is a policy without tight limits.
func easy() booking.Policy {
	return booking.Policy{
		Grid: time.Hour, Min: time.Hour, Max: 24 * time.Hour, Horizon: 1000, Hold: 10 * time.Minute, HoldMax: 30 * time.Minute, Offer: 15 * time.Minute,
		CancelFree: 24 * time.Hour, CancelFee: 50, CheckIn: 30 * time.Minute, NoShow: 15 * time.Minute,
		QuotaHeld: 1000,
	}
}

// newClub makes a club in zone with six nets, open all day and night, ten units an hour.
func newClub(t *testing.T, zone string, policy booking.Policy) *bundle {
	t.Helper()
	name, pool := copyOf(t, template)
	return clubIn(t, databaseURL(name), pool, zone, policy)
}

// clubIn makes the club of newClub in a database that has the schema.
func clubIn(t *testing.T, url string, pool *pgxpool.Pool, zone string, policy booking.Policy) *bundle {
	t.Helper()
	ctx := t.Context()
	b := &bundle{t: t, url: url, db: pool}
	b.Service = b.service(nil)
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	club, err := b.CreateClub(ctx, boss(), booking.Club{Name: "Test", Zone: location, Currency: "INR", Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	b.club = club.ID
	_, err = b.db.Exec(ctx, `UPDATE club SET day_sheet_minute = NULL`) // otherwise the notifications would depend on the time of day
	b.must(err)
	for i := range 6 {
		n, err := b.SaveNet(ctx, boss(), b.club, booking.Net{Name: fmt.Sprintf("Net %d", i+1), Capacity: 6, Active: true})
		if err != nil {
			t.Fatal(err)
		}
		b.nets = append(b.nets, n.ID)
	}
	b.must(b.SetHours(ctx, boss(), b.club, wholeWeek(0, 1440)))
	b.must(b.SetPrices(ctx, boss(), b.club, []booking.PriceRule{{Label: "base", Weekdays: everyWeekday(), To: 1440, Member: rupees(1000), Guest: rupees(2000)}}))
	return b
}

// saveClub changes the club.
func (b *bundle) saveClub(club booking.Club) {
	b.t.Helper()
	_, err := b.SaveClub(b.t.Context(), boss(), club)
	b.must(err)
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// service makes another service, as in another process.
func (b *bundle) service(redis *storage.Redis) *booking.Service {
	b.t.Helper()
	s, err := booking.New(booking.Options{DB: b.db, Redis: redis, Logger: slog.New(slog.DiscardHandler), LockWait: 20 * time.Second, ConnWait: 20 * time.Second})
	b.must(err)
	return s
}

func everyWeekday() [7]bool { return [7]bool{true, true, true, true, true, true, true} }

func rupees(minor int64) booking.Money { return booking.Money{Minor: minor, Currency: "INR"} }

func wholeWeek(opens, closes int) []booking.OpeningHours {
	var hours []booking.OpeningHours
	for d := range 7 {
		hours = append(hours, booking.OpeningHours{Weekday: time.Weekday(d), Opens: opens, Closes: closes})
	}
	return hours
}

// at parses a time and stops the database's clock there.
func (b *bundle) at(text string) time.Time {
	b.t.Helper()
	t, err := time.Parse(time.RFC3339Nano, text)
	b.must(err)
	b.stop(t)
	return t
}

// stop stops the database's clock at an instant.
func (b *bundle) stop(at time.Time) {
	b.t.Helper()
	sql := fmt.Sprintf(`CREATE OR REPLACE FUNCTION booking_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$SELECT timestamptz '%s'$$`, at.UTC().Format("2006-01-02 15:04:05.999999Z07"))
	_, err := b.db.Exec(b.t.Context(), sql)
	b.must(err)
}

// want makes a request for nets by number.
func (b *bundle) want(start string, length time.Duration, nets ...int) booking.HoldRequest {
	b.t.Helper()
	t, err := time.Parse(time.RFC3339, start)
	b.must(err)
	r := booking.HoldRequest{SlotRequest: booking.SlotRequest{Club: b.club, Start: t, End: t.Add(length)}}
	for _, n := range nets {
		r.Nets = append(r.Nets, b.nets[n-1])
	}
	return r
}

// held makes a hold, and fails the test when it cannot.
func (b *bundle) held(a booking.Actor, r booking.HoldRequest) booking.Booking {
	b.t.Helper()
	h, err := b.Hold(b.t.Context(), a, r)
	b.must(err)
	return h
}

// one reads a single value.
func one[T any](b *bundle, sql string, args ...any) (v T) {
	b.t.Helper()
	b.must(b.db.QueryRow(b.t.Context(), sql, args...).Scan(&v))
	return v
}

// healthy fails the test when an invariant is broken.
func (b *bundle) healthy() {
	b.t.Helper()
	findings, err := booking.Check(b.t.Context(), b.db)
	b.must(err)
	for _, f := range findings {
		b.t.Error(f)
	}
}
