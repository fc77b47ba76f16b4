package groups_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/groups"
)

const (
	group      filter.ChatID = -1_001_500_000_001
	otherGroup filter.ChatID = -1_001_500_000_002
	admin7                   = 7
)

func TestSettings_ConcurrentChangesOfDifferentOnesAllStay(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	var all sync.WaitGroup
	for i := range 20 {
		g := newGroups(t, db, time.Now)
		all.Go(func() {
			_, err := g.Update(t.Context(), group, admin7, func(s *groups.Settings) error {
				s.Topics = append(s.Topics, i+1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s, version, err := newGroups(t, db, time.Now).Read(t.Context(), group)
	if err != nil || version != 21 || len(s.Topics) != 20 {
		t.Errorf("%d of 20 topics at version %d, %v", len(s.Topics), version, err)
	}
}

func TestSettings_KeepFieldsOfANewerRelease(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	if _, err := db.Exec(t.Context(), `INSERT INTO group_settings (chat_id, value) VALUES ($1, '{"search": "silent", "page_size": 5, "emoji": "🏏"}')`, int64(group)); err != nil {
		t.Fatal(err)
	}
	g := newGroups(t, db, time.Now)
	if s := g.Get(t.Context(), group).Settings; s.Search != groups.SearchAddressed || s.PageSize != 5 || !s.Spelling {
		t.Errorf("an unknown mode counts as the default: %+v", s)
	}
	if _, err := g.Update(t.Context(), group, admin7, func(s *groups.Settings) error { s.PageSize = 6; return nil }); err != nil {
		t.Fatal(err)
	}
	var data []byte
	if err := db.QueryRow(t.Context(), `SELECT value FROM group_settings WHERE chat_id = $1`, int64(group)).Scan(&data); err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil || fields["emoji"] != "🏏" || fields["page_size"] != 6.0 {
		t.Errorf("stored: %s, %v", data, err)
	}
}

func TestSettings_OutOfBoundsAreRefusedAndNotStored(t *testing.T) {
	t.Parallel()
	g := newGroups(t, newDatabase(t), time.Now)
	for name, c := range map[string]struct {
		change func(*groups.Settings)
		want   error
	}{
		"mode":     {func(s *groups.Settings) { s.Search = "silent" }, groups.ErrBounds},
		"page":     {func(s *groups.Settings) { s.PageSize = groups.MaxPageSize + 1 }, groups.ErrBounds},
		"deletion": {func(s *groups.Settings) { s.DeleteAfter = 48 * 60 }, groups.ErrBounds},
		"negative": {func(s *groups.Settings) { s.WelcomeFor = -1 }, groups.ErrBounds},
		"language": {func(s *groups.Settings) { s.Language = strings.Repeat("e", 9) }, groups.ErrBounds},
		"welcome":  {func(s *groups.Settings) { s.Welcome = strings.Repeat("न", groups.MaxWelcome+1) }, groups.ErrWelcomeTooLong},
		"null":     {func(s *groups.Settings) { s.Welcome = "a\x00b" }, groups.ErrBounds},
		"required": {func(s *groups.Settings) {
			for id := range filter.ChannelID(groups.MaxRequired + 1) {
				s.Require(groups.RequiredChannel{ID: id + 1, Link: "https://t.me/club"})
			}
		}, groups.ErrTooManyRequired},
		"channel": {func(s *groups.Settings) { s.Require(groups.RequiredChannel{ID: -1, Link: "https://t.me/club"}) }, groups.ErrBounds},
		"link":    {func(s *groups.Settings) { s.Require(groups.RequiredChannel{ID: 5, Link: "https://example.com"}) }, groups.ErrBounds},
		"topics":  {func(s *groups.Settings) { s.Topics = slices.Repeat([]int{1}, groups.MaxTopics+1) }, groups.ErrTooManyTopics},
	} {
		if _, err := g.Update(t.Context(), group, admin7, func(s *groups.Settings) error { c.change(s); return nil }); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, version, err := g.Read(t.Context(), group); version != 0 || err != nil {
		t.Errorf("version %d, %v", version, err)
	}
	welcome := strings.Repeat("न", groups.MaxWelcome)
	if s, err := g.Update(t.Context(), group, admin7, func(s *groups.Settings) error { s.Welcome = welcome; return nil }); err != nil || s.Welcome != welcome {
		t.Errorf("the longest welcome: %v", err)
	}
}

func TestGet_WithoutPostgresTheLastKnownSettingsServe(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	now := time.Now()
	g := newGroups(t, db, func() time.Time { return now })
	for _, chat := range []filter.ChatID{group, otherGroup} {
		if _, err := g.Update(t.Context(), chat, admin7, func(s *groups.Settings) error { s.Search = groups.SearchOff; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Second)
	if s := g.Get(t.Context(), group).Settings; s.Search != groups.SearchOff {
		t.Fatalf("%+v", s)
	}
	db.Close()
	now = now.Add(time.Hour)
	if s := g.Get(t.Context(), group).Settings; s.Search != groups.SearchOff {
		t.Errorf("a group that was read before: %+v", s)
	}
	if s := g.Get(t.Context(), otherGroup).Settings; s.Search != groups.SearchAddressed {
		t.Errorf("a group that was never read has the defaults: %+v", s)
	}
	if _, known := g.Glance(otherGroup); known {
		t.Error("defaults that nothing confirms decide about messages")
	}
}

func TestGet_AChangeIsSeenAtOnceHereAndSoonElsewhere(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	now := time.Now()
	clock := func() time.Time { return now }
	here, elsewhere := newGroups(t, db, clock), newGroups(t, db, clock)
	for _, g := range []*groups.Groups{here, elsewhere} {
		g.Get(t.Context(), group)
	}
	now = now.Add(time.Second)
	if _, err := here.Update(t.Context(), group, admin7, func(s *groups.Settings) error { s.Protect = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, known := here.Glance(group); known {
		t.Error("what is out of date decides about messages")
	}
	now = now.Add(time.Second)
	if !here.Get(t.Context(), group).Settings.Protect {
		t.Error("the change is not seen in the process that made it")
	}
	if _, known := here.Glance(group); !known {
		t.Error("a fresh state is not used")
	}
	now = now.Add(5 * time.Second)
	if !elsewhere.Get(t.Context(), group).Settings.Protect {
		t.Error("the change is not seen in another process after five seconds")
	}
}

func TestSettings_SearchByModeAndTopic(t *testing.T) {
	t.Parallel()
	s := groups.Default()
	for _, c := range []struct {
		mode      groups.SearchMode
		topics    []int
		addressed bool
		topic     int
		want      bool
	}{
		{groups.SearchAddressed, nil, true, 0, true},
		{groups.SearchAddressed, nil, false, 0, false},
		{groups.SearchAll, nil, false, 0, true},
		{groups.SearchOff, nil, true, 0, false},
		{groups.SearchAll, []int{5}, true, 0, false},
		{groups.SearchAll, []int{5}, false, 5, true},
		{groups.SearchAddressed, []int{groups.GeneralTopic}, true, 0, true},
		{groups.SearchAddressed, []int{groups.GeneralTopic}, true, 5, false},
	} {
		s.Search, s.Topics = c.mode, c.topics
		if got := s.Answers(c.addressed, c.topic); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}
