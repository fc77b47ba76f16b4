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
	b.club, err = b.service.CreateClub(ctx, boss(), booking.Club{Name: "Lakeside", Zone: time.UTC, Currency: "INR", Policy: booking.Policy{
		Grid: slotSteps, Min: time.Hour, Max: 2 * time.Hour, Horizon: 30, Hold: time.Hour, HoldMax: 2 * time.Hour, Offer: 15 * time.Minute,
		CancelFree: 24 * time.Hour, CheckIn: 30 * time.Minute, NoShow: 15 * time.Minute, QuotaHeld: 1000,
	}})
	if err != nil {
		return err
	}
	for i := range pageNets {
		net, err := b.service.SaveNet(ctx, boss(), b.club.ID, booking.Net{Name: fmt.Sprintf("Net %d", i+1), Capacity: 6, Active: true})
		if err != nil {
			return err
		}
		b.nets = append(b.nets, net.ID)
	}
	var hours []booking.OpeningHours
	for day := time.Sunday; day <= time.Saturday; day++ {
		hours = append(hours, booking.OpeningHours{Weekday: day, Opens: pageOpens * 60, Closes: pageCloses * 60})
	}
	if err := b.service.SetHours(ctx, boss(), b.club.ID, hours); err != nil {
		return err
	}
	price := booking.PriceRule{
		Label: "Base", Weekdays: [7]bool{true, true, true, true, true, true, true}, To: 1440,
		Member: booking.Money{Minor: 40_000, Currency: b.club.Currency}, Guest: booking.Money{Minor: 60_000, Currency: b.club.Currency},
	}
	b.day = booking.DayIn(time.Now(), time.UTC) + 1
	return b.service.SetPrices(ctx, boss(), b.club.ID, []booking.PriceRule{price})
}

// times prints the median and the worst of some times beside those of a baseline. All are sorted.
func (b *pageBench) times(name string, took, baseline []time.Duration) {
	last := func(all []time.Duration) float64 { return ms(all[len(all)-1]) }
	b.figure(name+"_p50", percentile(took, 50), "ms", percentile(baseline, 50))
	b.figure(name+"_worst", last(took), "ms", cmp.Or(last(baseline), 1))
}
