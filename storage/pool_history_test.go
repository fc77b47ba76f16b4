package storage_test

import (
	"log/slog"
	"testing"
	"time"

	"pavilion/storage"
)

func TestPoolHistory_AnOutageIsStoredOnceAndEndsAlsoInTheNextProcess(t *testing.T) {
	db, ps := openPostgres(t), openPools(t, 0)
	b := ps.All()[1]
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	open := func() *storage.PoolHistory {
		return storage.NewPoolHistory(db, ps, slog.New(slog.DiscardHandler), func() time.Time { return now })
	}
	note := func(h *storage.PoolHistory) {
		t.Helper()
		if err := h.Note(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	servers(t).StopMongo(1)
	for !b.Down() {
		if err := b.Do(t.Context(), "insert", insertThing); err == nil {
			t.Fatal("the server is stopped")
		}
	}
	h := open()
	note(h)
	note(h)
	note(open()) // another process, which finds the pool down as well
	if err := servers(t).StartMongo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	eventually(t, "b is back", func() bool { return b.Measure(t.Context()) == nil && !b.Down() })
	now = now.Add(time.Minute)
	next := open()
	note(next)
	list, err := next.Outages(t.Context(), "b", 10)
	if err != nil || len(list) != 1 || list[0].Ended.Sub(list[0].Began) != time.Minute {
		t.Errorf("outages %v, %v", list, err)
	}
	if list, err := next.Outages(t.Context(), "a", 10); err != nil || len(list) != 0 {
		t.Errorf("outages of a pool that was never down: %v, %v", list, err)
	}
	if _, known, err := next.FullOn(t.Context(), b); known || err != nil {
		t.Errorf("a forecast from one day: %v, %v", known, err)
	}
}

func TestForecast_FollowsTheLineOfTheLastDays(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		used []int64
		want string
	}{
		"two days are too few":      {[]int64{10, 20}, ""},
		"ten a day":                 {[]int64{10, 20, 30, 40}, "2026-03-10"}, // 60 are left after 4 March
		"a day without a row":       {[]int64{10, -1, 30, 40}, "2026-03-10"},
		"no growth":                 {[]int64{40, 40, 40}, ""},
		"files were removed":        {[]int64{40, 30, 20}, ""},
		"full already":              {[]int64{80, 90, 120}, "2026-03-03"},
		"too slow for a prediction": {[]int64{10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 11}, ""},
	} {
		var sizes []storage.PoolSize
		for i, used := range c.used {
			if used >= 0 {
				sizes = append(sizes, storage.PoolSize{Day: start.AddDate(0, 0, i), Used: used})
			}
		}
		full, known := storage.ForecastFull(sizes, 100)
		if got := full.Format(time.DateOnly); known != (c.want != "") || known && got != c.want {
			t.Errorf("%s: %s, %v; want %s", name, got, known, c.want)
		}
	}
}
