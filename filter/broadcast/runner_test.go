package broadcast_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pavilion/filter"
	"pavilion/filter/broadcast"
)

var everybody = broadcast.Segment{Kind: broadcast.Everybody} //nolint:gochecknoglobals // a constant

func TestRun_TwinsInTwoPoolsGetOneMessage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(100, 700)...)
	s.people(1, numbered(650, 800)...)
	b := s.confirmed(everybody)
	if b.Plan.People != 701 {
		t.Errorf("%d people are announced", b.Plan.People)
	}
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if n := len(s.telegram.reached(b.ID)); n != 701 || b.Counts.Reached != 701 || s.telegram.sendCount() != 701 {
		t.Errorf("%d people got it in %d sends, %d are counted", n, s.telegram.sendCount(), b.Counts.Reached)
	}
}

func TestRun_AStoppedRunGoesOnAfterItsLastPerson(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 1200)...)
	b := s.confirmed(everybody)
	reached := make(chan struct{})
	s.telegram.gate = func(n int) {
		if n == 400 {
			close(reached)
		}
	}
	stop := s.run()
	<-reached
	stop()
	first := s.must(s.Get(t.Context(), b.ID))
	if first.State != broadcast.Running || first.Counts.Reached < 400 || first.Counts.Reached >= 1200 {
		t.Errorf("after the stop: %+v", first)
	}
	var cursor int64
	if err := s.db.QueryRow(t.Context(), "SELECT max(last_id) FROM broadcast_cursor").Scan(&cursor); err != nil || cursor != first.Counts.Reached {
		t.Errorf("%d people have it, and the cursor is at %d, %v", first.Counts.Reached, cursor, err)
	}
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if n := len(s.telegram.reached(b.ID)); n != 1200 || b.Counts.Reached != 1200 || s.telegram.sendCount() != 1200 {
		t.Errorf("%d people got it in %d sends, %d are counted", n, s.telegram.sendCount(), b.Counts.Reached)
	}
}

func TestRun_APersonWhoseSendWasCutShortIsNotPassedOver(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 300)...)
	s.telegram.hangs = 5
	b := s.confirmed(everybody)
	stop := s.run()
	s.await(b.ID, "the outcomes behind the hanging send", func(b broadcast.Broadcast) bool { return b.Counts.Reached >= 100 })
	stop()
	s.telegram.hangs = 0
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if n := len(s.telegram.reached(b.ID)); n != 300 || b.Counts.Reached != 300 {
		t.Errorf("%d people got it, %d are counted", n, b.Counts.Reached)
	}
}

// A write whose answer is lost is repeated, also if Postgres made it.
func TestRun_AnOutcomeThatIsStoredIsNotCountedAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 300)...)
	b := s.confirmed(everybody)
	s.telegram.gate = func(n int) {
		if n == 1 { // the people of the page are chosen
			if _, err := s.db.Exec(context.Background(), "INSERT INTO broadcast_delivery (broadcast, person, messages) VALUES ($1, 300, '{300}')", b.ID); err != nil {
				t.Error(err)
			}
		}
	}
	s.run()
	if b = s.awaitState(b.ID, broadcast.Done); b.Counts.Reached != 299 || s.telegram.sendCount() != 300 {
		t.Errorf("%d are counted after %d sends beside one stored outcome", b.Counts.Reached, s.telegram.sendCount())
	}
}

func TestRun_EachOutcomeHasItsPlace(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 10)...)
	s.people(0, bson.D{{Key: "_id", Value: int64(11)}, {Key: "b", Value: true}})
	if err := s.OptOut(t.Context(), 2, 0); err != nil {
		t.Fatal(err)
	}
	s.telegram.answers[3] = broadcast.Outcome{Class: broadcast.Gone, Name: "USER_IS_BLOCKED"}
	s.telegram.answers[4] = broadcast.Outcome{Class: broadcast.Refused, Name: "PEER_ID_INVALID"}
	b := s.confirmed(everybody)
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if c := b.Counts; c.Reached != 7 || c.Gone != 1 || len(c.Failed) != 1 || c.Failed["PEER_ID_INVALID"] != 1 {
		t.Errorf("counts %+v", c)
	}
	if got := s.telegram.reached(b.ID); slices.Contains(got, 2) || slices.Contains(got, 11) {
		t.Errorf("%v got it", got)
	}
}

