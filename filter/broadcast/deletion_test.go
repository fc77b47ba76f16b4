package broadcast_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"pavilion/filter/broadcast"
)

// dueNow lets the time of every message come.
func (s *scene) dueNow() {
	s.t.Helper()
	if _, err := s.db.Exec(s.t.Context(), "UPDATE broadcast_delivery SET delete_at = now() - interval '1 second' WHERE delete_at IS NOT NULL"); err != nil {
		s.t.Fatal(err)
	}
}

func TestDeletion_MessagesGoAfterTheirHoursAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 250)...)
	kept := s.confirmed(everybody)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "until tomorrow", Source: []int{8}}))
	for _, hours := range []int{-1, 48} {
		if _, err := s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.DeleteAfter = hours }); !errors.Is(err, broadcast.ErrTime) {
			t.Errorf("%d hours: %v", hours, err)
		}
	}
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.DeleteAfter = 24 }))
	b = s.must(s.Confirm(t.Context(), s.must(s.MarkPreviewed(t.Context(), b)), s.clock()))
	stop := s.run()
	s.awaitState(kept.ID, broadcast.Done)
	s.awaitState(b.ID, broadcast.Done)
	stop()
	var early int
	if err := s.db.QueryRow(t.Context(), "SELECT count(*) FROM broadcast_delivery WHERE delete_at BETWEEN now() + interval '23 hours' AND now() + interval '24 hours'").Scan(&early); err != nil || early != 250 {
		t.Errorf("%d messages are due in a day, %v", early, err)
	}
	if n := s.telegram.deletedCount(); n != 0 {
		t.Errorf("%d messages are deleted before their time", n)
	}
	s.dueNow()
	s.run()
	b = s.await(b.ID, "deleted", func(b broadcast.Broadcast) bool { return b.Counts.Deleted == 250 })
	if n := s.telegram.deletedCount(); n != 500 { // a file and its buttons each
		t.Errorf("%d messages are deleted", n)
	}
	if _, err := s.Revise(t.Context(), b, broadcast.Unsend, "", nil); !errors.Is(err, broadcast.ErrTooLate) {
		t.Errorf("an unsend of deleted messages: %v", err)
	}
	if other := s.must(s.Get(t.Context(), kept.ID)); other.Counts.Deleted != 0 {
		t.Errorf("of the other broadcast: %+v", other.Counts)
	}
}

// A message that nobody can delete any more is given up; one for which Telegram has no answer is tried again.
func TestDeletion_IsTriedAgainWithoutAnAnswerAndGivenUpAfterARefusal(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3)...)
	b := s.must(s.Create(t.Context(), author, "en", broadcast.Content{Text: "until tomorrow", Source: []int{8}}))
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.DeleteAfter = 1 }))
	b = s.must(s.Confirm(t.Context(), s.must(s.MarkPreviewed(t.Context(), b)), s.clock()))
	stop := s.run()
	s.awaitState(b.ID, broadcast.Done)
	stop()
	s.dueNow()
	open := func() (n int) {
		if err := s.db.QueryRow(t.Context(), "SELECT count(*) FROM broadcast_delivery WHERE delete_at IS NOT NULL").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tried := make(chan struct{}, 1)
	s.telegram.answerDeletions(broadcast.Outcome{Class: broadcast.Passing}, tried)
	stop = s.run()
	<-tried
	stop()
	if n := open(); n != 3 {
		t.Errorf("without an answer %d are left", n)
	}
	s.dueNow()
	s.telegram.answerDeletions(broadcast.Outcome{Class: broadcast.Refused, Name: "MESSAGE_DELETE_FORBIDDEN"}, tried)
	s.run()
	s.until("given up", func() bool { return open() == 0 }, func() any { return open() })
	if b = s.must(s.Get(t.Context(), b.ID)); b.Counts.Deleted != 0 {
		t.Errorf("counted as deleted: %+v", b.Counts)
	}
}

// sentForAnHour sends a broadcast whose messages are deleted an hour later.
func (s *scene) sentForAnHour(segment broadcast.Segment) broadcast.Broadcast {
	s.t.Helper()
	b := s.must(s.Create(s.t.Context(), author, "en", broadcast.Content{Text: "for an hour", Source: []int{8}}))
	b = s.must(s.Change(s.t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Segment, b.Plan.DeleteAfter = segment, 1 }))
	b = s.must(s.Confirm(s.t.Context(), s.must(s.MarkPreviewed(s.t.Context(), b)), s.clock()))
	stop := s.run()
	defer stop()
	return s.awaitState(b.ID, broadcast.Done)
}

// planned counts the recipients whose messages are still to be deleted, and those of them that are due within half an hour.
func (s *scene) planned() (all, soon int) {
	s.t.Helper()
	err := s.db.QueryRow(s.t.Context(), `SELECT count(*), count(*) FILTER (WHERE delete_at < now() + interval '30 minutes') FROM broadcast_delivery
		WHERE delete_at IS NOT NULL`).Scan(&all, &soon)
	if err != nil {
		s.t.Fatal(err)
	}
	return all, soon
}

