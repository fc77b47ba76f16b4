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
	Booked     SegmentKind = "booked" // people with a booking on one of some days
	Uploaded   SegmentKind = "list"
	Groups     SegmentKind = "groups" // the groups that the bot is in, and no people
)

// Segment is a part of the audience, minus another part.
type Segment struct {
	Kind     SegmentKind
	Language string `json:",omitempty"` // of Speakers: a base language such as en
	Days     int    `json:",omitempty"` // of Active
	List     ListID `json:",omitempty"` // of Uploaded
	From     string `json:",omitempty"` // of Booked: the first day, as 2026-12-01
	To       string `json:",omitempty"` // of Booked: the last day
	// Minus holds the people to leave out; nil: none.
	Minus *Segment `json:",omitempty"`
}

// ErrSegment reports a segment that makes no sense.
var ErrSegment = fault.New(fault.Invalid, "broadcast_segment")

const (
	maxActiveDays = 3650
	maxBookedDays = 366
)

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
	case Booked:
		ok = s.hasDays()
	}
	if !ok || s.Minus != nil && (s.Minus.Minus != nil || s.Minus.Kind == Everybody || s.Minus.Kind == Groups) {
		return ErrSegment
	}
	if s.Minus != nil {
		return s.Minus.check()
	}
	return nil
}

// hasDays tells whether the days of Booked are dates in their order.
func (s Segment) hasDays() bool {
	from, err := time.Parse(time.DateOnly, s.From)
	to, terr := time.Parse(time.DateOnly, s.To)
	return err == nil && terr == nil && !to.Before(from) && to.Before(from.AddDate(0, 0, maxBookedDays))
}

// selection decides which recipients belong to a segment. It holds what the segment needs beside a person's own document.
type selection struct {
	segment Segment
	lists   map[ListID][]filter.UserID
	opts    Options
	now     time.Time
}

// asked holds the answers of other parts of the program about the people of a page.
type asked struct {
	premium map[filter.UserID]bool
	booked  map[[2]string]map[filter.UserID]bool // by the first and the last day
}

func (s *Service) selection(ctx context.Context, segment Segment) (selection, error) {
	sel := selection{segment: segment, lists: map[ListID][]filter.UserID{}, opts: s.opts, now: s.opts.Now()}
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
	known, err := sel.ask(ctx, page)
	if err != nil {
		return nil, err
	}
	var kept []Recipient
	for _, p := range page {
		if !p.Blocked && sel.has(sel.segment, p, known) && (sel.segment.Minus == nil || !sel.has(*sel.segment.Minus, p, known)) {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

// ask asks for what the segment needs to know of the people of a page.
func (sel selection) ask(ctx context.Context, page []Recipient) (a asked, err error) {
	ids := make([]filter.UserID, len(page))
	for i, p := range page {
		ids[i] = filter.UserID(p.ID)
	}
	a.booked = map[[2]string]map[filter.UserID]bool{}
	for part := &sel.segment; part != nil && err == nil; part = part.Minus {
		switch part.Kind {
		case HasPremium, NoPremium:
			if sel.opts.Premium != nil {
				a.premium, err = sel.opts.Premium(ctx, ids)
			}
		case Booked:
			if sel.opts.Booked != nil {
				a.booked[part.days()], err = sel.opts.Booked(ctx, ids, part.From, part.To)
			}
		case Everybody, Speakers, Active, Uploaded, Groups:
		}
	}
	return a, err
}

func (s Segment) days() [2]string { return [2]string{s.From, s.To} }

func (sel selection) has(s Segment, p Recipient, known asked) bool {
	switch s.Kind {
	case Everybody, Groups:
		return true
	case Speakers:
		return baseLanguage(p.Language) == baseLanguage(s.Language)
	case Active:
		return !p.Seen.Before(sel.now.AddDate(0, 0, -s.Days))
	case HasPremium:
		return known.premium[filter.UserID(p.ID)]
	case NoPremium:
		return !known.premium[filter.UserID(p.ID)]
	case Booked:
		return known.booked[s.days()][filter.UserID(p.ID)]
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
