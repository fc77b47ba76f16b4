package app

import (
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"

	"pavilion/config"
)

func TestMemoryLimit_LeavesTheCollectorRoomAboveWhatIsInUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		live, overhead uint64
		want           int64
	}{{0, 0, botMemory}, {70 << 20, 5 << 20, botMemory}, {76 << 20, 36 << 20, 150 << 20}, {160 << 20, 20 << 20, 260 << 20}, {4 << 30, 0, 6 << 30}} {
		if got := memoryLimit(c.live, c.overhead); got != c.want {
			t.Errorf("%d MB in use and %d MB beside: a limit of %d MB, want %d", c.live>>20, c.overhead>>20, got>>20, c.want>>20)
		}
	}
	if got := memoryLimit(math.MaxUint64, math.MaxUint64); got < botMemory {
		t.Errorf("a limit of %d bytes", got)
	}
}

// The stacks of goroutines count in Go's memory limit.
func TestMemoryLimit_CountsStacks(t *testing.T) { //nolint:paralleltest // it measures the whole process
	runtime.GC()
	_, before := readMemory()
	var begun, ended sync.WaitGroup
	end := make(chan struct{})
	for range 2000 {
		begun.Add(1)
		ended.Go(func() {
			var page [16 << 10]byte
			for i := range page {
				page[i] = byte(i)
			}
			begun.Done()
			<-end
			runtime.KeepAlive(&page)
		})
	}
	begun.Wait()
	live, after := readMemory()
	close(end)
	ended.Wait()
	if live == 0 || after < before+(20<<20) {
		t.Errorf("%d bytes in use; beside them %d with 2,000 stacks of 16 kB, %d without", live, after, before)
	}
}

func TestCollector_TheEnvironmentDecides(t *testing.T) { //nolint:paralleltest // it changes the collector of the process
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	required := []string{"PAVILION_POSTGRES_URL=postgres://db", "PAVILION_REDIS_URL=redis://cache", "PAVILION_MONGO_URIS=mongodb://a/pavilion"}
	for _, c := range []struct {
		environ []string
		limits  bool
		percent int
	}{
		{[]string{"PAVILION_ROLES=bot"}, true, botGC},
		{[]string{"PAVILION_ROLES=http"}, false, othersGC},
		{[]string{"PAVILION_ROLES=bot", "GOMEMLIMIT=off"}, false, botGC},
		{[]string{"PAVILION_ROLES=bot", "GOGC=100", "GOMEMLIMIT="}, true, 100},
	} {
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(math.MaxInt64)
		cfg, err := config.Load(slices.Concat(required, c.environ))
		if cfg.Roles == nil {
			t.Fatal(err)
		}
		setCollector(cfg)
		set := debug.SetMemoryLimit(-1)
		if got := debug.SetGCPercent(100); got != c.percent || limitsMemory(cfg) != c.limits || (set == botMemory) != c.limits {
			t.Errorf("%q: GOGC is %d, the limit %d (%v)", c.environ, got, set, limitsMemory(cfg))
		}
	}
}
