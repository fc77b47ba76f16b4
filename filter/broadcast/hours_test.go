package broadcast_test

import (
	"testing"
	"time"

	"pavilion/filter/broadcast"
)

// The hours end while as many messages are on their way as may be at once. Another broadcast is sent meanwhile.
func TestRun_ABroadcastKeepsToItsHours(t *testing.T) {
	t.Parallel()
	const atOnce = 64
	s := newScene(t)
	s.people(0, numbered(1, 100)...)
	at := time.Date(2026, 11, 30, 20, 59, 0, 0, time.UTC)
	s.now.Store(&at)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello", Source: []int{7}}))
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Hours = broadcast.Hours{From: 9, To: 21} }))
	b = s.must(s.MarkPreviewed(t.Context(), b))
	b = s.must(s.Confirm(t.Context(), b, s.clock()))
	night := at.Add(time.Minute)
	s.telegram.gate = func(n int) {
		if n == 1 { // the others queue behind it
			s.until("all are on their way", func() bool { return s.telegram.arrived.Load() == atOnce }, func() any { return s.telegram.arrived.Load() })
			s.now.Store(&night)
		}
	}
	s.run()
	s.await(b.ID, "those under way have it", func(b broadcast.Broadcast) bool { return b.Counts.Reached >= atOnce })
	s.awaitState(s.confirmed(everybody).ID, broadcast.Done)
	if b = s.must(s.Get(t.Context(), b.ID)); b.State != broadcast.Running || b.Counts.Reached != atOnce {
		t.Errorf("at night it is %s, and %d have it, want %d", b.State, b.Counts.Reached, atOnce)
	}
	morning := night.Add(12 * time.Hour)
	s.now.Store(&morning)
	if b = s.awaitState(b.ID, broadcast.Done); b.Counts.Reached != 100 {
		t.Errorf("%d have it, want 100", b.Counts.Reached)
	}
}

// Three people at one call a second.
func TestEstimate_EndsWithinItsHours(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3)...)
	for _, c := range []struct {
		start string
		hours broadcast.Hours
		pin   bool
		want  time.Duration
		end   string
	}{
		{"2026-11-30T20:00:00Z", broadcast.Hours{}, false, 3 * time.Second, ""},
		{"2026-11-30T20:00:00Z", broadcast.Hours{}, true, 6 * time.Second, ""}, // each pin is a call too
		{"2026-11-30T20:00:00Z", broadcast.Hours{From: 9, To: 21}, false, 3 * time.Second, "2026-11-30T20:00:03Z"},
		{"2026-11-30T20:59:58Z", broadcast.Hours{From: 9, To: 21}, false, 3 * time.Second, "2026-12-01T09:00:01Z"},
		{"2026-11-30T07:00:00Z", broadcast.Hours{From: 9, To: 21}, false, 3 * time.Second, "2026-11-30T09:00:03Z"},
		{"2026-11-30T22:00:00Z", broadcast.Hours{From: 9, To: 21}, true, 6 * time.Second, "2026-12-01T09:00:06Z"},
		{"2026-11-30T23:59:58Z", broadcast.Hours{From: 0, To: 24}, false, 3 * time.Second, "2026-12-01T00:00:01Z"},
	} {
		start, err := time.Parse(time.RFC3339, c.start)
		if err != nil {
			t.Fatal(err)
		}
		s.now.Store(&start)
		b := broadcast.Broadcast{Plan: broadcast.Plan{Segment: everybody, Speed: 1, Hours: c.hours, Pin: c.pin}}
		e, err := s.Estimate(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		var end string
		if !e.End.IsZero() {
			end = e.End.Format(time.RFC3339)
		}
		if e.Duration != c.want || end != c.end {
			t.Errorf("%+v takes %s until %q", c, e.Duration, end)
		}
	}
}

func TestHours_AreWithinADay(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello"}))
	for _, wrong := range []broadcast.Hours{{From: 21, To: 9}, {From: 9, To: 9}, {From: -1, To: 3}, {From: 9, To: 25}} {
		if _, err := s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Hours = wrong }); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
	zone := time.FixedZone("", 5*3600+1800)
	for hour, open := range map[int]bool{3: false, 4: true, 15: true, 16: false} { // 8:30, 9:30, 20:30 and 21:30 in the zone
		if got := (broadcast.Hours{From: 9, To: 21}).IsOpen(time.Date(2026, 11, 30, hour, 0, 0, 0, time.UTC).In(zone)); got != open {
			t.Errorf("%d:00 UTC: %t", hour, got)
		}
	}
}
