package booking_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// statusAt reads the status of the cell of one net that begins at an instant.
func (b *bundle) statusAt(ctx context.Context, s *booking.Service, net int, start time.Time) (booking.Status, error) {
	d := booking.DayIn(start, time.UTC)
	a, err := s.Availability(ctx, booking.AvailabilityRequest{Club: b.club, Nets: b.nets[net-1 : net], From: d - 1, To: d})
	if err != nil {
		return "", err
	}
	for _, nd := range a.Days {
		for _, c := range nd.Cells {
			if c.Span.Start.Equal(start) {
				return c.Status, nil
			}
		}
	}
	return "", errors.New("no such cell")
}

func (b *bundle) wantStatus(s *booking.Service, net int, start time.Time, want booking.Status) {
	b.t.Helper()
	got, err := b.statusAt(b.t.Context(), s, net, start)
	if err != nil || got != want {
		b.t.Errorf("net %d at %s is %s, want %s, %v", net, start.Format(time.RFC3339), got, want, err)
	}
}

// ownRedis starts a Redis that a test may stop and pause.
func ownRedis(t *testing.T) (*engines.Engines, func() *storage.Redis) {
	t.Helper()
	e, err := engines.Start(t.Context(), engines.Options{Redis: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, func() *storage.Redis {
		r, err := storage.OpenRedis(storage.RedisOptions{URL: secret.New(e.RedisURL), Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := r.Client().Close(); err != nil {
				t.Error(err)
			}
		})
		return r
	}
}

func TestAvailability_IsServedFromTheCacheAndNeverOlderThanACommit(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	servers, open := ownRedis(t)
	writer, reader := b.service(open()), b.service(open()) // stand for two processes
	start := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)

	b.wantStatus(reader, 1, start, booking.Free)
	keys, err := open().Client().Keys(t.Context(), "pavilion:busy:*").Result()
	b.must(err)
	if len(keys) != 2 {
		t.Errorf("%d entries in the cache after a read of two days", len(keys))
	}
	// An entry that is planted under the right name is returned: the cache is used.
	for _, k := range keys {
		b.must(open().Client().Set(t.Context(), k, `[{"s":"2026-06-01T09:00:00Z","e":"2026-06-01T11:00:00Z","k":"play"}]`, time.Minute).Err())
	}
	b.wantStatus(reader, 1, start, booking.Taken)

	faults := []struct {
		name          string
		before, after func() error // around the commit
	}{
		{"all well", nil, nil},
		{"flushed before", func() error { return open().Client().FlushDB(t.Context()).Err() }, nil},
		{"hangs during the commit", servers.PauseRedis, servers.ResumeRedis},
		{"hangs from the commit on", servers.PauseRedis, nil},
		{"still hangs", nil, servers.ResumeRedis},
		{"killed before, back after", func() error { servers.StopRedis(); return nil }, func() error { return servers.StartRedis(t.Context()) }},
		{"killed after", nil, func() error { servers.StopRedis(); return nil }},
		{"gone", nil, nil},
	}
	for _, f := range faults {
		t.Log(f.name)
		if f.before != nil {
			b.must(f.before())
		}
		h, err := writer.Hold(t.Context(), player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
		b.must(err)
		if f.after != nil {
			b.must(f.after())
		}
		b.wantStatus(reader, 1, start, booking.OnHold)
		b.wantStatus(reader, 2, start, booking.Free)
		_, err = writer.Cancel(t.Context(), player(1), h.ID, false)
		b.must(err)
		b.wantStatus(reader, 1, start, booking.Free)
	}
}

// The request needs no sign-in, so its size is limited: in days, and in cells when the grid is fine or the nets are many.
func TestAvailability_OneQuestionHasAnEnd(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min = time.Minute, time.Minute
	b := newClub(t, "UTC", policy)
	today := booking.DayIn(b.at("2026-06-01T00:00:00Z"), time.UTC)
	for _, c := range []struct {
		nets []booking.NetID
		days booking.Day
		want error
	}{
		{nil, 2, nil}, {nil, 3, booking.ErrWide}, {b.nets[:1], 16, nil}, {b.nets[:1], 17, booking.ErrWide}, {b.nets[:1], 63, booking.ErrRange}, {nil, 0, booking.ErrRange},
	} {
		a, err := b.Availability(t.Context(), booking.AvailabilityRequest{Club: b.club, Nets: c.nets, From: today, To: today + c.days - 1})
		if !errors.Is(err, c.want) || err == nil && len(a.Days[0].Cells) != 1440 {
			t.Errorf("%d nets, %d days: %v", len(c.nets), c.days, err)
		}
	}
}

func TestAvailability_NoReaderFallsBehindUnderLoad(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	_, open := ownRedis(t)
	writer, readers := b.service(open()), []*booking.Service{b.service(open()), b.service(open())}
	start := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	ctx, stop := context.WithCancel(t.Context())
	var noise sync.WaitGroup
	for i := range 6 { // they fill the cache and share queries with the checked reads
		noise.Go(func() {
			for ctx.Err() == nil {
				// On a busy machine a reader may get no connection. It must never get an old answer.
				if _, err := b.statusAt(ctx, readers[i%2], 1, start); err != nil && fault.KindOf(err) != fault.Unavailable && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 40 {
		h, err := writer.Hold(t.Context(), player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
		b.must(err)
		for _, r := range readers {
			b.wantStatus(r, 1, start, booking.OnHold)
		}
		_, err = writer.Confirm(t.Context(), player(1), h.ID)
		b.must(err)
		for _, r := range readers {
			b.wantStatus(r, 1, start, booking.Taken)
		}
		_, err = writer.Cancel(t.Context(), boss(), h.ID, true)
		b.must(err)
		for _, r := range readers {
			b.wantStatus(r, 1, start, booking.Free)
		}
	}
	stop()
	noise.Wait()
}

func TestAvailability_NobodyJoinsAQueryOlderThanWhatTheyKnow(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	start := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	release := make(chan struct{})
	defer close(release)
	d := day(t, "2026-06-01")
	b.must(b.PlantFlight(t.Context(), b.club, b.nets[0], d-1, d, release))
	hasty, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if got, err := b.statusAt(hasty, b.Service, 1, start); err == nil {
		t.Errorf("a reader of the same state did not share the query: %s", got)
	}
	b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	patient, cancelPatient := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancelPatient()
	if got, err := b.statusAt(patient, b.Service, 1, start); err != nil || got != booking.OnHold {
		t.Errorf("after the commit: %s, %v", got, err)
	}
}

func TestAvailability_SettingsAndExpiriesShowAtOnce(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	_, open := ownRedis(t)
	reader := b.service(open())
	start := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	b.wantStatus(reader, 1, start, booking.OnHold)
	b.stop(now.Add(10*time.Minute - time.Microsecond))
	b.wantStatus(reader, 1, start, booking.OnHold)
	b.stop(now.Add(10 * time.Minute)) // the hold expired without a commit
	b.wantStatus(reader, 1, start, booking.Free)
	closure, _, err := b.AddClosure(t.Context(), boss(), b.club, booking.Closure{Every: booking.Once, During: booking.Span{Start: start, End: start.Add(time.Minute)}})
	b.must(err)
	b.wantStatus(reader, 1, start, booking.Shut)
	b.must(b.RemoveClosure(t.Context(), boss(), b.club, closure.ID))
	b.wantStatus(reader, 1, start, booking.Free)
	b.must(b.SetHours(t.Context(), boss(), b.club, wholeWeek(11*60, 1440)))
	if got, err := b.statusAt(t.Context(), reader, 1, start); err == nil {
		t.Errorf("outside the new hours there is a cell: %s", got)
	}
	b.wantStatus(reader, 1, start.Add(-11*time.Hour+time.Hour*12), booking.Free)
	block, err := b.Block(t.Context(), boss(), booking.BlockRequest{Club: b.club, Nets: b.nets[:1], Start: start, End: start.Add(60 * 24 * time.Hour)})
	b.must(err)
	b.wantStatus(reader, 1, start.Add(30*24*time.Hour+2*time.Hour), booking.Taken)
	_, err = b.Cancel(t.Context(), boss(), block.ID, false)
	b.must(err)
	b.wantStatus(reader, 1, start.Add(30*24*time.Hour+2*time.Hour), booking.Free)
	b.stop(start.Add(2 * time.Hour))
	b.wantStatus(reader, 1, start.Add(time.Hour), booking.Over)
}

func TestAvailability_TheRepeatedHourIsTwoCells(t *testing.T) {
	t.Parallel()
	b := newClub(t, "America/New_York", easy())
	b.at("2026-10-01T00:00:00Z")
	fall := day(t, "2026-11-01")
	a, err := b.Availability(t.Context(), booking.AvailabilityRequest{Club: b.club, Nets: b.nets[:1], From: fall, To: fall})
	b.must(err)
	labels := map[string]int{}
	for _, c := range a.Days[0].Cells {
		labels[c.Span.Start.In(a.Club.Zone).Format("15:04-07:00")]++
	}
	if len(a.Days[0].Cells) != 25 || labels["01:00-04:00"] != 1 || labels["01:00-05:00"] != 1 {
		t.Errorf("%d cells, %v", len(a.Days[0].Cells), labels)
	}
	first := b.held(player(1), b.want("2026-11-01T05:00:00Z", time.Hour, 1))
	second := b.held(player(2), b.want("2026-11-01T06:00:00Z", time.Hour, 1))
	if first.Price != rupees(1000) || second.Price != rupees(1000) || first.Day != fall || second.Day != fall {
		t.Errorf("%+v, %+v", first, second)
	}
	if _, err := b.Hold(t.Context(), player(3), b.want("2026-11-01T04:00:00Z", 25*time.Hour, 2)); !errors.Is(err, booking.ErrTooLong) {
		t.Errorf("25 hours on the long day: %v", err)
	}
	whole := b.held(player(3), b.want("2026-11-01T04:00:00Z", 24*time.Hour, 2))
	if whole.Price != rupees(24000) {
		t.Errorf("24 hours cost %s", whole.Price)
	}
}

// A tag is true until a commit or the clock changes a cell, and not a moment longer.
func TestAvailability_ATagHoldsUntilACellChanges(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:10:00Z")
	day := booking.DayIn(now, time.UTC)
	ask := func() string {
		a, err := b.Availability(t.Context(), booking.AvailabilityRequest{Club: b.club, From: day, To: day})
		b.must(err)
		return a.Tag()
	}
	unchanged := func(what, tag string, want bool) {
		t.Helper()
		if got, err := b.Unchanged(t.Context(), b.club, day, day, tag); err != nil || got != want {
			t.Errorf("%s: unchanged is %t, %v", what, got, err)
		}
	}
	first := ask()
	unchanged("at once", first, true)
	unchanged("no tag", "", false)
	unchanged("a foreign tag", "x.y", false)
	b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	unchanged("after a hold", first, false)
	held := ask()
	unchanged("with the hold", held, true)
	b.stop(now.Add(10*time.Minute - time.Microsecond))
	unchanged("just before the hold ends", held, true)
	b.stop(now.Add(10 * time.Minute))
	unchanged("when the hold ends, without a commit", held, false)
	free := ask()
	next := b.at("2026-06-01T01:00:00Z")
	b.stop(next.Add(-time.Microsecond))
	unchanged("just before the next cell begins", free, true)
	b.stop(next)
	unchanged("when the next cell begins", free, false)
	b.must(b.SetHours(t.Context(), boss(), b.club, wholeWeek(11*60, 1440)))
	unchanged("after a change of the hours", ask(), true)
}
