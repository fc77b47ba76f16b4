package nets

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// storedClub is a club in a database of its own.
type storedClub struct {
	*booking.Service
	db    *pgxpool.Pool
	admin booking.Actor
	club  booking.Club
	net   booking.Net
}

func newStoredClub(t *testing.T) *storedClub {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	e, err := engines.Start(ctx, engines.Options{Postgres: true})
	must(err)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &storedClub{admin: booking.Actor{ID: goldenOwner, Role: booking.Admin, Origin: "test", Operator: true}}
	c.db, err = storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(e.PostgresURL)})
	must(err)
	t.Cleanup(c.db.Close)
	_, err = migrations.Up(ctx, c.db)
	must(err)
	c.Service, err = booking.New(booking.Options{DB: c.db, Logger: slog.New(slog.DiscardHandler)})
	must(err)
	c.club, err = c.CreateClub(ctx, c.admin, booking.Club{Name: "Riverside", Zone: time.UTC, Currency: "INR", Policy: booking.DefaultPolicy()})
	must(err)
	c.net, err = c.SaveNet(ctx, c.admin, c.club.ID, newNet("Net 1"))
	must(err)
	every := [daysInWeek]bool{true, true, true, true, true, true, true}
	var hours []booking.OpeningHours
	for day := range time.Weekday(daysInWeek) {
		hours = append(hours, booking.OpeningHours{Weekday: day, Closes: wholeDay})
	}
	must(c.SetHours(ctx, c.admin, c.club.ID, hours))
	must(c.SetPrices(ctx, c.admin, c.club.ID, []booking.PriceRule{{Label: "All day", Weekdays: every, To: wholeDay, Member: rupees(300), Guest: rupees(450)}}))
	return c
}

// visit is a typed answer of the club's admin.
func (c *storedClub) visit(t *testing.T, text string) *visit {
	t.Helper()
	return &visit{
		Deps: Deps{Booking: c.Service, IsAdmin: func(int64) bool { return true }}, in: loadPhrases(t).In("en"), isTyped: true,
		event: &telegram.Event{From: telegram.Person{ID: goldenOwner}, Text: text},
	}
}

// waitForLock returns when a connection waits for a club's lock.
func (c *storedClub) waitForLock(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		var waits bool
		if err := c.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory')`).Scan(&waits); err != nil || waits {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
