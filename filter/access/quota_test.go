package access_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/caller"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// quotaBundle is a quota with its clock and its limit.
type quotaBundle struct {
	*access.Quota
	clock clock
	limit atomic.Int64
	db    *pgxpool.Pool
}

func newQuota(t *testing.T, url string, limit int) *quotaBundle {
	t.Helper()
	b := &quotaBundle{db: openPostgres(t, url)}
	b.limit.Store(int64(limit))
	var err error
	b.Quota, err = access.NewQuota(b.db, access.QuotaOptions{
		Limit: func(context.Context, filter.UserID) int { return int(b.limit.Load()) }, Zone: time.FixedZone("IST", 19_800),
		Logger: slog.New(slog.DiscardHandler), Now: b.clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// noon sets the clock to noon of the zone, so that no test meets midnight by chance.
func (b *quotaBundle) noon() *quotaBundle {
	now := time.Now().In(time.FixedZone("IST", 19_800))
	b.clock.advance(time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, now.Location()).Sub(now))
	return b
}

func (b *quotaBundle) reserve(t *testing.T, person filter.UserID, documents ...filter.DocumentID) access.Reservation {
	t.Helper()
	r, err := b.Reserve(t.Context(), person, documents)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// deliver reserves files and settles those that fit. It returns how many these are.
func (b *quotaBundle) deliver(t *testing.T, person filter.UserID, documents ...filter.DocumentID) int {
	t.Helper()
	r := b.reserve(t, person, documents...)
	for _, d := range r.Documents {
		if err := b.Settle(t.Context(), r.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	return len(r.Documents)
}

func (b *quotaBundle) left(t *testing.T, person filter.UserID) int {
	t.Helper()
	a, err := b.Left(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	return a.Left
}

func (b *quotaBundle) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := b.db.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func files(n int) []filter.DocumentID {
	list := make([]filter.DocumentID, n)
	for i := range list {
		list[i] = filter.DocumentID(i + 1)
	}
	return list
}

func TestQuota_HundredDeliveriesAtOnceGetTheLimit(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 10).noon(), someone()
	var reserved, settled atomic.Int32
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			r, err := b.ReserveOnce(t.Context(), person, filter.DocumentID(i+1), "at once "+strconv.Itoa(i), nil)
			if err != nil {
				t.Error(err)
				return
			}
			reserved.Add(int32(len(r.Documents)))
			for _, d := range r.Documents {
				if err := b.Settle(t.Context(), r.ID, d); err != nil {
					t.Error(err)
				}
				settled.Add(1)
			}
		})
	}
	all.Wait()
	if reserved.Load() != 10 || settled.Load() != 10 {
		t.Errorf("%d reserved, %d settled, want 10", reserved.Load(), settled.Load())
	}
	if used := b.count(t, "SELECT used FROM quota_day WHERE person = $1", person); used != 10 {
		t.Errorf("the day counts %d", used)
	}
	if open := b.count(t, "SELECT count(*) FROM quota_reservation WHERE person = $1", person); open != 0 {
		t.Errorf("%d reservations are open", open)
	}
}

func TestQuota_OfManyFilesThoseThatFitAreReservedAndTheRestComesBack(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 5).noon(), someone()
	r := b.reserve(t, person, 1, 2, 2, 3, 4, 5, 6, 7)
	if !slices.Equal(r.Documents, []filter.DocumentID{1, 2, 3, 4, 5}) || r.Left != 0 || r.Limit != 5 {
		t.Fatalf("%+v", r)
	}
	if again := b.reserve(t, person, 8); len(again.Documents) != 0 || again.ID != 0 {
		t.Errorf("over the limit: %+v", again)
	}
	for range 2 { // settling twice counts once
		if err := b.Settle(t.Context(), r.ID, 3); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the person blocked the bot
		if err := b.Release(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
	}
	if left := b.left(t, person); left != 4 {
		t.Errorf("%d left after one of five was delivered", left)
	}
	if err := b.Settle(t.Context(), r.ID, 4); err != nil {
		t.Errorf("settling after the release: %v", err)
	}
}

func TestQuota_TheSameFileIsFreeForADay(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 2).noon(), someone()
	if b.deliver(t, person, 1) != 1 || b.left(t, person) != 1 {
		t.Fatal("the first delivery")
	}
	if b.deliver(t, person, 1) != 1 || b.left(t, person) != 1 {
		t.Error("the same file was charged again")
	}
	if b.deliver(t, person, 2, 3, 1) != 2 || b.left(t, person) != 0 {
		t.Error("the limit does not hold beside a free file")
	}
	if b.deliver(t, person, 1) != 1 {
		t.Error("a free file is refused because nothing is left")
	}
	b.limit.Store(9)
	repeat := b.reserve(t, person, 1)
	if left := b.left(t, person); left != 7 {
		t.Errorf("%d left beside a free file on its way", left)
	}
	if err := b.Release(t.Context(), repeat.ID); err != nil {
		t.Fatal(err)
	}
	b.limit.Store(2)
	if other := someone(); b.deliver(t, other, 1) != 1 || b.left(t, other) != 1 {
		t.Error("the file is free for somebody else")
	}
	// A day later it is charged again. Repeats in between do not make the day longer.
	for _, hours := range []int{23, 1} {
		if b.deliver(t, person, 1) != 1 {
			t.Error("the file is not free within a day")
		}
		if _, err := b.db.Exec(t.Context(), "UPDATE quota_delivered SET charged_at = charged_at - $2 * interval '1 hour' WHERE person = $1", person, hours); err != nil {
			t.Fatal(err)
		}
	}
	b.clock.advance(24 * time.Hour)
	if b.deliver(t, person, 1) != 1 || b.left(t, person) != 1 {
		t.Error("the file is free after a day")
	}
}

// Two deliveries of one file that overlap are charged once both have ended.
func TestQuota_OneFileInTwoDeliveriesAtOnceIsChargedOnce(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 5).noon(), someone()
	one, two := b.reserve(t, person, 9), b.reserve(t, person, 9)
	for _, r := range []access.Reservation{one, two} {
		if err := b.Settle(t.Context(), r.ID, 9); err != nil {
			t.Fatal(err)
		}
	}
	if left := b.left(t, person); left != 4 {
		t.Errorf("%d left", left)
	}
}

