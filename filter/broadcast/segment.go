package broadcast

import (
	"context"
	"slices"
	"time"

	"golang.org/x/text/language"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// SegmentKind says which people a segment has.
type SegmentKind string

// The kinds of segments.
const (
	Everybody  SegmentKind = "all"
	Speakers   SegmentKind = "language"
	Active     SegmentKind = "active"
	HasPremium SegmentKind = "premium"
	NoPremium  SegmentKind = "free"
	Uploaded   SegmentKind = "list"
	Groups     SegmentKind = "groups" // the groups that the bot is in, and no people
)

// Segment is a part of the audience, minus another part.
type Segment struct {
	Kind     SegmentKind
	Language string `json:",omitempty"` // of Speakers: a base language such as en
	Days     int    `json:",omitempty"` // of Active
	List     ListID `json:",omitempty"` // of Uploaded
	// Minus holds the people to leave out; nil: none.
	Minus *Segment `json:",omitempty"`
}

// ErrSegment reports a segment that makes no sense.
var ErrSegment = fault.New(fault.Invalid, "broadcast_segment")

const maxActiveDays = 3650

func (s Segment) check() error {
	ok := false
	switch s.Kind {
	case Everybody, HasPremium, NoPremium:
		ok = true
	case Groups:
		ok = s.Minus == nil
	case Speakers:
		ok = s.Language != ""
	case Active:
		ok = s.Days >= 1 && s.Days <= maxActiveDays
	case Uploaded:
		ok = s.List > 0
	}
	if !ok || s.Minus != nil && (s.Minus.Minus != nil || s.Minus.Kind == Everybody || s.Minus.Kind == Groups) {
		return ErrSegment
	}
	if s.Minus != nil {
		return s.Minus.check()
	}
	return nil
}

// selection decides which recipients belong to a segment. It holds what the segment needs beside a person's own document.
type selection struct {
	segment Segment
	lists   map[ListID][]filter.UserID
	premium func(ctx context.Context, people []filter.UserID) (map[filter.UserID]bool, error)
	now     time.Time
}

func (s *Service) selection(ctx context.Context, segment Segment) (selection, error) {
	sel := selection{segment: segment, lists: map[ListID][]filter.UserID{}, premium: s.opts.Premium, now: s.opts.Now()}
	for part := &segment; part != nil; part = part.Minus {
		if part.Kind != Uploaded {
			continue
		}
		people, err := s.store.listPeople(ctx, part.List)
		if err != nil {
			return sel, err
		}
		sel.lists[part.List] = people
	}
	return sel, nil
}

// filter returns the recipients of a page who belong to the segment, without those who blocked the bot.
func (sel selection) filter(ctx context.Context, page []Recipient) ([]Recipient, error) {
	premium := map[filter.UserID]bool{}
	if sel.needsPremium() && sel.premium != nil {
		ids := make([]filter.UserID, len(page))
		for i, p := range page {
			ids[i] = filter.UserID(p.ID)
		}
		var err error
		if premium, err = sel.premium(ctx, ids); err != nil {
			return nil, err
		}
	}
	var kept []Recipient
	for _, p := range page {
		if !p.Blocked && sel.has(sel.segment, p, premium) && (sel.segment.Minus == nil || !sel.has(*sel.segment.Minus, p, premium)) {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

func (sel selection) needsPremium() bool {
	for part := &sel.segment; part != nil; part = part.Minus {
		if part.Kind == HasPremium || part.Kind == NoPremium {
			return true
		}
	}
	return false
}

func (sel selection) has(s Segment, p Recipient, premium map[filter.UserID]bool) bool {
	switch s.Kind {
	case Everybody, Groups:
		return true
	case Speakers:
		return baseLanguage(p.Language) == baseLanguage(s.Language)
	case Active:
		return !p.Seen.Before(sel.now.AddDate(0, 0, -s.Days))
	case HasPremium:
		return premium[filter.UserID(p.ID)]
	case NoPremium:
		return !premium[filter.UserID(p.ID)]
	case Uploaded:
		_, found := slices.BinarySearch(sel.lists[s.List], filter.UserID(p.ID))
		return found
	}
	return false
}

// baseLanguage is a tag without region and script; the tag itself where it cannot be read.
func baseLanguage(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	base, _ := t.Base()
	return base.String()
}