func TestRun_RefusedContentIsRefreshedOnceAndThenPauses(t *testing.T) {
	t.Parallel()
	for _, stale := range []bool{false, true} {
		t.Run(fmt.Sprint("stale ", stale), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.people(0, numbered(1, 200)...)
			s.telegram.refuses, s.telegram.stale = true, stale
			b := s.confirmed(everybody)
			s.run()
			if !stale {
				b = s.awaitState(b.ID, broadcast.Done)
				if b.Counts.Reached != 200 || s.telegram.refreshCount() != 1 {
					t.Errorf("%d reached after %d refreshes", b.Counts.Reached, s.telegram.refreshCount())
				}
				return
			}
			b = s.awaitState(b.ID, broadcast.Paused)
			if b.Reason != broadcast.BadContent || s.telegram.refreshCount() != 1 || b.Counts.Reached != 0 || len(b.Counts.Failed) != 0 {
				t.Errorf("after %d refreshes: %+v", s.telegram.refreshCount(), b)
			}
		})
	}
}

func TestRun_AnAuthorWhoIsNoAdminAnyMorePausesIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3000)...)
	b := s.confirmed(everybody)
	s.telegram.gate = func(n int) {
		if n == 300 {
			s.admin.Store(false)
		}
	}
	s.run()
	b = s.awaitState(b.ID, broadcast.Paused)
	if b.Reason != broadcast.NotAdmin || b.Counts.Reached == 3000 {
		t.Errorf("%+v", b)
	}
	s.admin.Store(true)
	s.must(s.Resume(t.Context(), b))
	if b = s.awaitState(b.ID, broadcast.Done); b.Counts.Reached != 3000 || len(s.telegram.reached(b.ID)) != 3000 {
		t.Errorf("%+v", b.Counts)
	}
	s.admin.Store(false)
	late := s.confirmed(everybody)
	s.awaitState(late.ID, broadcast.Paused)
	if got := s.telegram.reached(late.ID); len(got) != 0 {
		t.Errorf("%d people got the broadcast of a former admin", len(got))
	}
}

func TestRun_ASecondBroadcastQueues(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 1500)...)
	first, second := s.confirmed(everybody), s.confirmed(everybody)
	s.run()
	second = s.awaitState(second.ID, broadcast.Running)
	if first = s.must(s.Get(t.Context(), first.ID)); first.State != broadcast.Done || second.Started.Before(first.Ended) {
		t.Errorf("the second began at %s, while the first is %s", second.Started, first.State)
	}
	s.awaitState(second.ID, broadcast.Done)
}

// The runner has read the broadcast as due when the admin's change is stored.
func TestRun_ABroadcastThatIsCancelledAsItStartsIsNotSent(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3)...)
	b := s.confirmed(everybody)
	tx, err := s.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it is committed below
	if _, err := tx.Exec(t.Context(), "UPDATE broadcast SET state = 'cancelled', ended_at = now(), version = version + 1 WHERE id = $1", b.ID); err != nil {
		t.Fatal(err)
	}
	s.run()
	waiting := 0
	s.until("the runner waits for the row", func() bool {
		const query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
		return s.db.QueryRow(t.Context(), query).Scan(&waiting) == nil && waiting == 1
	}, func() any { return waiting })
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := s.confirmed(everybody)
	s.awaitState(next.ID, broadcast.Done)
	if b = s.must(s.Get(t.Context(), b.ID)); b.State != broadcast.Cancelled || len(s.telegram.reached(b.ID)) != 0 {
		t.Errorf("%s, reached %v", b.State, s.telegram.reached(b.ID))
	}
}

func TestRun_APauseKeepsTheRestForLater(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3000)...)
	b := s.confirmed(everybody)
	s.run()
	b = s.await(b.ID, "some have it", func(b broadcast.Broadcast) bool { return b.Counts.Reached > 0 })
	b = s.must(s.Pause(t.Context(), b, broadcast.PausedByAdmin))
	if _, err := s.Pause(t.Context(), b, broadcast.PausedByAdmin); !errors.Is(err, broadcast.ErrState) {
		t.Errorf("a second pause: %v", err)
	}
	b = s.must(s.Resume(t.Context(), b))
	if b = s.awaitState(b.ID, broadcast.Done); len(s.telegram.reached(b.ID)) != 3000 || b.Counts.Reached != 3000 {
		t.Errorf("%+v", b.Counts)
	}
}

