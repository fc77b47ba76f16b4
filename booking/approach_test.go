package booking_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// A lock on the net stands for other bookings in progress. A request that comes too late does not wait for them.
func TestApproach_RefusesWithoutALockWhatIsPlainlyTaken(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	tx, err := b.db.Begin(t.Context())
	b.must(err)
	defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // gives the lock back
	_, err = tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1, $2)`, 0x70617602, int32(b.nets[0]))
	b.must(err)
	for _, c := range []struct {
		name string
		who  booking.Actor
		r    booking.HoldRequest
		want error
	}{
		{"the same time", player(2), b.want("2026-06-01T10:00:00Z", time.Hour, 1), booking.ErrSlotTaken},
		{"part of it, and a free net", player(2), b.want("2026-06-01T09:00:00Z", 2*time.Hour, 2, 1), booking.ErrSlotTaken},
		{"the time after", player(2), b.want("2026-06-01T11:00:00Z", time.Hour, 1), nil},
		{"another net", player(2), b.want("2026-06-01T10:00:00Z", time.Hour, 2), nil},
		// Requests that Hold refuses for another reason.
		{"off the grid", player(2), b.want("2026-06-01T10:10:00Z", time.Hour, 1), nil},
		{"backwards", player(2), b.want("2026-06-01T11:00:00Z", -time.Hour, 1), nil},
		{"for somebody else", player(2), booking.HoldRequest{SlotRequest: b.want("2026-06-01T10:00:00Z", time.Hour, 1).SlotRequest, Member: player(3).ID}, nil},
	} {
		if _, err := b.PrecheckHold(t.Context(), c.who, c.r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	b.stop(now.Add(10 * time.Minute)) // the hold is expired, but its row still has the state held
	if _, err := b.PrecheckHold(t.Context(), player(2), b.want("2026-06-01T10:00:00Z", time.Hour, 1)); err != nil {
		t.Errorf("in the way of a hold that has run out: %v", err)
	}
}

func TestApproach_KnowsTheRoleInThisClub(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	b.must(b.SaveMember(t.Context(), boss(), b.club, player(7).ID, booking.Staff))
	for _, c := range []struct {
		who  booking.Actor
		want booking.Role
	}{
		{booking.Actor{ID: player(7).ID, Role: booking.Guest}, booking.Staff},
		{booking.Actor{ID: 999, Role: booking.Guest}, booking.Guest},
		{booking.Actor{ID: 999, Role: booking.Admin}, booking.Admin}, // by the settings
	} {
		if got, err := b.PrecheckHold(t.Context(), c.who, b.want("2026-06-01T10:00:00Z", time.Hour, 1)); err != nil || got.Role != c.want {
			t.Errorf("%+v is %s, want %s, %v", c.who, got.Role, c.want, err)
		}
	}
}

func TestRefuse_IsAnAnswerLikeAnyOther(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	key := func(name, body string) booking.IdempotencyKey {
		sum, err := booking.Fingerprint("POST", "/holds", []byte(body))
		b.must(err)
		return booking.IdempotencyKey{Principal: "1", Method: "POST", Route: "/holds", Key: name, Fingerprint: sum}
	}
	check := func(what string, k booking.IdempotencyKey, body string, replayed bool, want error) {
		t.Helper()
		got, again, err := b.StoreRefusal(t.Context(), k, booking.Response{Status: 409, MediaType: "text/plain", Body: []byte("taken")})
		if !errors.Is(err, want) || want == nil && (err != nil || string(got.Body) != body || again != replayed) {
			t.Errorf("%s: %d %s replayed=%v, %v", what, got.Status, got.Body, again, err)
		}
	}
	check("a new key", key("k1", `{}`), "taken", false, nil)
	check("again", key("k1", `{}`), "taken", true, nil)
	check("with another body", key("k1", `{"a":1}`), "", false, booking.ErrKeyMismatch)
	check("no key", key("", `{}`), "", false, booking.ErrKeyForm)

	// A repeat of the winning request gets the stored answer, although the slot is taken now.
	won := request{1, "k2", `{}`, b.want("2026-06-01T10:00:00Z", time.Hour, 1)}
	_, _, err := b.once(t.Context(), b.Service, won)
	b.must(err)
	check("the winner again", key("k2", `{}`), `{"id":1}`, true, nil)

	// Of a refusal and a booking under one key, the one stored first is the answer.
	late := request{1, "k1", `{}`, b.want("2026-06-01T11:00:00Z", time.Hour, 1)}
	if got, replayed, err := b.once(t.Context(), b.Service, late); err != nil || !replayed || string(got.Body) != "taken" {
		t.Errorf("an effect after the refusal: %+v %v %v", got, replayed, err)
	}
	inside, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, _, err := b.Once(t.Context(), key("k3", `{}`), func(ctx context.Context, s *booking.Service) (booking.Response, error) {
			close(inside)
			<-goOn
			_, err := s.Hold(ctx, player(1), b.want("2026-06-01T12:00:00Z", time.Hour, 1))
			return booking.Response{Status: 201}, err
		}, func(err error) (booking.Response, bool) {
			return booking.Response{}, fault.KindOf(err) == fault.Conflict
		})
		ended <- err
	}()
	<-inside
	check("while the first runs", key("k3", `{}`), "taken", false, nil)
	close(goOn)
	if err := <-ended; err != nil {
		t.Errorf("the first, whose effect came later: %v", err)
	}
	check("after both", key("k3", `{}`), "taken", true, nil)
	if n := one[int](b, `SELECT count(*) FROM booking`); n != 1 {
		t.Errorf("%d bookings", n)
	}
}
