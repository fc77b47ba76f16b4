package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"pavilion/booking"
)

// pageBench measures the Mini App: its start in a browser, and its users' reads.
type pageBench struct {
	*bookingBench

	club booking.Club
	nets []booking.NetID
	day  booking.Day // the first day that is looked at
}

const (
	pageNets = 6
	pageDays = 7 // days ahead that people look at

	pageOpens, pageCloses = 6, 22 // hours
)

// runPage measures all figures of the Mini App.
func runPage(ctx context.Context, out io.Writer) (err error) {
	b := &pageBench{bookingBench: &bookingBench{out: out}}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(ctx); err != nil {
		return err
	}
	if err := b.makeClub(ctx); err != nil {
		return fmt.Errorf("make the page's club: %w", err)
	}
	fmt.Fprintf(out, "# %d processors, everything on them, %s %s/%s\n", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, step := range []func(context.Context) error{b.starts, b.users} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// makeClub makes a club of the size that one page shows. Its first day is not today, of which only some hours are left.
func (b *pageBench) makeClub(ctx context.Context) (err error) {
	b.day = booking.DayIn(time.Now(), time.UTC) + 1
	policy, hours := booking.Policy{Min: time.Hour, Max: 2 * time.Hour, Horizon: 30}, booking.OpeningHours{Opens: pageOpens * 60, Closes: pageCloses * 60}
	b.club, b.nets, err = addClub(ctx, b.service, "Lakeside", pageNets, policy, hours)
	return err
}

// times prints the median and the worst of some times beside those of a baseline. All are sorted.
func (b *pageBench) times(name string, took, baseline []time.Duration) {
	last := func(all []time.Duration) float64 { return ms(all[len(all)-1]) }
	b.figure(name+"_p50", percentile(took, 50), "ms", percentile(baseline, 50))
	b.figure(name+"_worst", last(took), "ms", cmp.Or(last(baseline), 1))
}
