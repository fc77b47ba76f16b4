package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// WaitID names a wait.
type WaitID int64

// Wait is a member's place in the waitlist for a time that is taken.
type Wait struct {
	ID        WaitID
	Club      ClubID
	Member    MemberID
	Net       NetID // 0: any
	Span      Span
	State     string // waiting, offered, taken, passed, left
	Offer     ID     // the hold that was offered; 0: none
	Place     int    // in the queue, 1 is next; 0 once it is offered, and where it was not read
	CreatedAt time.Time
}

// Ends of an offer.
const (
	offerTaken  = "taken"
	offerPassed = "passed"
)

// Errors of the waitlist.
var (
	ErrNoWait    = fault.New(fault.NotFound, "no_wait")
	ErrWaitTwice = fault.New(fault.Conflict, "waiting")
	ErrWaits     = fault.New(fault.Conflict, "waits")
	ErrStillFree = fault.New(fault.Conflict, "still_free")
)

// maxWaits is the number of waits that a member may have in a club at once.
const maxWaits = 20

// WaitRequest asks for an offer when a time becomes free.
type WaitRequest struct {
	Club       ClubID
	Net        NetID // 0: any
	Start, End time.Time
}

// JoinWaitlist adds a wait for a time that is taken but allowed by the club's rules.
func (s *Service) JoinWaitlist(ctx context.Context, actor Actor, r WaitRequest) (Wait, error) {
	w := Wait{Club: r.Club, Member: actor.ID, Net: r.Net, Span: Span{r.Start, r.End}, State: "waiting"}
	err := s.withLocks(ctx, actor, locks{club: r.Club, members: []MemberID{actor.ID}}, func(ctx context.Context, c *change) error {
		able, day, err := c.setup.bookableNets(r.Net, w.Span)
		if err != nil {
			return err
		}
		if err := c.setup.checkNotice(day, w.Span, c.at); err != nil {
			return err
		}
		want := c.setup.withBuffer(w.Span)
		busy, err := selectBusy(ctx, c.tx, able, want)
		if err != nil {
			return err
		}
		for _, net := range able {
			if c.setup.spanStatus(net, day, w.Span, busy[net], c.at) == Free {
				return ErrStillFree
			}
		}
		if n, err := countWaits(ctx, c.tx, r.Club, actor.ID); err != nil {
			return err
		} else if n >= maxWaits {
			return ErrWaits
		}
		// The sweep offers a slot that becomes free between this check and the insert.
		if err := insertWait(ctx, c.tx, &w, c.at); err != nil {
			return err
		}
		w.Place, err = selectPlace(ctx, c.tx, w.ID)
		return err
	})
	if err != nil {
		return Wait{}, err
	}
	return w, nil
}

// bookableNets returns the nets on which the club's rules allow a span, and the opening day. net 0 stands for all nets.
func (s *setup) bookableNets(net NetID, span Span) (nets []NetID, day Day, err error) {
	refusal := ErrNoNet
	for _, n := range s.nets {
		if !n.Active || net != 0 && n.ID != net {
			continue
		}
		d, err := s.checkSpan(n.ID, span)
		if err == nil && !s.priced(n.ID, span) {
			err = ErrNoPrice
		}
		if err != nil {
			refusal = err
			continue
		}
		nets, day = append(nets, n.ID), d
	}
	if len(nets) == 0 {
		return nil, 0, refusal
	}
	return nets, day, nil
}

// LeaveWaitlist ends a wait. If the wait has an open offer, it declines the offer, which then goes to the next wait.
func (s *Service) LeaveWaitlist(ctx context.Context, actor Actor, id WaitID) error {
	offer, err := leaveWait(ctx, s.db, actor.ID, id)
	if err != nil || offer == 0 {
		return translate(ctx, err)
	}
	_, err = s.changeBooking(ctx, actor, offer, func(ctx context.Context, c *change, b *Booking) error {
		switch {
		case b.Kind != Offer || b.State != Held:
			return ErrNoWait // the offer was confirmed or passed on since it was read
		case b.expired(c.at):
			return nil // Expire passes it on
		}
		return c.cancelBooking(ctx, b, false, "")
	})
	return err
}

// Waits lists the actor's waits that are not over, with their places.
func (s *Service) Waits(ctx context.Context, actor Actor, club ClubID) ([]Wait, error) {
	list, err := selectWaitsOf(ctx, s.db, club, actor.ID)
	return list, translate(ctx, err)
}