// The restore of a backup pauses scheduled broadcasts too.
func TestResume_ABroadcastBeforeItsTimeWaitsForIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 5)...)
	start := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	s.now.Store(&start)
	schedule := func() broadcast.Broadcast {
		t.Helper()
		b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello", Source: []int{7}}))
		b = s.must(s.MarkPreviewed(t.Context(), b))
		b = s.must(s.Confirm(t.Context(), b, start.Add(time.Hour)))
		return s.must(s.Pause(t.Context(), b, broadcast.Restored))
	}
	early, late := schedule(), schedule()
	if early = s.must(s.Resume(t.Context(), early)); early.State != broadcast.Scheduled || !early.Started.IsZero() || early.Reason != broadcast.PausedByAdmin {
		t.Errorf("resumed an hour before its time: %s, begun at %s, paused because of %q", early.State, early.Started, early.Reason)
	}
	after := start.Add(2 * time.Hour)
	s.now.Store(&after)
	if late = s.must(s.Resume(t.Context(), late)); late.State != broadcast.Running || !late.Started.Equal(after) {
		t.Errorf("resumed after its time: %s, begun at %s", late.State, late.Started)
	}
	s.run()
	for _, b := range []broadcast.Broadcast{early, late} {
		if b = s.awaitState(b.ID, broadcast.Done); b.Counts.Reached != 5 {
			t.Errorf("%d have it, want 5", b.Counts.Reached)
		}
	}
}

func TestConfirm_NobodyIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3)...)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello"}))
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) {
		b.Plan.Segment = broadcast.Segment{Kind: broadcast.Speakers, Language: "fr"}
	}))
	if _, err := s.Confirm(t.Context(), b, time.Now()); !errors.Is(err, broadcast.ErrState) {
		t.Errorf("without a preview: %v", err)
	}
	b = s.must(s.MarkPreviewed(t.Context(), b))
	if _, err := s.Confirm(t.Context(), b, time.Now()); !errors.Is(err, broadcast.ErrNobody) {
		t.Errorf("to nobody: %v", err)
	}
}

func TestChange_WhatPeopleSeeNeedsAnotherPreview(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3)...)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello"}))
	b = s.must(s.MarkPreviewed(t.Context(), b))
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Speed = 5 }))
	if b.State != broadcast.Previewed {
		t.Errorf("another speed: %s", b.State)
	}
	stale := b
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) {
		b.Content.Buttons = []broadcast.Button{{Text: "Site", URL: "https://example.org"}}
	}))
	if b.State != broadcast.Draft {
		t.Errorf("other buttons: %s", b.State)
	}
	if _, err := s.Confirm(t.Context(), stale, time.Now()); !errors.Is(err, broadcast.ErrChanged) {
		t.Errorf("the version before the change: %v", err)
	}
	if _, err := s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Speed = maxSpeed + 1 }); !errors.Is(err, broadcast.ErrSpeed) {
		t.Errorf("too fast: %v", err)
	}
}

func TestSegment_ChoosesByWhatIsKnownOfPeople(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	person := func(id int64, language string, daysAgo int) bson.D {
		return bson.D{{Key: "_id", Value: id}, {Key: "l", Value: language}, {Key: "s", Value: time.Now().AddDate(0, 0, -daysAgo).Unix()}}
	}
	s.people(0, person(1, "en", 0), person(2, "en-GB", 10), person(3, "hi", 100))
	s.people(1, person(4, "hi-IN", 0), bson.D{{Key: "_id", Value: int64(5)}}, person(6, "fr", 2))
	s.premium[4] = true
	s.booked[3], s.booked[5] = "2026-12-05", "2026-12-24"
	list, err := s.SaveList(t.Context(), author, "list", []filter.UserID{1, 4, 99})
	if err != nil {
		t.Fatal(err)
	}
	minus := broadcast.Segment{Kind: broadcast.Speakers, Language: "en"}
	christmas := broadcast.Segment{Kind: broadcast.Booked, From: "2026-12-24", To: "2026-12-24"}
	s.run()
	for _, c := range []struct {
		segment broadcast.Segment
		want    []filter.UserID
	}{
		{everybody, []filter.UserID{1, 2, 3, 4, 5, 6}},
		{broadcast.Segment{Kind: broadcast.Speakers, Language: "en"}, []filter.UserID{1, 2}},
		{broadcast.Segment{Kind: broadcast.Speakers, Language: "hi"}, []filter.UserID{3, 4}},
		{broadcast.Segment{Kind: broadcast.Active, Days: 7}, []filter.UserID{1, 4, 6}},
		{broadcast.Segment{Kind: broadcast.HasPremium}, []filter.UserID{4}},
		{broadcast.Segment{Kind: broadcast.NoPremium}, []filter.UserID{1, 2, 3, 5, 6}},
		{broadcast.Segment{Kind: broadcast.Uploaded, List: list.ID}, []filter.UserID{1, 4}},
		{broadcast.Segment{Kind: broadcast.Active, Days: 30, Minus: &minus}, []filter.UserID{4, 6}},
		{broadcast.Segment{Kind: broadcast.Booked, From: "2026-12-01", To: "2026-12-31"}, []filter.UserID{3, 5}},
		{broadcast.Segment{Kind: broadcast.Booked, From: "2026-12-01", To: "2026-12-31", Minus: &christmas}, []filter.UserID{3}},
	} {
		b := s.confirmed(c.segment)
		if b.Plan.People != len(c.want) {
			t.Errorf("%+v: %d people are announced", c.segment, b.Plan.People)
		}
		s.awaitState(b.ID, broadcast.Done)
		if got := s.telegram.reached(b.ID); !slices.Equal(got, c.want) {
			t.Errorf("%+v reached %v, want %v", c.segment, got, c.want)
		}
	}
}

