package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"pavilion/booking"
)

const (
	pageUsers     = 500
	pageEvery     = 15 * time.Second // between two reads of a user
	pageTime      = 90 * time.Second
	pageAloneTime = 30 * time.Second
	pageHoldEvery = 15 * time.Second // between two holds in the club: in three hours everything would be taken
	pageLength    = 60               // minutes of the booking whose price is shown
)

// pageUser is a member who looks at one day.
type pageUser struct {
	member int
	day    booking.Day
	tag    string // of the last answer
}

var errPageRead = errors.New("the day was refused")

// users measures reads of the days ahead by many people while others make holds on these days. The baseline is one person who reads as often as all of them,
// without holds.
func (b *pageBench) users(ctx context.Context) error {
	all := make([]*pageUser, pageUsers)
	for i := range all {
		all[i] = &pageUser{member: i % everybody, day: b.day + booking.Day(i%pageDays)}
	}
	for _, u := range all[:pageDays] { // so that the baseline's days are computed
		if _, err := b.read(ctx, u); err != nil {
			return err
		}
	}
	perSecond := int(pageUsers / pageEvery.Seconds())
	alone, err := open(ctx, perSecond, pageAloneTime, func(ctx context.Context) error {
		_, err := b.read(ctx, &pageUser{member: 0, day: b.day, tag: all[0].tag})
		return err
	})
	if err != nil {
		return err
	}
	var reads, unchanged atomic.Int64
	var holds int
	took := make([][]time.Duration, pageUsers)
	over, stop := context.WithTimeout(ctx, pageTime)
	defer stop()
	group, work := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		holds, err = b.holdTimes(work, over.Done())
		return err
	})
	for i, u := range all {
		group.Go(func() error {
			first := time.Now().Add(pageEvery * time.Duration(i) / pageUsers)
			for n := 0; ; n++ {
				due := first.Add(time.Duration(n) * pageEvery)
				select {
				case <-over.Done():
					return nil
				case <-work.Done():
					return work.Err()
				case <-time.After(time.Until(due)):
				}
				same, err := b.read(work, u)
				if err != nil {
					return err
				}
				if n == 0 {
					continue // the first answer has the day; a page that opens is measured by the starts
				}
				took[i] = append(took[i], time.Since(due))
				reads.Add(1)
				if same {
					unchanged.Add(1)
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	sorted := slices.Sorted(slices.Values(slices.Concat(took...)))
	fmt.Fprintf(b.out, "# %d people read one of %d days each %s for %s, %d reads; %d holds beside\n", pageUsers, pageDays, pageEvery, pageTime, reads.Load(), holds)
	for _, p := range []int{50, 99} {
		b.figure(fmt.Sprintf("page_read_p%d", p), percentile(sorted, p), "ms", percentile(alone, p))
	}
	b.figure("page_reads_unchanged", float64(unchanged.Load())/float64(reads.Load()), "share", 1)
	return nil
}

// read reads a user's day as the page does. same reports whether the last answer still holds.
func (b *pageBench) read(ctx context.Context, u *pageUser) (same bool, err error) {
	path := fmt.Sprintf("/api/v1/clubs/%d/starts?day=%s&minutes=%d", b.club.ID, u.day, pageLength)
	a, err := b.ask(ctx, request{path: path, token: b.members[u.member].token, tag: u.tag})
	if err != nil {
		return false, err
	}
	switch {
	case a.status == http.StatusNotModified && u.tag != "":
		return true, nil
	case a.status == http.StatusOK && a.tag != "":
		u.tag = a.tag
		return false, nil
	}
	return false, fmt.Errorf("%w: %d %s", errPageRead, a.status, a.body)
}

// holdTimes holds a free time of the days, one after the other, until done is closed.
func (b *pageBench) holdTimes(ctx context.Context, done <-chan struct{}) (holds int, err error) {
	ticker := time.NewTicker(pageHoldEvery)
	defer ticker.Stop()
	for _, n := range rand.Perm(pageDays * pageNets * (pageCloses - pageOpens)) {
		select {
		case <-done:
			return holds, nil
		case <-ctx.Done():
			return holds, ctx.Err()
		case <-ticker.C:
		}
		day, net, hour := b.day+booking.Day(n%pageDays), b.nets[n/pageDays%pageNets], pageOpens+n/pageDays/pageNets
		at := day.Between(hour*60, hour*60+60, time.UTC)
		a, err := b.ask(ctx, request{
			method: http.MethodPost, path: fmt.Sprintf("/api/v1/clubs/%d/holds", b.club.ID), token: b.members[pageUsers+holds%(everybody-pageUsers)].token, key: b.key(),
			body: holdBody{[]int64{int64(net)}, at.Start, at.End},
		})
		if err == nil && a.status != http.StatusCreated {
			err = fmt.Errorf("%w: %d %s", errHold, a.status, a.body)
		}
		if err != nil {
			return holds, err
		}
		holds++
	}
	return holds, errFull
}
