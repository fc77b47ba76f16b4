package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// BlockRequest reserves nets for the club itself, for maintenance or a match.
type BlockRequest struct {
	Club       ClubID
	Nets       []NetID
	Start, End time.Time
	Note       string
	// Resolve has an entry for each booking in the way. If one is missing, nothing changes and the error lists those bookings.
	Resolve map[ID]Resolution
}

// Resolution moves a booking that is in the way of a block, or cancels it without a fee when Move is nil.
type Resolution struct{ Move *RescheduleRequest }

// Errors of blocks.
var (
	ErrBlock         = fault.New(fault.Invalid, "block")
	ErrBlockConflict = fault.New(fault.Conflict, "block_conflict")
)

const maxBlock = 366 * 24 * time.Hour

// BlockConflictError lists the unresolved bookings in the way.
type BlockConflictError struct{ Bookings []Booking }

// Error gives their number.
func (e *BlockConflictError) Error() string {
	return fmt.Sprintf("%v (%d)", ErrBlockConflict, len(e.Bookings))
}

// Unwrap returns ErrBlockConflict.
func (e *BlockConflictError) Unwrap() error { return ErrBlockConflict }

// BlockMoveError reports that a booking cannot be moved as a BlockRequest asks.
type BlockMoveError struct {
	Booking ID
	Reason  error
}

// Error names the booking.
func (e *BlockMoveError) Error() string {
	return fmt.Sprintf("move booking %d: %v", e.Booking, e.Reason)
}

// Unwrap returns the reason.
func (e *BlockMoveError) Unwrap() error { return e.Reason }

// Block reserves nets for the club. It resolves the bookings in the way and stores the block in one transaction. Opening hours and grid do not
// apply to it. Cancelling it removes it.
func (s *Service) Block(ctx context.Context, actor Actor, r BlockRequest) (Booking, error) {
	if err := actor.mustBeStaff(); err != nil {
		return Booking{}, err
	}
	span := Span{r.Start, r.End}
	nets := sortedNets(r.Nets)
	r.Note = cleanText(r.Note)
	if len(nets) == 0 || span.Length() <= 0 || span.Length() > maxBlock || span.Start.Truncate(time.Minute) != span.Start || span.Length()%time.Minute != 0 || tooLong(r.Note, maxNote) {
		return Booking{}, ErrBlock
	}
	seen, err := selectConflicts(ctx, s.db, nets, span)
	if err != nil {
		return Booking{}, translate(ctx, err)
	}
	l := locks{club: r.Club, nets: slices.Clone(nets)}
	for _, b := range seen {
		l.nets, l.members = append(l.nets, b.Nets...), append(l.members, b.Member)
	}
	for _, res := range r.Resolve {
		if res.Move != nil {
			l.nets = append(l.nets, res.Move.Nets...)
		}
	}
	var block Booking
	err = s.withLocks(ctx, actor, l, func(ctx context.Context, c *change) error {
		for _, n := range nets {
			if _, err := c.setup.activeNet(n); err != nil {
				return err
			}
		}
		if !span.End.After(c.at) {
			return ErrBlock
		}
		block = Booking{
			Club: r.Club, Member: actor.ID, Kind: Block, State: Confirmed, Nets: nets, Span: span, Day: DayIn(span.Start, c.setup.club.Zone),
			Rate: MemberRate, Price: Money{Currency: c.setup.club.Currency}, AddOns: []AddOnID{}, Note: r.Note, CreatedAt: c.at, ChangedAt: c.at, bufferEnd: span.End,
		}
		return c.insertBlock(ctx, &block, r.Resolve)
	})
	if err != nil {
		return Booking{}, err
	}
	return block, nil
}

// insertBlock resolves the bookings in the way, inserts the block, and offers the freed time outside the block to the waitlist.
func (c *change) insertBlock(ctx context.Context, block *Booking, resolve map[ID]Resolution) error {
	c.skipOffers = true
	if err := c.expireHoldsIn(ctx, block.Nets, block.Span); err != nil {
		return err
	}
	inWay, err := selectConflicts(ctx, c.tx, block.Nets, block.Span)
	if err != nil {
		return err
	}
	var open []Booking
	for _, b := range inWay {
		if res, ok := resolve[b.ID]; !ok || res.Move != nil && (b.Kind != Play || b.State == CheckedIn) {
			open = append(open, b)
		}
		if slices.ContainsFunc(b.Nets, func(n NetID) bool { return !slices.Contains(c.locked, n) }) {
			return ErrBusy // it was made after the locks were chosen
		}
		if err := c.checkBookingSeen(b); err != nil {
			return &BlockMoveError{Booking: b.ID, Reason: err}
		}
	}
	if len(open) > 0 {
		return &BlockConflictError{Bookings: open}
	}
	for _, b := range inWay { // cancel first, so that bookings can move to the freed time
		if resolve[b.ID].Move == nil {
			if err := c.cancelBooking(ctx, &b, true, notifyCancelled); err != nil {
				return err
			}
		}
	}
	for _, b := range inWay {
		if to := resolve[b.ID].Move; to != nil {
			if err := c.moveOutOfBlock(ctx, b, *to); err != nil {
				return &BlockMoveError{Booking: b.ID, Reason: err}
			}
		}
	}
	if block.ID, err = reserveID(ctx, c.tx, block.Nets, block.Span); err != nil {
		return err
	}
	if block.ID == 0 {
		return ErrSlotTaken // not expected: all bookings in the way were resolved under the locks
	}
	if err := c.storeBooking(ctx, block, usage{}); err != nil {
		return err
	}
	c.skipOffers = false
	for _, b := range inWay {
		if err := c.offerFreed(ctx, b.Nets, b.occupied()); err != nil {
			return err
		}
	}
	return nil
}

// moveOutOfBlock moves a booking that is in the way of a block. Its price stays, because the club moves it and not the member. Add-ons that the
// new nets do not have are removed from the booking and its price.
func (c *change) moveOutOfBlock(ctx context.Context, b Booking, to RescheduleRequest) error {
	nets := to.Nets
	if len(nets) == 0 {
		nets = b.Nets
	}
	quote, err := c.setup.quote(SlotRequest{Club: b.Club, Nets: nets, Start: to.Start, End: to.End}, b.Rate)
	if err != nil {
		return err
	}
	if err := c.checkActorNotice(quote.Day, quote.Span); err != nil {
		return err
	}
	old := b
	b.Nets, b.Span, b.Day, b.bufferEnd = quote.Nets, quote.Span, quote.Day, c.setup.withBuffer(quote.Span).End
	b.moveLines(old)
	b.removeAddOns(func(id AddOnID) bool { return !c.setup.offersAddOns(b.Nets, id) })
	free, err := c.clearSlots(ctx, b)
	if err != nil {
		return err
	}
	if !free {
		return ErrSlotTaken
	}
	if err := c.moveBooking(ctx, old, &b, usage{}, notifyMoved); err != nil {
		return err
	}
	return c.applyNewPrice(ctx, b, old.Price)
}

// removeAddOns removes some add-ons from a booking and its price.
func (b *Booking) removeAddOns(remove func(id AddOnID) bool) {
	b.AddOns = slices.DeleteFunc(slices.Clone(b.AddOns), remove)
	b.Lines = slices.DeleteFunc(slices.Clone(b.Lines), func(l PriceLine) bool { return l.AddOn != 0 && remove(l.AddOn) })
	b.Price.Minor = 0
	for _, l := range b.Lines {
		b.Price.Minor += l.Amount.Minor
	}
}
