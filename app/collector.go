package app

import (
	"context"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"pavilion/config"
)

// Thresholds of Go's garbage collector, as in GOGC.
const (
	usualGC  = 100
	botGC    = 200
	othersGC = 400
)

// botMemory is Go's memory in a process with the bot. The program itself takes some 55 MB beside it, so that both stay below 200 MB.
const botMemory = 120 << 20

// setCollector sets when Go collects garbage. GOMEMLIMIT of the environment stays, and so does GOGC, except 100: Go does
// not tell whether somebody chose it.
//
// A process without the bot keeps some 20 MB, and a hold makes 50 KB of garbage, so by default the collector runs several times a second. A process with the
// bot keeps more, and has a memory limit beside the threshold.
func setCollector(cfg config.Config) {
	threshold := othersGC
	if cfg.Has(config.RoleBot) {
		threshold = botGC
		if debug.SetMemoryLimit(-1) == math.MaxInt64 {
			debug.SetMemoryLimit(botMemory)
		}
	}
	if was := debug.SetGCPercent(threshold); was != usualGC {
		debug.SetGCPercent(was)
	}
}

const raiseEvery = 10 * time.Second

// raiseMemoryLimit adjusts the limit of setCollector to the live heap every ten seconds. A limit below the live heap would make the collector run all the
// time.
func raiseMemoryLimit(ctx context.Context) error {
	ticker := time.NewTicker(raiseEvery)
	defer ticker.Stop()
	set := int64(botMemory)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if debug.SetMemoryLimit(-1) != set { // the environment's
			continue
		}
		set = memoryLimit(liveBytes())
		debug.SetMemoryLimit(set)
	}
}

// memoryLimit returns the limit for a number of bytes in use.
func memoryLimit(live uint64) int64 {
	return max(botMemory, int64(min(live, math.MaxInt64/2))/2*3) //nolint:gosec // below MaxInt64
}

// liveBytes returns the bytes that the last collection found in use.
func liveBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
