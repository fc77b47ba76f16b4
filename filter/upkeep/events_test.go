package upkeep_test

import (
	"testing"

	"pavilion/filter/upkeep"
	"pavilion/internal/fault"
)

func TestEvents_AreBoundedAndTheRestIsCounted(t *testing.T) {
	t.Parallel()
	var e upkeep.Events
	for range 700 {
		e.Tell(upkeep.ErrorEvents, "events.error", "no answer")
	}
	events, dropped := e.Take()
	if len(events) != 500 || dropped != 200 {
		t.Errorf("%d events, %d dropped", len(events), dropped)
	}
	if events, dropped = e.Take(); len(events) != 0 || dropped != 0 {
		t.Errorf("taken again: %d events, %d dropped", len(events), dropped)
	}
}

func TestLogChannel_KindsAreMutedAndUnknownOnesRefused(t *testing.T) {
	t.Parallel()
	first := upkeep.LogChannel{Chat: -1001}
	muted := first.Toggled(upkeep.BanEvents).Toggled(upkeep.PoolEvents)
	again := muted.Toggled(upkeep.BanEvents)
	if len(first.Muted) != 0 || len(muted.Muted) != 2 || len(again.Muted) != 1 || again.Muted[0] != upkeep.PoolEvents {
		t.Errorf("%v, %v, %v", first.Muted, muted.Muted, again.Muted)
	}
	if err := again.Check(); err != nil {
		t.Error(err)
	}
	if err := again.Toggled("weather").Check(); fault.CodeOf(err) != "event_kind" {
		t.Errorf("an unknown kind: %v", err)
	}
}
