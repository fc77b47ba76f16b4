package app

import (
	"runtime"
	"testing"
)

func TestMemoryLimit_LeavesTheCollectorRoomAboveALargeArchive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		live uint64
		want int64
	}{{0, botMemory}, {80 << 20, botMemory}, {160 << 20, 240 << 20}, {4 << 30, 6 << 30}} {
		if got := memoryLimit(c.live); got != c.want {
			t.Errorf("%d MB in use: a limit of %d MB, want %d", c.live>>20, got>>20, c.want>>20)
		}
	}
	runtime.GC()
	if liveBytes() == 0 {
		t.Error("the last collection found nothing in use")
	}
}
