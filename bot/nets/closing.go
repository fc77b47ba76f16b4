package nets

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pavilion/booking"
)

// closing closes nets for a time and refunds what is booked inside, for a club's admins.
type closing struct{ *visit }

// maxClosing is the longest time of a button, in minutes: hours that end in the night after.
const maxClosing = 2 * wholeDay

// typeHours takes the hours on a day and shows the preview.
func (c closing) typeHours(ctx context.Context, s step) (screen, error) {
	_, club, nets, err := c.adminNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	text, typed := c.typed()
	if !typed {
		return question{answer: s, text: askClosing(s.Day)}, nil
	}
	hours, ok := booking.ParseTimesOfDay(strings.TrimSpace(text))
	if !ok {
		return nil, errTypedHours
	}
	mask, err := maskOf(nets, s.Net)
	if err != nil {
		return nil, err
	}
	during := s.Day.Between(hours.From, hours.To, club.Zone)
	return c.preview(ctx, step{
		Verb: stepPreviewClosing, Club: s.Club, Minute: unixMinute(during.Start), Length: wholeMinutes(during.Length()), Value: mask,
	})
}

func askClosing(day booking.Day) func(d drawing) string {
	return func(d drawing) string { return d.in.Say("closing.ask", d.in.Day(dateOf(day))) }
}

// askClosingReason asks for the reason, which the members read, too.
func askClosingReason(s step) question {
	q := askReason(s)
	q.text = func(d drawing) string { return d.in.Say("closing.ask_reason") }
	return q
}

func (c closing) preview(ctx context.Context, s step) (screen, error) {
	actor, club, nets, err := c.adminNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	closure, err := s.closing(nets)
	if err != nil {
		return nil, err
	}
	if s.Value == 0 {
		return closingView{club: club, nets: nets, preview: booking.ClosurePreview{Closure: closure}, step: s}, nil
	}
	p, err := c.Booking.PreviewClosure(ctx, actor, s.Club, closure)
	if err != nil {
		return nil, err
	}
	return closingView{club: club, nets: nets, preview: p, step: s}, nil
}

// start asks for a reason and closes. If something has changed since the preview, it shows the new one.
func (c closing) start(ctx context.Context, s step) (screen, error) {
	actor, err := c.adminActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	reason, given := c.reason(s)
	if !given {
		return askClosingReason(s), nil
	}
	club, nets, err := c.clubNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	closure, err := s.closing(nets)
	if err == nil && s.Value == 0 {
		err = booking.ErrNoNet
	}
	if err != nil {
		return nil, err
	}
	closure.Reason = reason
	run, err := c.Booking.CloseAndRefund(ctx, actor, s.Club, closure, s.Conflict)
	if now, ok := errors.AsType[*booking.ClosureChangedError](err); ok {
		return closingView{club: club, nets: nets, preview: now.Preview, step: s, changed: true}, nil
	}
	if err != nil {
		return nil, err
	}
	return closingRunView{club: club, nets: nets, run: run}, nil
}

// show returns the progress of a closure run.
func (c closing) show(ctx context.Context, s step) (screen, error) {
	actor, club, nets, err := c.adminNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	run, err := c.Booking.ClosureRun(ctx, actor, s.Club, s.Run)
	if err != nil {
		return nil, err
	}
	return closingRunView{club: club, nets: nets, run: run}, nil
}

// maskAll is the mask of all nets together. A mask of 0 is no net.
const maskAll = int64(1) << 62

// closing is the closure of the step: its time, and the nets of its mask.
func (s step) closing(nets []booking.Net) (booking.Closure, error) {
	c := booking.Closure{Every: booking.Once, During: s.span()}
	if s.Value == maskAll {
		return c, nil
	}
	left := s.Value
	for i, n := range nets {
		if left&netBit(i) != 0 {
			c.Nets = append(c.Nets, n.ID)
			left &^= netBit(i)
		}
	}
	if left != 0 {
		return c, booking.ErrNoNet
	}
	return c, nil
}

// netBit returns the bit of the net at an index of the club's list. The list only grows. From index 62 on nets have no bit: they can be closed only together
// with all nets.
func netBit(place int) int64 {
	if place >= 62 {
		return 0
	}
	return 1 << place
}

// maskOf returns the mask of a net, or of all nets for 0. It returns ErrNoNet for a net without a bit.
func maskOf(nets []booking.Net, id booking.NetID) (int64, error) {
	if id == 0 {
		return maskAll, nil
	}
	i := slices.IndexFunc(nets, func(n booking.Net) bool { return n.ID == id })
	if i < 0 || netBit(i) == 0 {
		return 0, booking.ErrNoNet
	}
	return netBit(i), nil
}
