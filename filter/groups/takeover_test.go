package groups_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/groups"
)

func TestTakeOver_NoGroupLosesItsSwitch(t *testing.T) {
	t.Parallel()
	g := newGroups(t, newDatabase(t), time.Now)
	const admins, late filter.ChatID = -1_001_500_000_003, -1_001_500_000_004
	reads := 0
	take := func(isComplete bool, switches ...filter.GroupSwitch) bool {
		t.Helper()
		done, err := g.TakeOver(t.Context(), func(context.Context) ([]filter.GroupSwitch, bool, error) {
			reads++
			return switches, isComplete, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	check := func(when string, want map[filter.ChatID]groups.SearchMode) {
		t.Helper()
		for chat, mode := range want {
			if s, _, err := g.Read(t.Context(), chat); err != nil || s.Search != mode {
				t.Errorf("%s, group %d: %q, %v; want %q", when, chat, s.Search, err, mode)
			}
		}
	}
	// One database is down and the other one has older versions.
	if take(false, filter.GroupSwitch{Group: group, SearchOff: true, Version: 1}, filter.GroupSwitch{Group: otherGroup, SearchOff: false, Version: 1}, filter.GroupSwitch{Group: admins, SearchOff: true, Version: 1}) {
		t.Error("an incomplete takeover counts as complete")
	}
	check("after a part", map[filter.ChatID]groups.SearchMode{group: groups.SearchOff, otherGroup: groups.SearchAddressed, admins: groups.SearchOff})
	if _, err := g.Update(t.Context(), admins, admin7, func(s *groups.Settings) error { s.Search = groups.SearchAll; return nil }); err != nil {
		t.Fatal(err)
	}
	all := []filter.GroupSwitch{
		{Group: group, SearchOff: true, Version: 1}, {Group: otherGroup, SearchOff: true, Version: 2}, {Group: admins, SearchOff: true, Version: 9}, {Group: late, SearchOff: true, Version: 1},
	}
	if !take(true, all...) {
		t.Error("a complete takeover does not count")
	}
	after := map[filter.ChatID]groups.SearchMode{group: groups.SearchOff, otherGroup: groups.SearchOff, admins: groups.SearchAll, late: groups.SearchOff}
	check("after all", after)
	if !take(true, filter.GroupSwitch{Group: group, SearchOff: false, Version: 99}) || reads != 2 {
		t.Errorf("the databases were read %d times: the takeover happens once", reads)
	}
	check("afterwards", after)
}

func TestTakeOver_AFailedReadIsTriedAgain(t *testing.T) {
	t.Parallel()
	g := newGroups(t, newDatabase(t), time.Now)
	down := errors.New("no database answers")
	if done, err := g.TakeOver(t.Context(), func(context.Context) ([]filter.GroupSwitch, bool, error) { return nil, false, down }); done || !errors.Is(err, down) {
		t.Errorf("%t, %v", done, err)
	}
	if done, err := g.TakeOver(t.Context(), func(context.Context) ([]filter.GroupSwitch, bool, error) { return nil, true, nil }); !done || err != nil {
		t.Errorf("%t, %v", done, err)
	}
}
