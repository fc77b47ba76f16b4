package app

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"pavilion/config"
)

// Thresholds of Go's garbage collector, as in GOGC.
const (
	botGC    = 200
	othersGC = 400
)

// botMemory is Go's memory in a process with the bot. The program itself takes some 55 MB beside it, so that both stay below 200 MB.
const botMemory = 120 << 20

// setCollector sets the threshold and the memory limit of Go's garbage collector. GOGC and GOMEMLIMIT of the environment take precedence.
//
// A process without the bot keeps some 20 MB, and a hold makes 50 KB of garbage, so by default the collector runs several times a second. A process with the
// bot keeps more, and has a memory limit beside the threshold.
func setCollector(cfg config.Config) {
	if limitsMemory(cfg) {
		debug.SetMemoryLimit(botMemory)
	}
	switch {
	case cfg.HasGo("GOGC"):
	case cfg.Has(config.RoleBot):
		debug.SetGCPercent(botGC)
	default:
		debug.SetGCPercent(othersGC)
	}
}

// limitsMemory reports whether setCollector sets a memory limit.
func limitsMemory(cfg config.Config) bool { return cfg.Has(config.RoleBot) && !cfg.HasGo("GOMEMLIMIT") }

const raiseEvery = time.Second

// raiseMemoryLimit adjusts the limit of setCollector to the memory in use. A limit near the memory in use would make the collector run all the time.
func raiseMemoryLimit(ctx context.Context) error {
	ticker := time.NewTicker(raiseEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			debug.SetMemoryLimit(memoryLimit(readMemory()))
		}
	}
}

// memoryLimit returns the limit for the bytes that the last collection found in use, and the bytes that Go takes for stacks and its own data. The limit
// counts these too, although no collection frees them.
func memoryLimit(live, overhead uint64) int64 {
	const most = 1 << 60 // no overflow
	return max(botMemory, int64(min(live, most)/2*3+min(overhead, most)))
}

// readMemory returns the arguments of memoryLimit.
func readMemory() (live, overhead uint64) {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	overhead = samples[1].Value.Uint64()
	for _, part := range samples[2:] {
		overhead -= min(overhead, part.Value.Uint64())
	}
	return samples[0].Value.Uint64(), overhead
}
