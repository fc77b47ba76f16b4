package broadcast_test

import (
	"errors"
	"testing"

	"pavilion/filter"
	"pavilion/filter/broadcast"
)

// paidDraft is a paid broadcast to everybody that its admin has previewed.
func (s *scene) paidDraft() broadcast.Broadcast {
	s.t.Helper()
	b := s.must(s.Create(s.t.Context(), author, "en", broadcast.Content{Text: "hello", Source: []int{7}}))
	b = s.must(s.Change(s.t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Paid = true }))
	return s.must(s.MarkPreviewed(s.t.Context(), b))
}

// priced shows the price to the admin.
func (s *scene) priced(b broadcast.Broadcast) (broadcast.Broadcast, broadcast.Estimate) {
	s.t.Helper()
	e, err := s.Estimate(s.t.Context(), b)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.must(s.SetPrice(s.t.Context(), b, e)), e
}

func TestPaid_NoMoreIsSpentThanThePriceThatWasShown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 25)...)
	b, e := s.priced(s.paidDraft())
	if e.Stars != 3 {
		t.Errorf("25 people cost %d Stars, want 3", e.Stars)
	}
	s.people(1, numbered(26, 60)...) // they come after the price was shown
	b = s.must(s.Confirm(t.Context(), b, s.clock()))
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if got := len(s.telegram.reached(b.ID)); got != 60 {
		t.Errorf("%d people got it, want 60", got)
	}
	if paid := s.telegram.paidCount(); paid != 30 {
		t.Errorf("%d messages were paid, want the 30 of three Stars", paid)
	}
	if b.Plan.PaidRefused != "" || !b.Plan.Paid {
		t.Errorf("the plan is %+v", b.Plan)
	}
}

func TestPaid_ARefusalGoesOnAtTheFreeSpeedAndIsStored(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 40)...)
	s.people(1, numbered(41, 60)...)
	s.telegram.affords = 5
	b, _ := s.priced(s.paidDraft())
	b = s.must(s.Confirm(t.Context(), b, s.clock()))
	s.run()
	b = s.awaitState(b.ID, broadcast.Done)
	if got := len(s.telegram.reached(b.ID)); got != 60 || b.Counts.Reached != 60 {
		t.Errorf("%d people got it, %d are counted, want 60", got, b.Counts.Reached)
	}
	if b.Plan.Paid || b.Plan.PaidRefused != "BALANCE_TOO_LOW" {
		t.Errorf("the plan is %+v", b.Plan)
	}
	if len(b.Counts.Failed) != 0 {
		t.Errorf("failed %v", b.Counts.Failed)
	}
}

func TestPaid_WhatWasReachedBeforeAKillIsPaid(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 40)...)
	b, _ := s.priced(s.paidDraft())
	b = s.must(s.Confirm(t.Context(), b, s.clock()))
	if _, err := s.db.Exec(t.Context(), "UPDATE broadcast SET reached = 30 WHERE id = $1", b.ID); err != nil {
		t.Fatal(err)
	}
	s.run()
	s.awaitState(b.ID, broadcast.Done)
	if paid := s.telegram.paidCount(); paid != 10 {
		t.Errorf("%d messages were paid, want 10 of the 40", paid)
	}
}

func TestPaid_NothingIsSpentBeforeThePriceWasShown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.people(0, numbered(1, 3)...)
	b := s.paidDraft()
	if _, err := s.Confirm(t.Context(), b, s.clock()); !errors.Is(err, broadcast.ErrChanged) {
		t.Errorf("without a price: %v", err)
	}
	b, _ = s.priced(b)
	b = s.must(s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Testers = []filter.UserID{5} }))
	if _, err := s.Confirm(t.Context(), b, s.clock()); !errors.Is(err, broadcast.ErrChanged) {
		t.Errorf("changed after the price was shown: %v", err)
	}
	if _, err := s.Change(t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Segment = allGroups }); !errors.Is(err, broadcast.ErrSpeed) {
		t.Errorf("to groups: %v", err)
	}
}
