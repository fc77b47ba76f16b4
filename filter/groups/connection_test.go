package groups_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/groups"
)

const person filter.UserID = 42

func TestConnection_TheLastOneIsSelected(t *testing.T) {
	t.Parallel()
	g := newGroups(t, newDatabase(t), time.Now)
	selected := func() filter.ChatID {
		t.Helper()
		c, err := g.Selected(t.Context(), person)
		if errors.Is(err, groups.ErrNotConnected) {
			return 0
		}
		if err != nil {
			t.Fatal(err)
		}
		return c.Chat
	}
	if got := selected(); got != 0 {
		t.Errorf("without a connection: %d", got)
	}
	for _, step := range []struct {
		name string
		do   func() error
		want filter.ChatID
	}{
		{"connect", func() error { return g.Connect(t.Context(), person, group, "Riverside") }, group},
		{"connect another", func() error { return g.Connect(t.Context(), person, otherGroup, "Nets lads") }, otherGroup},
		{"select the first", func() error { return g.Select(t.Context(), person, group) }, group},
		{"connect the first again", func() error { return g.Connect(t.Context(), person, group, "Riverside CC") }, group},
		{"disconnect the other", func() error { return g.Disconnect(t.Context(), person, otherGroup) }, group},
		{"disconnect the selected", func() error { return g.Disconnect(t.Context(), person, group) }, 0},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := selected(); got != step.want {
			t.Errorf("%s: %d, want %d", step.name, got, step.want)
		}
	}
	for name, err := range map[string]error{"select": g.Select(t.Context(), person, group), "disconnect": g.Disconnect(t.Context(), person, group)} {
		if !errors.Is(err, groups.ErrNotConnected) {
			t.Errorf("%s without a connection: %v", name, err)
		}
	}
}

func TestConnection_ConcurrentOnesStayWithinTheBoundAndOneIsSelected(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	var all sync.WaitGroup
	for i := range groups.MaxConnections + 5 {
		g := newGroups(t, db, time.Now)
		all.Go(func() {
			err := g.Connect(t.Context(), person, group-filter.ChatID(i), fmt.Sprintf("Group %d", i))
			if err != nil && !errors.Is(err, groups.ErrTooManyConnections) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	list, err := newGroups(t, db, time.Now).Connections(t.Context(), person)
	selected := 0
	for _, c := range list {
		if c.IsSelected {
			selected++
		}
	}
	if err != nil || len(list) != groups.MaxConnections || selected != 1 {
		t.Errorf("%d connections, %d selected, %v", len(list), selected, err)
	}
}

func TestMove_ASupergroupKeepsEverythingOfTheGroup(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	g := newGroups(t, db, time.Now)
	const old filter.ChatID = -4_000_001
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := g.Update(ctx, old, admin7, func(s *groups.Settings) error { s.Search, s.Welcome = groups.SearchOff, "Hello"; return nil })
	must(err)
	for _, f := range []groups.Filter{
		{Chat: old, Words: "net", Answer: groups.Answer{Body: "old"}},
		{Chat: old, Words: "both", Answer: groups.Answer{Body: "old"}},
		{Chat: group, Words: "both", Answer: groups.Answer{Body: "own"}},
	} {
		save(t, g, f)
	}
	must(g.Connect(ctx, person, old, "Nets lads"))
	must(g.Connect(ctx, 43, old, "Nets lads"))
	must(g.Connect(ctx, 43, group, "Nets lads"))
	g.Get(ctx, group)
	for range 2 { // Telegram sends a service message in each of the two chats
		must(g.Move(ctx, old, group))
	}
	now := g.Get(ctx, group)
	if now.Settings.Search != groups.SearchOff || now.Settings.Welcome != "Hello" {
		t.Errorf("settings: %+v", now.Settings)
	}
	for _, words := range []string{"net", "both"} {
		if _, found := now.Match(words); !found {
			t.Errorf("the filter %q is lost", words)
		}
	}
	id, _ := now.Match("both")
	if f, err := g.Filter(ctx, group, id); err != nil || f.Answer.Body != "own" {
		t.Errorf("the supergroup's own filter: %+v, %v", f, err)
	}
	for _, who := range []filter.UserID{person, 43} {
		if list, err := g.Connections(ctx, who); err != nil || len(list) != 1 || list[0].Chat != group || !list[0].IsSelected {
			t.Errorf("connections of %d: %+v, %v", who, list, err)
		}
	}
	_, err = g.Update(ctx, group, admin7, func(s *groups.Settings) error { s.Search = groups.SearchAll; return nil })
	must(err)
	must(g.Move(ctx, old, group))
	if s := g.Get(ctx, group).Settings; s.Search != groups.SearchAll {
		t.Errorf("a late repeat undoes the supergroup's own settings: %+v", s)
	}
}
