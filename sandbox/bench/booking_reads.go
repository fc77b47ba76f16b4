package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"pavilion/booking"
)

const (
	readTime = 5 * time.Second
	readDays = 30
	readNets = 6 // nets on one page
)

var errRead = errors.New("availability refused")

// availability reads filled days with the cache and without Redis. Each figure is the baseline of the other.
func (b *bookingBench) availability(ctx context.Context) error {
	cached, err := b.reads(ctx)
	if err != nil {
		return fmt.Errorf("availability: %w", err)
	}
	b.engines.StopRedis()
	if err := b.until(ctx, "Redis counts as gone", func(parts map[string]string) bool { return parts["redis"] == "degraded" }); err != nil {
		return err
	}
	bare, err := b.reads(ctx)
	if err != nil {
		return fmt.Errorf("availability without Redis: %w", err)
	}
	b.figure("availability", cached, "reads/s", bare)
	b.figure("availability_without_redis", bare, "reads/s", cached)
	if err := b.engines.StartRedis(ctx); err != nil {
		return err
	}
	return b.until(ctx, "Redis is back", func(parts map[string]string) bool { return parts["redis"] == "ok" })
}

// reads requests a different day each time. Each day was read once before, so that the cache has it.
func (b *bookingBench) reads(ctx context.Context) (float64, error) {
	first := booking.DayIn(b.club.first, time.UTC)
	nets := make([]string, readNets)
	for i := range nets {
		nets[i] = strconv.FormatInt(b.club.firstNet+int64(i), 10)
	}
	read := func(ctx context.Context, n int64) error {
		a, err := b.ask(ctx, request{path: fmt.Sprintf("/api/v1/clubs/%d/availability?from=%s&nets=%s", b.club.id, first+booking.Day(n%readDays), strings.Join(nets, ","))})
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("%w: %d %s", errRead, a.status, a.body)
		}
		return err
	}
	for n := range int64(readDays) {
		if err := read(ctx, n); err != nil {
			return 0, err
		}
	}
	var n atomic.Int64
	return closed(ctx, holders, readTime, func(ctx context.Context, _ int) error { return read(ctx, n.Add(1)) })
}
