package broadcast_test

import (
	"errors"
	"testing"

	"pavilion/filter/broadcast"
)

func TestState_EveryPairIsAllowedOrRefused(t *testing.T) {
	type pair struct{ from, to broadcast.State }
	allowed := map[pair]bool{
		{broadcast.Draft, broadcast.Previewed}:     true,
		{broadcast.Draft, broadcast.Cancelled}:     true,
		{broadcast.Previewed, broadcast.Draft}:     true, // a changed message needs another preview
		{broadcast.Previewed, broadcast.Scheduled}: true,
		{broadcast.Previewed, broadcast.Cancelled}: true,
		{broadcast.Scheduled, broadcast.Running}:   true,
		{broadcast.Scheduled, broadcast.Paused}:    true,
		{broadcast.Scheduled, broadcast.Cancelled}: true,
		{broadcast.Running, broadcast.Paused}:      true,
		{broadcast.Running, broadcast.Done}:        true,
		{broadcast.Running, broadcast.Cancelled}:   true,
		{broadcast.Paused, broadcast.Running}:      true,
		{broadcast.Paused, broadcast.Scheduled}:    true, // a backup was restored before its time
		{broadcast.Paused, broadcast.Cancelled}:    true,
	}
	for _, from := range broadcast.States() {
		for _, to := range broadcast.States() {
			err := from.To(to)
			if allowed[pair{from, to}] != (err == nil) || err != nil && !errors.Is(err, broadcast.ErrState) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		}
	}
}
