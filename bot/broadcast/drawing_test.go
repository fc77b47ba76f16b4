package broadcast

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/filter"
	"pavilion/filter/broadcast"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// screens are all screens of the package.
func screens(in *phrase.Speaker) map[string]telegram.Reply {
	at := time.Date(2026, 11, 28, 18, 30, 0, 0, time.UTC)
	d := drawing{in: in, maxSpeed: 28, zone: time.UTC, now: at}
	state := func(s broadcast.State, change func(b *broadcast.Broadcast)) broadcast.Broadcast {
		b := broadcast.Broadcast{
			ID: 12, State: s, Version: 3, Author: 7, Content: broadcast.Content{Text: "The nets open on Saturday at nine. Bring your own balls, please, and be on time."},
			Plan: broadcast.Plan{Mode: broadcast.Copy, Segment: broadcast.Segment{Kind: broadcast.Everybody}, People: 9876},
		}
		if change != nil {
			change(&b)
		}
		return b
	}
	album := state(broadcast.Previewed, func(b *broadcast.Broadcast) {
		b.Content = broadcast.Content{Media: []filter.Media{{Caption: "Both innings"}, {}}, Buttons: []broadcast.Button{{Text: "Site", URL: "https://example.org"}}}
		b.Plan.Mode, b.Plan.Silent, b.Plan.Speed, b.Plan.Testers = broadcast.Forward, true, 5, []filter.UserID{8, 9}
		b.Plan.Segment = broadcast.Segment{Kind: broadcast.Active, Days: 30, Minus: &broadcast.Segment{Kind: broadcast.Uploaded, List: 4}}
	})
	running := state(broadcast.Running, func(b *broadcast.Broadcast) {
		b.Counts = broadcast.Counts{Reached: 1234, Gone: 12, Failed: map[string]int64{"PEER_ID_INVALID": 3, "CHAT_WRITE_FORBIDDEN": 1}, OptOuts: 2, Sending: 44 * time.Second}
		b.Parked = []string{"archive 2"}
	})
	done := state(broadcast.Done, func(b *broadcast.Broadcast) {
		b.Counts, b.Ended = broadcast.Counts{Reached: 9860, Gone: 16, Sending: 353 * time.Second}, at.Add(-time.Hour)
	})
	unpinned := done
	unpinned.Counts.Unpinned = 3
	unsent := done
	unsent.Revision = &broadcast.Revision{Kind: broadcast.Unsend, Changed: 9800, Failed: 60, Finished: true}
	language := state(broadcast.Draft, func(b *broadcast.Broadcast) {
		b.Plan.Segment = broadcast.Segment{Kind: broadcast.Speakers, Language: "hi"}
	})
	paid := state(broadcast.Previewed, func(b *broadcast.Broadcast) {
		b.Plan.Paid, b.Plan.Stars, b.Plan.Pin, b.Plan.Hours = true, 988, true, broadcast.Hours{From: 9, To: 21}
	})
	morning := state(broadcast.Running, func(b *broadcast.Broadcast) { b.Plan.Hours, b.Plan.Pin = broadcast.Hours{From: 9, To: 18}, true })
	refused := state(broadcast.Running, func(b *broadcast.Broadcast) {
		b.Counts, b.Plan.PaidRefused = broadcast.Counts{Reached: 60, Sending: 2 * time.Second}, "BALANCE_TOO_LOW"
	})
	booked := state(broadcast.Draft, func(b *broadcast.Broadcast) {
		b.Plan.Segment, b.Plan.DeleteAfter = broadcast.Segment{Kind: broadcast.Booked, From: "2026-12-01", To: "2026-12-07"}, 24
	})
	deleted := done
	deleted.Counts.Deleted = 9850
	groups := state(broadcast.Scheduled, func(b *broadcast.Broadcast) {
		b.At, b.Plan.Segment, b.Plan.People = at, broadcast.Segment{Kind: broadcast.Groups}, 12
	})
	groupDraft := groups
	groupDraft.State = broadcast.Previewed
	return map[string]telegram.Reply{
		"groups_draft":     d.panel(groupDraft),
		"groups_scheduled": d.panel(groups),
		"groups_confirm": d.confirm(groups, broadcast.Estimate{
			Pools: []broadcast.PoolEstimate{{Pool: "groups", People: 12, Blocked: 3}}, OptedOut: 1, Duration: time.Second,
		}),
		"paid":            d.panel(paid),
		"paid_confirm":    d.confirm(paid, broadcast.Estimate{Pools: []broadcast.PoolEstimate{{Pool: "old", People: 9876}}, Duration: 20 * time.Second, Stars: 988}),
		"paid_refused":    d.panel(refused),
		"outside_hours":   d.panel(morning),
		"hours":           d.hours(language),
		"deletes":         d.deletes(language),
		"booked":          d.panel(booked),
		"deleted":         d.panel(deleted),
		"speeds_groups":   d.speeds(groups),
		"draft":           d.panel(language),
		"previewed_album": d.panel(album),
		"scheduled":       d.panel(state(broadcast.Scheduled, func(b *broadcast.Broadcast) { b.At = at })),
		"running":         d.panel(running),
		"paused":          d.panel(state(broadcast.Paused, func(b *broadcast.Broadcast) { b.Reason = broadcast.BadContent })),
		"done":            d.panel(done),
		"unsent":          d.panel(unsent),
		"cancelled":       d.panel(state(broadcast.Cancelled, nil)),
		"segments":        d.segments(language, setSegment),
		"minus":           d.segments(language, setMinus),
		"speeds":          d.speeds(language),
		"ask_cancel":      d.sure(running, "broadcast.ask_cancel", cancel, "broadcast.cancel_yes"),
		"ask_unsend":      d.sure(done, "broadcast.ask_unsend", unsend, "broadcast.unsend_yes"),
		"confirm": d.confirm(album, broadcast.Estimate{
			Pools: []broadcast.PoolEstimate{{Pool: "old", People: 9000, Blocked: 40}, {Pool: "archive 2", Down: true}}, OptedOut: 5, Duration: 321 * time.Second,
		}),
		"confirm_hours":  d.confirm(paid, broadcast.Estimate{Pools: []broadcast.PoolEstimate{{Pool: "old", People: 9876}}, Duration: 700 * time.Second, End: at.Add(15 * time.Hour)}),
		"unpinned":       d.panel(unpinned),
		"confirm_nobody": d.confirm(album, broadcast.Estimate{Pools: []broadcast.PoolEstimate{{Pool: "old"}}}),
		"list":           d.list([]broadcast.Broadcast{running, done}, 7),
		"list_empty":     d.list(nil, 7),
	}
}