func TestQuota_AReleaseAfterMidnightCountsForTheDayReserved(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 3).noon(), someone()
	b.clock.advance(11*time.Hour + 59*time.Minute)
	r := b.reserve(t, person, 1, 2)
	if until := r.Ends.Sub(b.clock.now()); until <= 0 || until > time.Minute {
		t.Errorf("the day ends in %s", until)
	}
	b.clock.advance(2 * time.Minute)
	if b.deliver(t, person, 3) != 1 || b.left(t, person) != 2 {
		t.Error("the new day does not begin empty")
	}
	if err := b.Release(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if left := b.left(t, person); left != 2 {
		t.Errorf("%d left on the new day after a release of the old one", left)
	}
	if used := b.count(t, "SELECT used FROM quota_day WHERE person = $1 ORDER BY day LIMIT 1", person); used != 0 {
		t.Errorf("the old day still counts %d", used)
	}
}

func TestQuota_ALimitLoweredBelowTheUsedLeavesNothing(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 5).noon(), someone()
	b.deliver(t, person, files(4)...)
	b.limit.Store(2)
	if left := b.left(t, person); left != 0 {
		t.Errorf("%d left", left)
	}
	if r := b.reserve(t, person, 7); len(r.Documents) != 0 || r.Left != 0 {
		t.Errorf("%+v", r)
	}
	b.limit.Store(0)
	if r := b.reserve(t, person, files(500)...); len(r.Documents) != 500 || r.ID != 0 {
		t.Errorf("without a limit: %d files, reservation %d", len(r.Documents), r.ID)
	}
}

// expire makes a person's reservations as old as those of a process that was killed long ago.
func (b *quotaBundle) expire(t *testing.T, person filter.UserID) {
	t.Helper()
	if _, err := b.db.Exec(t.Context(), "UPDATE quota_reservation SET expires_at = now() - interval '1 second' WHERE person = $1", person); err != nil {
		t.Fatal(err)
	}
}

