package booking

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// SlotRequest names a time on one or several nets, and add-ons.
type SlotRequest struct {
	Club   ClubID
	Nets   []NetID
	Start  time.Time
	End    time.Time
	AddOns []AddOnID
}

// HoldRequest asks for a hold. Staff may ask for another member.
type HoldRequest struct {
	SlotRequest
	Member MemberID // 0: the actor
	Rate   Rate     // for another member; empty: the member rate
	Note   string
	Guests []string // names
}

// Errors of holds.
var (
	ErrNoNets      = fault.New(fault.Invalid, "no_nets")
	ErrNote        = fault.New(fault.Invalid, "note")
	ErrHoldExpired = fault.New(fault.Conflict, "hold_expired")
)

// maxNote is counted in characters, as the schema does.
const maxNote = 500

// lostError reports a lost race and still commits: expired holds found on the way stay expired, and their time stays offered to the waitlist.
type lostError struct{ error }

// Unwrap returns the refusal.
func (e lostError) Unwrap() error { return e.error }

// checkRequest applies the club's rules to a request, except notice and quotas, and returns the opening day, which must be the same for all nets.
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

// quote checks and prices a request.
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

// Quote prices a request and changes nothing.
func (s *Service) Quote(ctx context.Context, actor Actor, r SlotRequest) (Quote, error) {
	set, err := s.currentSetup(ctx, r.Club)
	if err != nil {
		return Quote{}, err
	}
	return set.quote(r, cmp.Or(actor.quotes, actor.rate()))
}

// Hold holds one or several nets for Policy.Hold, all or none, at the price of this moment.
func (s *Service) Hold(ctx context.Context, actor Actor, r HoldRequest) (Booking, error) {
	member, rate, err := actor.memberAndRate(r)
	if err != nil {
		return Booking{}, err
	}
	if r.Note = cleanText(r.Note); tooLong(r.Note, maxNote) {
		return Booking{}, ErrNote
	}
	if r.Guests, err = cleanGuests(r.Guests); err != nil {
		return Booking{}, err
	}
	var b Booking
	var lost error
	l := locks{club: r.Club, members: []MemberID{member}, nets: r.Nets, check: s.earlyCheck(r.SlotRequest, member, rate)}
	err = s.withLocks(ctx, actor, l, func(ctx context.Context, c *change) error {
		quote, err := c.setup.quote(r.SlotRequest, rate)
		if err != nil {
			return err
		}
		if err := c.checkActorNotice(quote.Day, quote.Span); err != nil {
			return err
		}
		if err := c.setup.checkRoom(quote.Nets, r.Guests); err != nil {
			return err
		}
		b = c.setup.newBooking(member, Play, quote)
		b.Note, b.Guests = r.Note, r.Guests
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

// earlyCheck returns the check of a new booking's slots by the settings in memory. It returns nil if the settings are not in memory or refuse the request.
// If the settings under the locks are others, insertBooking makes the check again.
func (s *Service) earlyCheck(r SlotRequest, member MemberID, rate Rate) *slotCheck {
	set := s.setups.latest(r.Club)
	if set == nil {
		return nil
	}
	quote, err := set.quote(r, rate)
	if err != nil {
		return nil
	}
	return &slotCheck{setup: set, booking: set.newBooking(member, Play, quote)}
}

// PrecheckHold runs before Hold: one query, no locks. It returns the actor with their role in the club, and ErrSlotTaken, as a lost race, if another
// booking has the slot. Hold checks everything else.
func (s *Service) PrecheckHold(ctx context.Context, actor Actor, r HoldRequest) (Actor, error) {
	p, err := selectPrecheck(ctx, s.db, actor.ID, r.SlotRequest)
	if err != nil {
		return actor, translate(ctx, err)
	}
	if actor.Role != Admin {
		actor.Role = p.role
	}
	set := s.setups.cached(r.Club, p.token)
	if !p.taken || set == nil {
		return actor, nil
	}
	_, rate, err := actor.memberAndRate(r)
	if err != nil {
		return actor, nil //nolint:nilerr // Hold refuses it
	}
	quote, err := set.quote(r.SlotRequest, rate)
	if err != nil || set.checkNoticeFor(actor, quote.Day, quote.Span, p.at) != nil {
		return actor, nil //nolint:nilerr // as above
	}
	return actor, lostError{ErrSlotTaken}
}

// memberAndRate returns the member and the rate of a hold. Only staff may hold for another member.
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

// newBooking makes a booking of a quote; it is not stored yet.
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

// holdFrom makes the booking a hold that starts at an instant.
func (b *Booking) holdFrom(at time.Time, lasts time.Duration) {
	until := at.Add(lasts)
	b.State, b.CreatedAt, b.ChangedAt, b.ExpiresAt = Held, at, at, &until
}

// insertBooking inserts b and its slots, within its member's quotas. It first expires stale holds that overlap, which may turn the time into a
// waitlist offer. If the time is taken it returns ErrSlotTaken as lost and a nil err, so that the caller commits the expiries.
func (c *change) insertBooking(ctx context.Context, b *Booking) (lost, err error) {
	seen := c.check
	c.check = nil // it is true for the first booking of the transaction
	if seen == nil || seen.setup != c.setup {
		seen = &slotCheck{setup: c.setup, booking: *b}
		if err := seen.run(ctx, c.tx); err != nil {
			return nil, err
		}
	}
	if err := c.checkUsage(seen.usage, *b); err != nil {
		return nil, err
	}
	b.ID = seen.id
	if len(seen.stale) > 0 {
		if err := c.expireHolds(ctx, seen.stale); err != nil {
			return nil, err
		}
		if b.ID, err = reserveID(ctx, c.tx, b.Nets, b.occupied()); err != nil {
			return nil, err
		}
	}
	if b.ID == 0 {
		return ErrSlotTaken, nil
	}
	return nil, c.storeBooking(ctx, b, seen.usage)
}

// storeBooking inserts a booking under its reserved id, with its slots, new cache tokens and the audit line. u is the member's usage without b.
func (c *change) storeBooking(ctx context.Context, b *Booking, u usage) error {
	detail := map[string]any{}
	if len(b.Guests) > 0 {
		detail["guests"] = len(b.Guests)
	}
	return insertBookingAndSlots(ctx, c.tx, b, c.setup.slotTokens(b.Nets, b.occupied()), c.auditEntry(creationAction(*b), *b, c.overridden(*b, u, detail)))
}