// offerFreed offers freed time to the waits that overlap it, the oldest first. An offer is a hold, made in the transaction that freed the time, so no
// other booking can take it first. The club's rules apply to it as to any booking. It handles only nets whose locks are held; the sweep handles the
// others.
func (c *change) offerFreed(ctx context.Context, nets []NetID, freed Span) error {
	if c.skipOffers {
		return nil
	}
	for _, net := range nets {
		if !slices.Contains(c.locked, net) {
			continue
		}
		waits, err := selectWaitsFor(ctx, c.tx, c.setup.club.ID, net, freed, c.at)
		if err != nil {
			return err
		}
		for _, w := range waits {
			if err := c.offerToWaiter(ctx, w, net); err != nil {
				return err
			}
		}
	}
	return nil
}

// offerToWaiter makes an offer for a wait on a net, if its whole time is free there.
func (c *change) offerToWaiter(ctx context.Context, w Wait, net NetID) error {
	role, err := selectRole(ctx, c.tx, w.Club, w.Member)
	if err != nil {
		return err
	}
	quote, err := c.setup.quote(SlotRequest{Club: w.Club, Nets: []NetID{net}, Start: w.Span.Start, End: w.Span.End}, Actor{Role: role}.rate())
	if err != nil {
		return nil //nolint:nilerr // the rules no longer allow it
	}
	if err := c.setup.checkNoticeFor(Actor{Role: role}, quote.Day, quote.Span, c.at); err != nil {
		return nil //nolint:nilerr // too late to book it, for those who wait as for others
	}
	b := c.setup.newBooking(w.Member, Offer, quote)
	b.holdFrom(c.at, c.setup.club.Policy.Offer)
	if b.ExpiresAt.After(b.Span.Start) {
		b.ExpiresAt = &b.Span.Start
	}
	if b.ID, err = reserveID(ctx, c.tx, b.Nets, b.occupied()); err != nil || b.ID == 0 {
		return err
	}
	if err := c.storeBooking(ctx, &b, usage{}); err != nil {
		return err
	}
	if err := setOffered(ctx, c.tx, w.ID, b.ID); err != nil {
		return err
	}
	return c.notify(ctx, notifyOffered, b)
}

// closeOffer stores how the offer behind a booking ended. Other bookings have no offer.
func (c *change) closeOffer(ctx context.Context, b Booking, end string) error {
	if b.Kind != Offer {
		return nil
	}
	return updateOffer(ctx, c.tx, b.ID, end)
}

// SweepWaitlist makes offers for time that became free without one: a closure was removed, the hours became longer, or a hold on other nets expired.
func (s *Service) SweepWaitlist(ctx context.Context) error {
	return sweepAll(ctx, func(ctx context.Context, last *Wait) ([]Wait, error) {
		if last == nil {
			return selectOfferableWaits(ctx, s.db, 0)
		}
		return selectOfferableWaits(ctx, s.db, last.ID)
	}, s.offerFreeNets)
}

// offerFreeNets offers the nets that are free for a wait. Older waits for the same time come first.
func (s *Service) offerFreeNets(ctx context.Context, w Wait) error {
	nets, err := s.freeNetsFor(ctx, w)
	if err != nil {
		return fmt.Errorf("look for nets for waiter %d: %w", w.ID, err)
	}
	var failed []error
	for _, net := range nets {
		err := s.withLocks(ctx, systemActor(), locks{club: w.Club, nets: []NetID{net}}, func(ctx context.Context, c *change) error {
			if err := c.expireHoldsIn(ctx, []NetID{net}, c.setup.withBuffer(w.Span)); err != nil {
				return err
			}
			return c.offerFreed(ctx, []NetID{net}, w.Span)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("offer net %d to waiter %d: %w", net, w.ID, err))
		}
	}
	return errors.Join(failed...)
}

// freeNetsFor returns the nets on which a wait's time seems to be free. Nothing is locked; offerFreed decides.
func (s *Service) freeNetsFor(ctx context.Context, w Wait) ([]NetID, error) {
	known, at, err := s.readTokens(ctx, w.Club, 0, 0)
	if err != nil {
		return nil, err
	}
	set, err := s.readSetup(ctx, w.Club, known.clubToken())
	if err != nil {
		return nil, err
	}
	able, day, err := set.bookableNets(w.Net, w.Span)
	if err != nil {
		return nil, nil //nolint:nilerr // the rules do not allow it now; they may later
	}
	busy, err := selectBusy(ctx, s.db, able, set.withBuffer(w.Span))
	if err != nil {
		return nil, translate(ctx, err)
	}
	return slices.DeleteFunc(able, func(n NetID) bool {
		status := set.spanStatus(n, day, w.Span, busy[n], at)
		return status != Free && status != ShortTerm
	}), nil
}
