package booking_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/booking"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// roundTrips is a tracer that records the first words of each statement, by round trip.
type roundTrips struct {
	mu   sync.Mutex
	list [][]string
}

func (r *roundTrips) add(statements ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, sql := range statements {
		words := strings.Fields(sql)
		statements[i] = strings.Join(words[:min(3, len(words))], " ")
	}
	r.list = append(r.list, statements)
}

func (r *roundTrips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.add(d.SQL)
	return ctx
}

func (r *roundTrips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *roundTrips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	var statements []string
	for _, q := range d.Batch.QueuedQueries {
		statements = append(statements, q.SQL)
	}
	r.add(statements...)
	return ctx
}

func (r *roundTrips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (r *roundTrips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// ask makes a hold as the API does.
func (b *bundle) ask(s *booking.Service, key string, r booking.HoldRequest) (booking.Response, error) {
	b.t.Helper()
	sum, err := booking.Fingerprint("POST", "/holds", nil)
	b.must(err)
	k := booking.IdempotencyKey{Principal: "1", Method: "POST", Route: "/holds", Key: key, Fingerprint: sum}
	answer, _, err := s.Once(b.t.Context(), k, func(ctx context.Context, s *booking.Service) (booking.Response, error) {
		actor, err := s.PrecheckHold(ctx, player(1), r)
		if err != nil {
			return booking.Response{}, err
		}
		_, err = s.Hold(ctx, actor, r)
		return booking.Response{Status: 201}, err
	}, func(error) (booking.Response, bool) { return booking.Response{Status: 409}, true })
	return answer, err
}

func TestHold_TakesThreeRoundTripsAndARefusalTwo(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	traced := new(roundTrips)
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(b.url), MaxConns: 1, Tracer: traced})
	b.must(err)
	t.Cleanup(pool.Close)
	s, err := booking.New(booking.Options{DB: pool, Logger: slog.New(slog.DiscardHandler)})
	b.must(err)
	for i, c := range []struct {
		hour   string
		status int
		trips  int
	}{
		{"10", 201, 0}, // reads the settings too
		{"11", 201, 3},
		{"11", 409, 2},
		{"12", 201, 3},
	} {
		traced.list = nil
		answer, err := b.ask(s, c.hour+strings.Repeat("x", i), b.want("2026-06-01T"+c.hour+":00:00Z", time.Hour, 1))
		if err != nil || answer.Status != c.status {
			t.Fatalf("%d: %+v %v", i, answer, err)
		}
		if c.trips == 0 {
			continue
		}
		first, last := traced.list[0], traced.list[len(traced.list)-1]
		if len(traced.list) != c.trips || first[0] != "begin" || last[len(last)-1] != "commit" {
			t.Errorf("%d: %q", i, traced.list)
		}
	}
}

// The check of the slots is sent with the locks, for the settings in memory. Settings that another process changed meanwhile make it again: with a buffer,
// the booking needs time that an expired hold has.
func TestHold_ChecksAgainAfterAChangeOfSettings(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min = 30*time.Minute, 30*time.Minute
	b := newClub(t, "UTC", policy)
	now := b.at("2026-06-01T00:00:00Z")
	other := b.service(nil)
	expired, err := other.Hold(t.Context(), player(1), b.want("2026-06-01T11:00:00Z", time.Hour, 1)) // and other has the settings in memory
	b.must(err)
	club, err := b.Club(t.Context(), b.club)
	b.must(err)
	club.Policy.Buffer = 30 * time.Minute
	b.saveClub(club)
	b.stop(now.Add(time.Hour))
	_, err = other.Hold(t.Context(), player(2), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	b.must(err)
	if got := one[string](b, `SELECT state FROM booking WHERE id = $1`, expired.ID); got != "expired" {
		t.Errorf("the expired hold is %s", got)
	}
	b.healthy()
}
