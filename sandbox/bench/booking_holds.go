package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	rounds     = 9 // HTTP and pgbench alternate, so that a slow minute of the machine affects both, and the median round of each counts
	roundTime  = 2 * time.Second
	warmTime   = time.Second
	roomForOne = 10_000 // slots reserved for one round of pgbench
	// highQuota is high enough never to refuse a hold.
	highQuota = 10_000
)

// holds compares holds over HTTP with pgbench running their statements, without and with quotas, in a small and in a large table.
//
// The server prepares its statements while the tables are empty, and autovacuum is off, so the planner has no statistics. A restored database, or one
// that grows between two runs of autovacuum, is in this state.
func (b *bookingBench) holds(ctx context.Context) error {
	limits := []struct {
		name  string
		quota int
		files scripts
	}{{name: ""}, {name: "_quotas", quota: highQuota}}
	var err error
	for i := range limits {
		if err := b.setQuota(ctx, limits[i].quota); err != nil {
			return err
		}
		if limits[i].files, err = b.script(ctx, "hold"+limits[i].name); err != nil {
			return fmt.Errorf("record a hold: %w", err)
		}
	}
	// The measurements use the direct connection.
	if err := b.direct(ctx, b.engines.PostgresURL); err != nil {
		return err
	}
	if err := b.freezeStatistics(ctx); err != nil {
		return err
	}
	for _, limit := range limits {
		if err := b.setQuota(ctx, limit.quota); err != nil {
			return err
		}
		if _, err := closed(ctx, holders, warmTime, b.holdNext(b.newLoad("free slots, empty tables"))); err != nil {
			return err
		}
	}
	for _, size := range b.sizes {
		if err := b.fill(ctx, int64(size)); err != nil {
			return fmt.Errorf("fill the tables: %w", err)
		}
		for _, limit := range limits {
			if err := b.setQuota(ctx, limit.quota); err != nil {
				return err
			}
			if err := b.compareHolds(ctx, fmt.Sprintf("holds_%d%s", size, limit.name), limit.files); err != nil {
				return err
			}
		}
	}
	return b.setQuota(ctx, 0)
}

// holdNext returns a function that holds the next free slot.
func (b *bookingBench) holdNext(l *load) func(ctx context.Context, client int) error {
	return func(ctx context.Context, _ int) error {
		s, err := b.nextSlot()
		if err != nil {
			return err
		}
		a, err := b.hold(ctx, s, s.net)
		l.count(a)
		if err == nil && a.status != http.StatusCreated { // a refusal is faster than a hold and must not be measured
			err = fmt.Errorf("%w: %d %s", errHold, a.status, a.body)
		}
		return err
	}
}

// compareHolds prints the figures of holds over HTTP beside those of each script, and the costliest statements of the holds over HTTP.
func (b *bookingBench) compareHolds(ctx context.Context, name string, files scripts) error {
	l := b.newLoad(fmt.Sprintf("free slots, %d clients, %s", holders, name))
	var costs costs
	holds := func() (float64, error) {
		if err := costs.reset(ctx, b.db); err != nil {
			return 0, err
		}
		profiled := b.profile(ctx, name)
		rate, err := closed(ctx, holders, roundTime, b.holdNext(l))
		if err = errors.Join(err, profiled()); err != nil {
			return 0, fmt.Errorf("holds: %w", err)
		}
		return rate, costs.add(ctx, b.db)
	}
	pgbench := func(file string) func() (float64, error) {
		return func() (float64, error) { return b.pgbench(ctx, file) }
	}
	turns := []struct {
		name  string
		run   func() (float64, error)
		rates []float64 // holds/s of each round
		work  work
	}{
		{name: "over HTTP", run: holds},
		{name: "of pgbench in pipelines", run: pgbench(files.together)},
		{name: "of pgbench one by one", run: pgbench(files.plain)},
	}
	for first := range rounds { // the tables grow with each turn, so each is first equally often
		for i := range turns {
			turn := &turns[(first+i)%len(turns)]
			rate, err := b.countWork(ctx, &turn.work, turn.run)
			if err != nil {
				return err
			}
			turn.rates = append(turn.rates, rate)
		}
	}
	ours, together, plain := median(turns[0].rates), median(turns[1].rates), median(turns[2].rates)
	b.figure(name, ours, "holds/s", plain)
	b.figure(name+"_beside_pipelines", ours, "holds/s", together)
	for _, turn := range turns {
		turn.work.print(b.out, turn.name)
	}
	costs.print(b.out, l.won)
	return nil
}

// setQuota sets the quotas of bookings ahead and of time a week; 0 is no quota. The limit of holds stays.
func (b *bookingBench) setQuota(ctx context.Context, quota int) error {
	club, err := b.service.Club(ctx, b.club.id)
	if err != nil {
		return err
	}
	club.Policy.QuotaActive, club.Policy.QuotaWeek = quota, time.Duration(quota)*time.Hour
	_, err = b.service.SaveClub(ctx, boss(), club)
	return err
}
