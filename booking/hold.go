package booking

import (
	"context"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// SlotRequest is a time on one or several nets, with what is hired with them.
type SlotRequest struct {
	Club   ClubID
	Nets   []NetID
	Start  time.Time
	End    time.Time
	AddOns []AddOnID
}

// HoldRequest asks for a hold. Staff may ask for somebody else.
type HoldRequest struct {
	SlotRequest
	Member MemberID // 0: the actor
	Rate   Rate     // for somebody else; empty: the member rate
	Note   string
}

// Errors of holds.
var (
	ErrNoNets      = fault.New(fault.Invalid, "no_nets", "Name one net or more, each once.")
	ErrNote        = fault.New(fault.Invalid, "note", "A note has at most 500 characters.")
	ErrHoldExpired = fault.New(fault.Conflict, "hold_expired", "The hold has run out; book again.")
)

const maxNote = 500

// lostError is a refusal after which what was done stays: holds that had run out are expired, and their time is offered to whoever waits.
type lostError struct{ error }

// Unwrap makes it the refusal.
func (e lostError) Unwrap() error { return e.error }

// checkRequest checks a request against the club's rules, except notice and quotas, and gives the opening day. Several nets must agree on it.
func (s *setup) checkRequest(r SlotRequest) (Day, error) {
	if len(r.Nets) == 0 || len(sortedNets(r.Nets)) != len(r.Nets) {
		return 0, ErrNoNets
	}
	var day Day
	for i, id := range r.Nets {
		if _, err := s.activeNet(id); err != nil {
			return 0, err
		}
		d, err := s.checkSpan(id, Span{r.Start, r.End})
		if err != nil {
			return 0, err
		}
		if i > 0 && d != day {
			return 0, ErrOutsideHours
		}
		day = d
	}
	return day, nil
}

// quote prices a request that fits.
func (s *setup) quote(r SlotRequest, rate Rate) (Quote, error) {
	day, err := s.checkRequest(r)
	if err != nil {
		return Quote{}, err
	}
	addOns := slices.Clone(r.AddOns)
	slices.Sort(addOns)
	if len(slices.Compact(addOns)) != len(r.AddOns) {
		return Quote{}, ErrNoAddOn
	}
	nets := sortedNets(r.Nets)
	lines, total, err := s.priceLines(nets, r.AddOns, Span{r.Start, r.End}, rate)
	if err != nil {
		return Quote{}, err
	}
	return Quote{Nets: nets, Span: Span{r.Start, r.End}, Day: day, Rate: rate, Lines: lines, Total: total}, nil
}

// Quote prices a request without taking anything.
func (s *Service) Quote(ctx context.Context, actor Actor, r SlotRequest) (Quote, error) {
	known, _, err := s.readTokens(ctx, r.Club, 0, 0)
	if err != nil {
		return Quote{}, err
	}
	set, err := s.readSetup(ctx, r.Club, known.clubToken())
	if err != nil {
		return Quote{}, err
	}
	return set.quote(r, actor.rate())
}

// Hold takes one or several nets for a while, all or none. The price is fixed now.
func (s *Service) Hold(ctx context.Context, actor Actor, r HoldRequest) (Booking, error) {
	member, rate, err := actor.memberAndRate(r)
	if err != nil {
		return Booking{}, err
	}
	if len(r.Note) > maxNote {
		return Booking{}, ErrNote
	}
	var b Booking
	var lost error
	err = s.withLocks(ctx, actor, locks{club: r.Club, members: []MemberID{member}, nets: r.Nets}, func(ctx context.Context, c *change) error {
		quote, err := c.setup.quote(r.SlotRequest, rate)
		if err != nil {
			return err
		}
		if err := c.checkActorNotice(quote.Day, quote.Span); err != nil {
			return err
		}
		b = c.setup.newBooking(member, Play, quote)
		b.Note = r.Note
		b.holdFrom(c.at, c.setup.club.Policy.Hold)
		lost, err = c.insertBooking(ctx, &b)
		return err
	})
	if err == nil && lost != nil {
		err = lostError{lost}
	}
	if err != nil {
		return Booking{}, err
	}
	return b, nil
}

// Approach gives an actor of the club the role that they have there, and refuses a slot that is plainly somebody else's: in one statement,
// without a lock, so that those who come too late stand in nobody's way. What it lets through, Hold decides; so it is with a request that would
// be refused for another reason.
func (s *Service) Approach(ctx context.Context, actor Actor, r HoldRequest) (Actor, error) {
	a, err := s.selectPrecheck(ctx, actor.ID, r.SlotRequest)
	if err != nil {
		return actor, translate(ctx, err)
	}
	if actor.Role != Admin {
		actor.Role = a.role
	}
	set := s.setups.cached(r.Club, a.token)
	if !a.taken || set == nil {
		return actor, nil
	}
	_, rate, err := actor.memberAndRate(r)
	if err != nil {
		return actor, nil //nolint:nilerr // Hold says so
	}
	quote, err := set.quote(r.SlotRequest, rate)
	if err != nil || set.checkNoticeFor(actor, quote.Day, quote.Span, a.at) != nil {
		return actor, nil //nolint:nilerr // as above
	}
	return actor, ErrSlotTaken
}

// memberAndRate decides for whom a hold is and what it costs; only staff hold for others.
func (a Actor) memberAndRate(r HoldRequest) (MemberID, Rate, error) {
	if r.Member == 0 || r.Member == a.ID {
		return a.ID, a.rate(), nil
	}
	if err := a.mustBeStaff(); err != nil {
		return 0, "", err
	}
	if r.Rate == GuestRate {
		return r.Member, GuestRate, nil
	}
	return r.Member, MemberRate, nil
}

// newBooking is a quote as a booking that is not stored yet.
func (s *setup) newBooking(member MemberID, kind Kind, q Quote) Booking {
	return Booking{
		Club: s.club.ID, Member: member, Kind: kind, State: Held, Nets: q.Nets, Span: q.Span, Day: q.Day, Rate: q.Rate,
		Price: q.Total, Lines: q.Lines, AddOns: q.addOnIDs(), bufferEnd: s.withBuffer(q.Span).End,
	}
}

func (q Quote) addOnIDs() []AddOnID {
	ids := []AddOnID{}
	for _, l := range q.Lines {
		if l.AddOn != 0 {
			ids = append(ids, l.AddOn)
		}
	}
	return ids
}

// holdFrom makes the booking a hold from an instant on.
func (b *Booking) holdFrom(at time.Time, lasts time.Duration) {
	until := at.Add(lasts)
	b.State, b.CreatedAt, b.ChangedAt, b.ExpiresAt = Held, at, at, &until
}

// checkMemberQuota checks the quotas of the booking's member; the member's lock is held, so two requests cannot both be the last.
func (c *change) checkMemberQuota(ctx context.Context, b Booking) error {
	if c.actor.isStaff() {
		return nil
	}
	u, err := c.usage(ctx, b)
	if err != nil {
		return err
	}
	return c.checkUsage(u, b)
}

// checkUsage holds a booking against the quotas, which are not for the staff.
func (c *change) checkUsage(u usage, b Booking) error {
	if c.actor.isStaff() {
		return nil
	}
	return c.setup.club.Policy.checkQuota(u, len(b.Nets), b.Span)
}

// insertBooking stores a booking of a member in its slots, within the member's quotas. A hold that has run out is in nobody's way: it expires here, and
// where somebody waits for the time, it becomes theirs. lost means that the slots belong to another; what expired on the way stays so.
func (c *change) insertBooking(ctx context.Context, b *Booking) (lost, err error) {
	seen, err := c.checkSlots(ctx, *b)
	if err != nil {
		return nil, err
	}
	if err := c.checkUsage(seen.usage, *b); err != nil {
		return nil, err
	}
	b.ID = seen.id
	if len(seen.stale) > 0 {
		if err := c.expireHolds(ctx, seen.stale); err != nil {
			return nil, err
		}
		if b.ID, err = c.reserveID(ctx, b.Nets, b.occupied()); err != nil {
			return nil, err
		}
	}
	if b.ID == 0 {
		return ErrSlotTaken, nil
	}
	return nil, c.storeBooking(ctx, b)
}
