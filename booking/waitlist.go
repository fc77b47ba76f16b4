package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// WaitID names a place in the waitlist.
type WaitID int64

// Wait is somebody's wish for a time that is taken now.
type Wait struct {
	ID        WaitID
	Club      ClubID
	Member    MemberID
	Net       NetID // 0: any
	Span      Span
	State     string // waiting, offered, taken, passed, left
	Offer     ID     // the booking that holds the slot for this member, where one was offered
	CreatedAt time.Time
}

// How an offer ends.
const (
	offerTaken  = "taken"
	offerPassed = "passed"
)

// Errors of the waitlist.
var (
	ErrNoWait    = fault.New(fault.NotFound, "no_wait", "You are not waiting for that.")
	ErrWaitTwice = fault.New(fault.Conflict, "waiting", "You are waiting for that already.")
	ErrWaits     = fault.New(fault.Conflict, "waits", "You are waiting for as many times as one person may.")
	ErrStillFree = fault.New(fault.Conflict, "still_free", "That time is free: book it.")
)

// maxWaits is how many wishes one member may have in a club: whoever waits for everything stands in everybody's way.
const maxWaits = 20

// WaitRequest asks to be told when a time becomes free.
type WaitRequest struct {
	Club       ClubID
	Net        NetID // 0: any
	Start, End time.Time
}

// JoinWaitlist adds a wish for a time that could be booked if it were free.
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
		// A slot that is freed between this look and the insert is found by the sweep for waiters.
		return insertWait(ctx, c.tx, &w, c.at)
	})
	if err != nil {
		return Wait{}, err
	}
	return w, nil
}

// bookableNets are the nets on which a wish could come true by the club's rules, and the opening day.
func (s *setup) bookableNets(net NetID, span Span) (nets []NetID, day Day, err error) {
	why := ErrNoNet
	for _, n := range s.nets {
		if !n.Active || net != 0 && n.ID != net {
			continue
		}
		d, err := s.checkSpan(n.ID, span)
		if err != nil {
			why = err
			continue
		}
		nets, day = append(nets, n.ID), d
	}
	if len(nets) == 0 {
		return nil, 0, why
	}
	return nets, day, nil
}

// LeaveWaitlist gives the place up. An offer is declined by cancelling its booking.
func (s *Service) LeaveWaitlist(ctx context.Context, actor Actor, id WaitID) error {
	return translate(ctx, leaveWait(ctx, s.db, actor.ID, id))
}

// Waits lists the actor's wishes that are not over.
func (s *Service) Waits(ctx context.Context, actor Actor, club ClubID) ([]Wait, error) {
	list, err := selectWaits(ctx, s.db, `WHERE club_id = $1 AND member_id = $2 AND state IN ('waiting', 'offered') ORDER BY id LIMIT 200`, club, actor.ID)
	return list, translate(ctx, err)
}

// offerFreed gives freed time to whoever has waited longest for some of it: a hold in the same constraint, in the same transaction, so nobody
// can come in between, and one at a time, because a held slot is not free for the next offer. Past times, closures and hours are respected.
// Only nets whose locks are held are looked at; the sweep comes to the others.
func (c *change) offerFreed(ctx context.Context, nets []NetID, freed Span) error {
	if c.withholdFreed {
		return nil
	}
	for _, net := range nets {
		if !slices.Contains(c.locked, net) {
			continue
		}
		waits, err := selectWaits(ctx, c.tx, `WHERE club_id = $1 AND state = 'waiting' AND during && tstzrange($2, $3, '[)') AND lower(during) > $4
			AND net_id IN (0, $5) ORDER BY id LIMIT 100`, c.setup.club.ID, freed.Start, freed.End, c.at, net)
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

// offerToWaiter makes an offer where the time is free and can be booked.
func (c *change) offerToWaiter(ctx context.Context, w Wait, net NetID) error {
	role, err := selectRole(ctx, c.tx, w.Club, w.Member)
	if err != nil {
		return err
	}
	quote, err := c.setup.quote(SlotRequest{Club: w.Club, Nets: []NetID{net}, Start: w.Span.Start, End: w.Span.End}, Actor{Role: role}.rate())
	if err != nil {
		return nil //nolint:nilerr // closed, or no longer on the grid: nothing to offer
	}
	b := c.setup.newBooking(w.Member, Offer, quote)
	b.holdFrom(c.at, c.setup.club.Policy.Offer)
	if b.ExpiresAt.After(b.Span.Start) {
		b.ExpiresAt = &b.Span.Start
	}
	if b.ID, err = c.reserveID(ctx, b.Nets, b.occupied()); err != nil || b.ID == 0 {
		return err
	}
	if err := c.storeBooking(ctx, &b); err != nil {
		return err
	}
	if err := setOffered(ctx, c.tx, w.ID, b.ID); err != nil {
		return err
	}
	return c.notify(ctx, notifyOffered, b)
}

// SweepWaitlist offers what became free without an offer: a closure was lifted, hours grew, a hold over other nets ran out.
func (s *Service) SweepWaitlist(ctx context.Context) error {
	return sweepAll(ctx, func(ctx context.Context, last *Wait) ([]Wait, error) {
		if last == nil {
			return selectOfferableWaits(ctx, s.db, 0)
		}
		return selectOfferableWaits(ctx, s.db, last.ID)
	}, s.offerFreeNets)
}

// offerFreeNets offers the nets that are free for a wish, to whoever has waited longest for them.
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

// freeNetsFor are the nets that a wish may mean and that look free for it.
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
		return nil, nil //nolint:nilerr // not bookable now; it may be again
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