func TestQuota_TheSweepReleasesOnlyReservationsWithoutAnOwner(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 9).noon(), someone()
	dead := b.reserve(t, person, 1, 2, 3)
	if err := b.Settle(t.Context(), dead.ID, 1); err != nil {
		t.Fatal(err)
	}
	alive := b.reserve(t, person, 4, 5)
	b.expire(t, person)
	if err := b.Extend(t.Context(), alive.ID); err != nil {
		t.Fatal(err)
	}
	b.Sweep(t.Context())
	if left := b.left(t, person); left != 6 { // 1 was delivered, 4 and 5 are on their way
		t.Errorf("%d left of 9", left)
	}
	if open := b.count(t, "SELECT count(*) FROM quota_reservation WHERE person = $1", person); open != 1 {
		t.Errorf("%d reservations are open, want that of the living job", open)
	}
}

// The owner shows a sign of life after the sweep has read which reservations expired.
func TestQuota_TheSweepSparesAReservationThatIsExtendedMeanwhile(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 9).noon(), someone()
	alive := b.reserve(t, person, 1, 2)
	b.expire(t, person)
	tx, err := b.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var holder int
	if err := tx.QueryRow(t.Context(), "SELECT pg_backend_pid() FROM quota_day WHERE person = $1 FOR UPDATE", person).Scan(&holder); err != nil {
		t.Fatal(err)
	}
	var sweeping sync.WaitGroup
	sweeping.Go(func() { b.Sweep(t.Context()) })
	caller.WaitFor(t, func() bool {
		return b.count(t, "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))", holder) > 0
	})
	if err := errors.Join(b.Extend(t.Context(), alive.ID), tx.Rollback(t.Context())); err != nil {
		t.Fatal(err)
	}
	sweeping.Wait()
	if open, left := b.count(t, "SELECT count(*) FROM quota_reservation WHERE person = $1", person), b.left(t, person); open != 1 || left != 7 {
		t.Errorf("%d reservations are open, %d files left", open, left)
	}
}

func TestQuota_ADeliveryThatDidNotEndIsHandedBackWithItsReservation(t *testing.T) {
	t.Parallel()
	b, person := newQuota(t, shared.PostgresURL, 1).noon(), someone()
	key := "killed " + strconv.FormatInt(int64(person), 10)
	first, err := b.ReserveOnce(t.Context(), person, 5, key, []byte(key))
	if err != nil || len(first.Documents) != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	handedBack := func(all bool) bool {
		return slices.ContainsFunc(b.Resumable(t.Context(), all), func(data []byte) bool { return string(data) == key })
	}
	if handedBack(false) {
		t.Error("handed back while its handler may still run")
	}
	b.expire(t, person)
	if handedBack(false) {
		t.Error("repeated for ever while Telegram does not answer")
	}
	if !handedBack(true) {
		t.Fatal("the next process does not get it")
	}
	b.Sweep(t.Context())
	again, err := b.ReserveOnce(t.Context(), person, 5, key, []byte(key))
	if err != nil || again.ID != first.ID || !slices.Equal(again.Documents, first.Documents) {
		t.Errorf("the second time: %+v, %v", again, err)
	}
	if err := b.Settle(t.Context(), again.ID, 5); err != nil {
		t.Fatal(err)
	}
	if handedBack(true) {
		t.Error("handed back after it ended")
	}
	if left := b.left(t, person); left != 0 {
		t.Errorf("%d left", left)
	}
}

func TestQuota_WithoutPostgresHalfOfTheLimitIsCountedInMemory(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(e.PostgresURL)})
	if err == nil {
		_, err = migrations.Up(t.Context(), db)
		db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	b, person := newQuota(t, e.PostgresURL, 10).noon(), someone()
	e.StopPostgres()
	if n := b.deliver(t, person, files(3)...); n != 3 {
		t.Errorf("%d files, want 3", n)
	}
	if n := b.deliver(t, person, 1); n != 1 || b.left(t, person) != 2 {
		t.Errorf("the same file: %d, and %d left", n, b.left(t, person))
	}
	r := b.reserve(t, person, 11, 12, 13, 14)
	if len(r.Documents) != 2 || r.Left != 0 || r.Limit != 5 {
		t.Errorf("%+v, want two of a half of ten", r)
	}
	if err := errors.Join(b.Settle(t.Context(), r.ID, 11), b.Release(t.Context(), r.ID)); err != nil {
		t.Fatal(err)
	}
	if left := b.left(t, person); left != 1 {
		t.Errorf("%d left after a release", left)
	}
	b.clock.advance(24 * time.Hour)
	if left := b.left(t, person); left != 5 {
		t.Errorf("%d left on the next day", left)
	}
}
