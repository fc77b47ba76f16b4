package broadcast_test

import (
	"testing"
	"time"

	"pavilion/filter/broadcast"
)

// The hours end while it runs. Meanwhile another broadcast is sent.
func TestRun_ABroadcastKeepsToItsHours(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 6)...)
	at := time.Date(2026, 11, 30, 20, 59, 0, 0, time.UTC)
	s.now.Store(&at)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello", Source: []int{7}}))
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Hours, b.Plan.Speed = broadcast.Hours{From: 9, To: 21}, 2 }))
	b = s.must(s.MarkPreviewed(t.Context(), b))
	b = s.must(s.Confirm(t.Context(), b, s.clock()))
	night := at.Add(time.Minute)
	s.telegram.gate = func(n int) {
		if n == 2 {
			s.now.Store(&night)
		}
	}
	s.run()
	s.await(b.ID, "two have it", func(b broadcast.Broadcast) bool { return b.Counts.Reached >= 2 })
	s.awaitState(s.confirmed(broadcast.Segment{Kind: broadcast.Everybody}).ID, broadcast.Done)
	if b = s.must(s.Get(t.Context(), b.ID)); b.State != broadcast.Running || b.Counts.Reached > 3 {
		t.Errorf("at night it is %s, and %d have it", b.State, b.Counts.Reached)
	}
	morning := night.Add(12 * time.Hour)
	s.now.Store(&morning)
	if b = s.awaitState(b.ID, broadcast.Done); b.Counts.Reached != 6 {
		t.Errorf("%d have it, want 6", b.Counts.Reached)
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
