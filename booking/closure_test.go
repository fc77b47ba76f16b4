package booking_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pavilion/booking"
)

// A closure applies to one, some or all nets, once or repeatedly. Holds, series and availability agree about it.
func TestClosure_OneNetSomeOrAll(t *testing.T) {
	t.Parallel()
	b := newClub(t, "Asia/Kolkata", easy())
	b.at("2026-06-01T00:00:00Z") // a Monday
	ten := time.Date(2026, 6, 8, 4, 30, 0, 0, time.UTC)
	last := day(t, "2026-06-15")
	for name, c := range map[string]struct {
		closure booking.Closure
		shut    []int // nets
		weeks   []int // from ten on
	}{
		"one":                     {booking.Closure{Nets: b.nets[1:2], Every: booking.Once, During: booking.Span{Start: ten.Add(59 * time.Minute), End: ten.Add(2 * time.Hour)}}, []int{2}, []int{0}},
		"some":                    {booking.Closure{Nets: []booking.NetID{b.nets[4], b.nets[0]}, Every: booking.Once, During: booking.Span{Start: ten, End: ten.Add(time.Minute)}}, []int{1, 5}, []int{0}},
		"all":                     {booking.Closure{Every: booking.Once, During: booking.Span{Start: ten.Add(-time.Hour), End: ten.Add(time.Minute)}}, []int{1, 2, 3, 4, 5, 6}, []int{0}},
		"some, every week":        {booking.Closure{Nets: b.nets[2:4], Every: booking.EveryWeek, First: day(t, "2026-06-08"), From: 600, To: 660}, []int{3, 4}, []int{0, 1, 2}},
		"all, two weeks":          {booking.Closure{Every: booking.EveryWeek, First: day(t, "2026-06-01"), Last: &last, From: 630, To: 645}, []int{1, 2, 3, 4, 5, 6}, []int{0, 1}},
		"one, from the night on":  {booking.Closure{Nets: b.nets[5:], Every: booking.EveryWeek, First: day(t, "2026-06-14"), From: 1380, To: 1440 + 601}, []int{6}, []int{1, 2}},
		"all, each year that day": {booking.Closure{Every: booking.EveryYear, First: day(t, "2024-06-15"), From: 0, To: 1440}, []int{1, 2, 3, 4, 5, 6}, []int{1}},
		"it ends as ten begins":   {booking.Closure{Every: booking.Once, During: booking.Span{Start: ten.Add(-time.Hour), End: ten}}, nil, nil},
	} {
		closure, _, err := b.AddClosure(t.Context(), boss(), b.club, c.closure)
		b.must(err)
		for week := range 3 {
			start := ten.Add(time.Duration(week) * 7 * 24 * time.Hour)
			today := booking.DayIn(start, time.UTC)
			a, err := b.Availability(t.Context(), booking.AvailabilityRequest{Club: b.club, From: today, To: today})
			b.must(err)
			for net := 1; net <= 6; net++ {
				shut := slices.Contains(c.shut, net) && slices.Contains(c.weeks, week)
				h, err := b.Hold(t.Context(), player(1), b.want(start.Format(time.RFC3339), time.Hour, net))
				if errors.Is(err, booking.ErrClosed) != shut || !shut && err != nil {
					t.Errorf("%s, week %d, net %d: %v", name, week, net, err)
				}
				if err == nil {
					_, err = b.Cancel(t.Context(), player(1), h.ID, false)
					b.must(err)
				}
				if cell := a.Days[net-1].Cells[10]; !cell.Span.Start.Equal(start) || (cell.Status == booking.Shut) != shut {
					t.Errorf("%s, week %d, net %d is shown as %s at %s", name, week, net, cell.Status, cell.Span.Start)
				}
			}
		}
		b.must(b.RemoveClosure(t.Context(), boss(), b.club, closure.ID))
	}
	// Half of the requested time is closed: nothing is held.
	_, _, err := b.AddClosure(t.Context(), boss(), b.club, booking.Closure{Nets: b.nets[:1], Every: booking.Once, During: booking.Span{Start: ten, End: ten.Add(time.Hour)}})
	b.must(err)
	if _, err := b.Hold(t.Context(), player(1), b.want("2026-06-08T04:30:00Z", time.Hour, 2, 1)); !errors.Is(err, booking.ErrClosed) {
		t.Errorf("two nets of which one is shut: %v", err)
	}
	if n := one[int](b, `SELECT count(*) FROM booking WHERE state = 'held'`); n != 0 {
		t.Errorf("%d held", n)
	}
}