func TestDeletion_ARefusedMessageKeepsNoOthers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 5)...)
	s.telegram.immortal = 3
	b := s.sentForAnHour(everybody)
	s.dueNow()
	s.run()
	s.until("all have ended", func() bool { all, _ := s.planned(); return all == 0 }, func() any { return nil })
	if b = s.must(s.Get(t.Context(), b.ID)); b.Counts.Deleted != 4 || s.telegram.deletedCount() != 8 {
		t.Errorf("%+v, %d messages are deleted; want those of 4 people", b.Counts, s.telegram.deletedCount())
	}
}

func TestDeletion_AGroupThatMustWaitDelaysNoOthers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.join(11, 12, 13)
	s.telegram.waiting = 11
	b := s.sentForAnHour(allGroups)
	s.dueNow()
	s.run()
	s.until("the waiting group is put off", func() bool { all, soon := s.planned(); return all == 1 && soon == 0 }, func() any { return s.must(s.Get(t.Context(), b.ID)) })
	if b = s.must(s.Get(t.Context(), b.ID)); b.Counts.Deleted != 2 {
		t.Errorf("%+v; want 2 deleted", b.Counts)
	}
}

func TestRevise_AnUnsendEndsPlannedDeletionsOfTheDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 5)...)
	s.telegram.immortal = 3
	b := s.sentForAnHour(everybody)
	b = s.must(s.Revise(t.Context(), b, broadcast.Unsend, "", nil))
	s.run()
	b = s.await(b.ID, "unsent", func(b broadcast.Broadcast) bool { return b.Revision.Finished })
	if all, _ := s.planned(); all != 1 || b.Revision.Changed != 4 || b.Revision.Failed != 1 {
		t.Errorf("%d deletions are planned after %+v; want that of the one who keeps the message", all, b.Revision)
	}
	var left int
	if err := s.db.QueryRow(t.Context(), "SELECT count(*) FROM broadcast_delivery WHERE cardinality(messages) > 0").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d recipients have messages: %v", left, err)
	}
}

// waitOver returns the recipients who wait for a revision, and lets their time come.
func (s *scene) waitOver() (list []broadcast.RecipientID) {
	s.t.Helper()
	rows, err := s.db.Query(s.t.Context(), "UPDATE broadcast_delivery SET revise_at = now() WHERE revise_at > now() + interval '59 minutes' RETURNING person")
	if err != nil {
		s.t.Fatal(err)
	}
	if list, err = pgx.CollectRows(rows, pgx.RowTo[broadcast.RecipientID]); err != nil {
		s.t.Fatal(err)
	}
	return list
}

// wait makes Telegram let a recipient wait; 0 ends it.
func (f *fakeTelegram) wait(who broadcast.RecipientID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = who
}

func TestRevise_ARecipientWhoMustWaitStopsNoOthersAndIsTriedLater(t *testing.T) {
	t.Parallel()
	for kind, groups := range map[broadcast.RevisionKind]bool{broadcast.Unsend: true, broadcast.Edit: false} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			segment := everybody
			if groups {
				segment = allGroups
				for n := range int64(250) { // three pages
					s.join(n + 1)
				}
			} else {
				s.people(0, numbered(1, 250)...)
			}
			b := s.confirmed(segment)
			stop := s.run()
			b = s.awaitState(b.ID, broadcast.Done)
			other := s.confirmed(segment)
			s.telegram.wait(7)
			s.must(s.Revise(t.Context(), b, kind, "corrected", nil))
			s.await(b.ID, "all others are done", func(b broadcast.Broadcast) bool { return b.Revision.Changed == 249 })
			s.awaitState(other.ID, broadcast.Done) // sends go on meanwhile
			stop()
			if b = s.must(s.Get(t.Context(), b.ID)); b.Revision.Finished || b.Revision.Failed != 0 {
				t.Errorf("while one waits: %+v", b.Revision)
			}
			if got := s.waitOver(); !slices.Equal(got, []broadcast.RecipientID{7}) {
				t.Errorf("%d wait", got)
			}
			s.telegram.wait(0)
			s.run() // another process
			b = s.await(b.ID, "the last one is done", func(b broadcast.Broadcast) bool { return b.Revision.Finished })
			if b.Revision.Changed != 250 || b.Revision.Failed != 0 {
				t.Errorf("at the end: %+v", b.Revision)
			}
		})
	}
}

func TestRevise_ARecipientWhoWaitsTooLongCountsAsFailed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.join(11, 12, 13)
	b := s.confirmed(allGroups)
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	s.telegram.wait(12)
	s.must(s.Revise(t.Context(), b, broadcast.Unsend, "", nil))
	s.await(b.ID, "the others are done", func(b broadcast.Broadcast) bool { return b.Revision.Changed == 2 })
	if _, err := s.db.Exec(t.Context(), "UPDATE broadcast_delivery SET sent_at = sent_at - interval '3 days'"); err != nil {
		t.Fatal(err)
	}
	b = s.await(b.ID, "ended", func(b broadcast.Broadcast) bool { return b.Revision.Finished })
	if b.Revision.Changed != 2 || b.Revision.Failed != 1 {
		t.Errorf("%+v", b.Revision)
	}
}