func TestScreens_LookAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range book.Languages() {
		for name, reply := range screens(book.In(language)) {
			golden.Check(t, name+"."+language, telegramtest.Drawn(reply))
		}
	}
}

func TestTap_SurvivesTheButton(t *testing.T) {
	t.Parallel()
	for _, want := range []tap{{showPanel, 1, 0}, {confirm, 1 << 40, 1 << 30}} {
		if got, err := parseTap(want.encode()); err != nil || got != want {
			t.Errorf("%+v became %+v, %v", want, got, err)
		}
	}
	for _, payload := range []string{"", "p", "p:1", "p:1:2:3", "p:x y:1"} {
		if _, err := parseTap(payload); err == nil {
			t.Errorf("%q is taken", payload)
		}
	}
	if id, err := parseOptOut(encodeOptOut(77)); err != nil || id != 77 {
		t.Errorf("opt-out %d, %v", id, err)
	}
}

func FuzzTap(f *testing.F) {
	f.Add("go:1:2")
	f.Fuzz(func(t *testing.T, payload string) {
		if got, err := parseTap(payload); err == nil {
			if again, err := parseTap(got.encode()); err != nil || again != got {
				t.Errorf("%q is %+v, again %+v, %v", payload, got, again, err)
			}
		}
	})
}

func TestTakes_AnyMessageAnswersWhereOneIsAskedFor(t *testing.T) {
	t.Parallel()
	var s *Screens
	for _, c := range []struct {
		payload string
		album   int64
		want    chat.Take
	}{
		{askMessage, 0, chat.TakeAny},
		{askMessage, 5, chat.TakeAny},
		{albumRest + ":5", 5, chat.TakeAny},
		{albumRest + ":5", 6, chat.TakeOther},
		{albumRest + ":5", 0, chat.TakeOther},
		{tap{askList, 1, 0}.encode(), 0, chat.TakeAny},
		{tap{askDays, 1, 0}.encode(), 0, chat.TakeText},
	} {
		if got := s.Takes(&telegram.Event{Album: c.album}, chat.Data{Letter: letter, Payload: c.payload}); got != c.want {
			t.Errorf("%q with album %d: %d, want %d", c.payload, c.album, got, c.want)
		}
	}
	if got := s.Takes(&telegram.Event{}, chat.Data{Letter: 'q', Payload: askMessage}); got != chat.TakeText {
		t.Errorf("another feature's question: %d", got)
	}
}

func TestParseButtons_OneALine(t *testing.T) {
	t.Parallel()
	got, err := parseButtons("Our site https://example.org\n\nJoin us - tg://resolve?domain=x\n")
	if err != nil || len(got) != 2 || got[0] != (broadcast.Button{Text: "Our site", URL: "https://example.org"}) || got[1].Text != "Join us" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"https://example.org", "site example.org", "site ftp://x", "site https://"} {
		if _, err := parseButtons(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestParseTime_IsInUTCAndStillToCome(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 18, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"18:31":            now.Add(time.Minute),
		"18:30":            now.AddDate(0, 0, 1),
		"2026-12-24 09:00": time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC),
	} {
		if got, ok := parseTime(text, now); !ok || !got.Equal(want) {
			t.Errorf("%q is %s, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "tomorrow", "2026-11-28 18:30", "25:00"} {
		if got, ok := parseTime(text, now); ok {
			t.Errorf("%q is %s", text, got)
		}
	}
}