func TestSegment_DaysOfBookingsAreDatesInTheirOrder(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello", Source: []int{7}}))
	for _, days := range [][2]string{{"", ""}, {"2026-12-01", ""}, {"2026-12-31", "2026-12-01"}, {"2026-02-30", "2026-03-01"}, {"2026-01-01", "2027-02-01"}, {"1.12.2026", "2.12.2026"}} {
		_, err := s.Change(t.Context(), b, func(b *broadcast.Broadcast) {
			b.Plan.Segment = broadcast.Segment{Kind: broadcast.Booked, From: days[0], To: days[1]}
		})
		if !errors.Is(err, broadcast.ErrSegment) {
			t.Errorf("%v: %v", days, err)
		}
	}
}

func TestRevise_ChangesOrDeletesWhatPeopleGot(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 250)...)
	b := s.confirmed(everybody)
	if _, err := s.Revise(t.Context(), b, broadcast.Unsend, "", nil); !errors.Is(err, broadcast.ErrState) {
		t.Errorf("before it was sent: %v", err)
	}
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	b = s.must(s.Revise(t.Context(), b, broadcast.Edit, "corrected", nil))
	finished := func(b broadcast.Broadcast) bool { return b.Revision.Finished }
	b = s.await(b.ID, "edited", finished)
	if n, text := s.telegram.edit(17); b.Revision.Changed != 250 || n != 250 || text != "corrected" {
		t.Errorf("%+v, %d edited, one to %q", b.Revision, n, text)
	}
	b = s.must(s.Revise(t.Context(), b, broadcast.Unsend, "", nil))
	b = s.await(b.ID, "deleted", finished)
	if n := s.telegram.deletedCount(); b.Revision.Changed != 250 || n != 500 {
		t.Errorf("%+v, %d messages deleted", b.Revision, n)
	}
	later := time.Now().Add(48 * time.Hour)
	s.now.Store(&later)
	if _, err := s.Revise(t.Context(), b, broadcast.Unsend, "", nil); !errors.Is(err, broadcast.ErrTooLate) {
		t.Errorf("after 48 hours: %v", err)
	}
}

func TestRevise_MessagesOlderThanTelegramsLimitStay(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 30)...)
	b := s.confirmed(everybody)
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if _, err := s.db.Exec(t.Context(), "UPDATE broadcast_delivery SET sent_at = sent_at - interval '48 hours' WHERE person <= 10"); err != nil {
		t.Fatal(err)
	}
	b = s.must(s.Revise(t.Context(), b, broadcast.Unsend, "", nil))
	b = s.await(b.ID, "deleted", func(b broadcast.Broadcast) bool { return b.Revision.Finished })
	if n := s.telegram.deletedCount(); b.Revision.Changed != 20 || n != 40 {
		t.Errorf("%+v, %d messages deleted; want those of 20 people", b.Revision, n)
	}
}

