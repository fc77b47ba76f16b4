package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	holders   = 8   // number of clients, the same for pgbench
	hotRate   = 200 // requests a second
	hotTime   = 20 * time.Second
	hotNets   = 4
	rivals    = 32
	rivalTime = 10 * time.Second
)

// load has the results of one kind of load.
type load struct {
	name             string
	tries, won, lost int
	other            map[int]int // other answers, by status
	mu               sync.Mutex
}

func (l *load) count(a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tries++
	switch a.status {
	case http.StatusCreated:
		l.won++
	case http.StatusConflict:
		l.lost++
	default:
		if l.other == nil {
			l.other = map[int]int{}
		}
		l.other[a.status]++
	}
}

func (b *bookingBench) newLoad(name string) *load {
	l := &load{name: name}
	b.loads = append(b.loads, l)
	return l
}

var (
	errFull = errors.New("the club has no slots left")
	errHold = errors.New("a free slot was refused")
)

func (b *bookingBench) nextSlot() (slot, error) {
	n := b.slots.Add(1) - 1
	if n >= slots {
		return slot{}, errFull
	}
	return b.club.slot(n), nil
}

// closed makes calls in a closed loop, each client one after the other, and returns the calls per second.
func closed(ctx context.Context, clients int, lasts time.Duration, call func(ctx context.Context, client int) error) (float64, error) {
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	done := make([]int, clients)
	for client := range clients {
		group.Go(func() error {
			for time.Since(start) < lasts {
				if err := call(ctx, client); err != nil {
					return err
				}
				done[client]++
			}
			return nil
		})
	}
	err := group.Wait()
	sum := 0
	for _, n := range done {
		sum += n
	}
	return float64(sum) / time.Since(start).Seconds(), err
}

// open makes calls at a constant rate, independent of the answers. The latency of a call counts from the moment at which it was due, so that the figures
// include the calls that a stalled server delays.
func open(ctx context.Context, perSecond int, lasts time.Duration, call func(ctx context.Context) error) ([]time.Duration, error) {
	n := int(lasts.Seconds()) * perSecond
	took := make([]time.Duration, n)
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for i := range n {
		due := start.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		select {
		case <-time.After(time.Until(due)):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), group.Wait())
		}
		group.Go(func() error {
			err := call(ctx)
			took[i] = time.Since(due)
			return err
		})
	}
	err := group.Wait()
	slices.Sort(took)
	return took, err
}

// hotHour requests the same hour for all members. The baseline is holds of free slots at the same rate.
func (b *bookingBench) hotHour(ctx context.Context) error {
	cold := b.newLoad(fmt.Sprintf("free slots, %d requests/s", hotRate))
	free, err := open(ctx, hotRate, hotTime, func(ctx context.Context) error {
		s, err := b.nextSlot()
		if err != nil {
			return err
		}
		a, err := b.hold(ctx, s, s.net)
		cold.count(a)
		return err
	})
	if err != nil {
		return fmt.Errorf("holds of free slots: %w", err)
	}
	hot := b.newLoad(fmt.Sprintf("one hour on %d nets, %d requests/s", hotNets, hotRate))
	at := b.emptyHour()
	var asked atomic.Int64
	wanted, err := open(ctx, hotRate, hotTime, func(ctx context.Context) error {
		n := asked.Add(1)
		s := at
		s.member, s.net = int(n%everybody), at.net+n%hotNets
		a, err := b.hold(ctx, s, s.net)
		hot.count(a)
		return err
	})
	if err != nil {
		return fmt.Errorf("holds of one hour: %w", err)
	}
	for _, p := range []int{50, 99} {
		b.figure(fmt.Sprintf("hold_p%d_hot_hour", p), percentile(wanted, p), "ms", percentile(free, p))
	}
	return nil
}

// emptyHour returns a time at which every net is free.
func (b *bookingBench) emptyHour() slot {
	n := (b.slots.Add(2*lanes) / lanes) * lanes // the first slot of the next row
	return b.club.slot(n - lanes)
}

// opposite makes clients request the same two nets in opposite orders and cancel the holds.
func (b *bookingBench) opposite(ctx context.Context) error {
	l := b.newLoad(fmt.Sprintf("two nets in opposite orders, %d clients", rivals))
	at := b.emptyHour()
	_, err := closed(ctx, rivals, rivalTime, func(ctx context.Context, client int) error {
		s, nets := at, []int64{at.net, at.net + 1}
		s.member = client
		if client%2 == 1 {
			slices.Reverse(nets)
		}
		a, err := b.hold(ctx, s, nets...)
		l.count(a)
		if err != nil || a.status != http.StatusCreated {
			return err
		}
		var won struct {
			ID      int64
			Version int
		}
		if err := json.Unmarshal(a.body, &won); err != nil {
			return err
		}
		a, err = b.ask(ctx, request{method: http.MethodPost, path: fmt.Sprintf("/api/v1/clubs/%d/bookings/%d/cancel", b.club.id, won.ID), token: b.members[client].token, key: b.key(), version: won.Version})
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("cancel: %d %s", a.status, a.body)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("two nets in opposite orders: %w", err)
	}
	return nil
}
