package broadcast_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/broadcast"
)

var allGroups = broadcast.Segment{Kind: broadcast.Groups} //nolint:gochecknoglobals // a constant

// join notes groups by their numbers.
func (s *scene) join(numbers ...int64) {
	s.t.Helper()
	for _, n := range numbers {
		if err := s.roster.See(s.t.Context(), filter.ChatID(-n)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// A kill between the two would leave the group out of the figures.
func TestGroups_AClosedGroupIsCountedBeforeItIsDisabled(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.join(11, 12)
	s.telegram.answers[12] = broadcast.Outcome{Class: broadcast.Closed, Name: "CHAT_WRITE_FORBIDDEN"}
	b := s.confirmed(allGroups)
	if _, err := s.db.Exec(t.Context(), `CREATE TABLE uncounted (n int8);
		CREATE FUNCTION note_uncounted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO uncounted SELECT NEW.number WHERE NOT EXISTS (SELECT FROM broadcast_delivery WHERE person = NEW.number);
			RETURN NEW;
		END $$;
		CREATE TRIGGER uncounted BEFORE UPDATE OF refused ON bot_group FOR EACH ROW EXECUTE FUNCTION note_uncounted()`); err != nil {
		t.Fatal(err)
	}
	stop := s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	stop()
	var refused string
	var uncounted int
	if err := s.db.QueryRow(t.Context(), "SELECT refused, (SELECT count(*) FROM uncounted) FROM bot_group WHERE number = 12").Scan(&refused, &uncounted); err != nil {
		t.Fatal(err)
	}
	if refused != "CHAT_WRITE_FORBIDDEN" || uncounted != 0 || b.Counts.Failed[refused] != 1 {
		t.Errorf("refused %q, disabled before it was counted: %d, counts %+v", refused, uncounted, b.Counts)
	}
}

func TestGroups_GetOneMessageEachAndThoseThatTakeNoneAreLeftOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 5)...) // people get nothing
	s.join(11, 12, 13, 14, 15)
	if _, err := s.db.Exec(t.Context(), `INSERT INTO group_settings (chat_id, value) VALUES (-12, '{"broadcasts": false}')`); err != nil {
		t.Fatal(err)
	}
	if err := s.roster.Leave(t.Context(), -13); err != nil {
		t.Fatal(err)
	}
	s.telegram.answers[14] = broadcast.Outcome{Class: broadcast.Closed, Name: "CHAT_WRITE_FORBIDDEN"}
	b := s.confirmed(allGroups)
	e, err := s.Estimate(t.Context(), b)
	if err != nil || e.People() != 3 || e.OptedOut != 1 || e.Blocked() != 0 || b.Plan.People != 3 {
		t.Errorf("estimate %+v, %v; confirmed for %d", e, err, b.Plan.People)
	}
	stop := s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if got := s.telegram.reached(b.ID); !slices.Equal(got, []filter.UserID{11, 15}) {
		t.Errorf("%v got it", got)
	}
	if c := b.Counts; c.Reached != 2 || c.Gone != 0 || c.Failed["CHAT_WRITE_FORBIDDEN"] != 1 {
		t.Errorf("counts %+v", c)
	}
	// The closed group is left out of the next one, until the bot can write there again.
	delete(s.telegram.answers, 14)
	next := s.confirmed(allGroups)
	if e, err := s.Estimate(t.Context(), next); err != nil || e.People() != 2 || e.Blocked() != 1 {
		t.Errorf("estimate of the next %+v, %v", e, err)
	}
	s.awaitState(next.ID, broadcast.Done)
	if err := s.roster.Open(t.Context(), -14); err != nil {
		t.Fatal(err)
	}
	last := s.confirmed(allGroups)
	s.awaitState(last.ID, broadcast.Done)
	if got := s.telegram.reached(last.ID); !slices.Equal(got, []filter.UserID{11, 14, 15}) {
		t.Errorf("%v got the last one", got)
	}
	// Each group has messages of its own, so they are deleted by group.
	s.must(s.Revise(t.Context(), s.must(s.Get(t.Context(), last.ID)), broadcast.Unsend, "", nil))
	s.await(last.ID, "deleted", func(b broadcast.Broadcast) bool { return b.Revision.Finished })
	stop()
	if got := s.telegram.groups; !slices.Equal(got, []broadcast.RecipientID{11, 14, 15}) {
		t.Errorf("deletions in %v", got)
	}
}

func TestGroups_OneThatBecomesASupergroupGetsNoSecondMessage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for n := range int64(300) {
		s.join(n + 1)
	}
	b := s.confirmed(allGroups)
	reached := make(chan struct{})
	s.telegram.gate = func(n int) {
		if n == 150 {
			close(reached)
		}
	}
	stop := s.run()
	<-reached
	stop()
	for _, n := range []int64{5, 280} { // one before the cursor, one behind it
		if err := s.roster.Move(t.Context(), filter.ChatID(-n), filter.ChatID(-1_000_000_000_000-n)); err != nil {
			t.Fatal(err)
		}
		if err := s.Move(t.Context(), broadcast.RecipientID(n)); err != nil {
			t.Fatal(err)
		}
	}
	stop = s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if n := len(s.telegram.reached(b.ID)); n != 300 || b.Counts.Reached != 300 || s.telegram.sendCount() != 300 {
		t.Errorf("%d groups got it in %d sends, %d are counted", n, s.telegram.sendCount(), b.Counts.Reached)
	}
	// The ids of the old group's messages name others in the supergroup, so nothing is deleted by them.
	s.must(s.Revise(t.Context(), b, broadcast.Unsend, "", nil))
	s.await(b.ID, "deleted", func(b broadcast.Broadcast) bool { return b.Revision.Finished })
	stop()
	if groups := s.telegram.groups; len(groups) != 299 || slices.Contains(groups, 5) || !slices.Contains(groups, 280) {
		t.Errorf("messages are deleted in %d groups", len(groups))
	}
}

func TestGroups_HaveNobodyToLeaveOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "hello"}))
	for _, segment := range []broadcast.Segment{
		{Kind: broadcast.Groups, Minus: &broadcast.Segment{Kind: broadcast.HasPremium}},
		{Kind: broadcast.Everybody, Minus: &broadcast.Segment{Kind: broadcast.Groups}},
	} {
		if _, err := s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Segment = segment }); !errors.Is(err, broadcast.ErrSegment) {
			t.Errorf("%+v: %v", segment, err)
		}
	}
}

func TestRun_ChatsThatMustWaitHoldUpNobodyElse(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 400)...)
	for id := range broadcast.RecipientID(100) { // more than are sent to at once
		s.telegram.waits[id+1] = 3 * time.Second
	}
	b := s.confirmed(everybody)
	stop := s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	stop()
	if n := len(s.telegram.reached(b.ID)); n != 400 || b.Counts.Reached != 400 || len(b.Counts.Failed) != 0 {
		t.Errorf("%d people got it, counted %+v", n, b.Counts)
	}
	for i, to := range s.telegram.order[:300] {
		if to <= 100 {
			t.Fatalf("%s is number %d to get it, before those who need not wait", fmt.Sprint(to), i)
		}
	}
}