// Meanwhile another broadcast is sent.
func TestRun_APoolThatDoesNotAnswerHoldsBackOnlyItsPeople(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3)...)
	s.people(1, numbered(4, 6)...)
	b := s.confirmed(everybody)
	pool := "pool1"
	s.audience.cut.Store(&pool)
	s.run()
	b = s.await(b.ID, "the pool is parked", func(b broadcast.Broadcast) bool { return len(b.Parked) == 1 && b.Counts.Reached == 3 })
	if got := s.telegram.reached(b.ID); b.State != broadcast.Running || b.Parked[0] != pool || !slices.Equal(got, []filter.UserID{4, 5, 6}) {
		t.Errorf("it is %s, parked %v, %v have it", b.State, b.Parked, got)
	}
	s.await(s.confirmed(everybody).ID, "the next one runs", func(b broadcast.Broadcast) bool { return b.Counts.Reached == 3 })
	s.audience.cut.Store(nil)
	if b = s.awaitState(b.ID, broadcast.Done); b.Counts.Reached != 6 || len(b.Parked) != 0 {
		t.Errorf("%d have it, parked %v", b.Counts.Reached, b.Parked)
	}
}

func TestOptOut_IsHonouredUntilThePersonComesBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3)...)
	s.run()
	first := s.confirmed(everybody)
	s.awaitState(first.ID, broadcast.Done)
	if err := s.OptOut(t.Context(), 2, first.ID); err != nil {
		t.Fatal(err)
	}
	second := s.confirmed(everybody)
	s.awaitState(second.ID, broadcast.Done)
	if got := s.telegram.reached(second.ID); !slices.Equal(got, []filter.UserID{1, 3}) {
		t.Errorf("%v got the second", got)
	}
	if b := s.must(s.Get(t.Context(), first.ID)); b.Counts.OptOuts != 1 {
		t.Errorf("the first counts %d", b.Counts.OptOuts)
	}
	if err := s.OptIn(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	third := s.confirmed(everybody)
	s.awaitState(third.ID, broadcast.Done)
	if got := s.telegram.reached(third.ID); len(got) != 3 {
		t.Errorf("%v got the third", got)
	}
}

func TestParseList_ReadsIdsAndTables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]filter.UserID{
		"5\n3\n5\n":                  {3, 5},
		"\ufeffid;name\r\n7;Ann\r\n": {7},
		"\"12\",x\n\n11":             {11, 12},
		"id\n":                       nil,
		"5\nfive":                    nil,
		"-5":                         nil,
		"":                           nil,
	} {
		got, err := broadcast.ParseList(text)
		if !slices.Equal(got, want) || (err != nil) != (want == nil) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func FuzzParseList(f *testing.F) {
	f.Add("5\n3")
	f.Fuzz(func(t *testing.T, text string) {
		people, err := broadcast.ParseList(text)
		if err == nil && (len(people) == 0 || !slices.IsSorted(people) || people[0] <= 0) {
			t.Errorf("%q: %v", text, people)
		}
	})
}

func TestRun_OldDraftsAndDeliveriesAreDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 10)...)
	stop := s.run()
	b := s.confirmed(everybody)
	s.awaitState(b.ID, broadcast.Done)
	stop()
	draft := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "forgotten"}))
	later := time.Now().Add(31 * 24 * time.Hour)
	s.now.Store(&later)
	s.run()
	var rows int
	var err error
	s.until("the old rows are deleted", func() bool {
		if err := s.db.QueryRow(t.Context(), "SELECT count(*) FROM broadcast_delivery").Scan(&rows); err != nil {
			t.Fatal(err)
		}
		_, err = s.Get(t.Context(), draft.ID)
		return rows == 0 && errors.Is(err, broadcast.ErrNotFound)
	}, func() any { return fmt.Sprintf("%d deliveries are left; the draft: %v", rows, err) })
	if b = s.must(s.Get(t.Context(), b.ID)); b.Counts.Reached != 10 {
		t.Errorf("the figures are %+v", b.Counts)
	}
}

func TestRun_AScheduledBroadcastWaitsForItsTime(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 5)...)
	s.run()
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "later"}))
	b = s.must(s.MarkPreviewed(t.Context(), b))
	if _, err := s.Confirm(t.Context(), b, s.clock().AddDate(2, 0, 0)); !errors.Is(err, broadcast.ErrTime) {
		t.Errorf("in two years: %v", err)
	}
	b = s.must(s.Confirm(t.Context(), b, s.clock().Add(time.Hour)))
	other := s.confirmed(everybody)
	s.awaitState(other.ID, broadcast.Done)
	if b = s.must(s.Get(t.Context(), b.ID)); b.State != broadcast.Scheduled || len(s.telegram.reached(b.ID)) != 0 {
		t.Errorf("an hour early it is %s", b.State)
	}
	later := time.Now().Add(2 * time.Hour)
	s.now.Store(&later)
	s.awaitState(b.ID, broadcast.Done)
}
