package booking

import (
	"context"
	"slices"
	"strings"

	"pavilion/internal/phrase"
)

// closedLines is the number of bookings that a message about a closure lists.
const closedLines = 10

// composeClosed composes the message about the member's bookings that a closure run cancelled: the reason, the bookings and the refunds.
func (d *delivery) composeClosed(ctx context.Context, set *setup, b Booking, in *phrase.Speaker) error {
	id, err := selectCancelledInRun(ctx, d.s.db, b.ID)
	if err != nil {
		return err
	}
	run, err := selectClosureRun(ctx, d.s.db, id)
	if err != nil {
		return err
	}
	list, err := selectMemberInRun(ctx, d.s.db, id, b.Member)
	if err != nil {
		return err
	}
	lines := []string{in.Say("notice_closed.title", len(list))}
	if run.Closure.Reason != "" {
		lines = append(lines, in.Say("notice_closed.why", run.Closure.Reason))
	}
	for _, b := range list[:min(len(list), closedLines)] {
		lines = append(lines, in.Say("notice_closed.booking", b.NetNames(set.nets), in.Span(b.Span.Start.In(d.zone), b.Span.End.In(d.zone))))
	}
	if more := len(list) - closedLines; more > 0 {
		lines = append(lines, in.Say("notice_closed.more", more))
	}
	back, err := d.closedRefunds(ctx, idsOf(list), in)
	if err != nil {
		return err
	}
	d.deadline = list[0].Span.Start
	d.message.Text = strings.Join(slices.Concat(lines, back, []string{set.club.Name}), "\n")
	d.message.Calendar, d.message.CalendarType = calendarOf(set.club, set.nets, list...), list[0].CalendarType()
	return nil
}

// closedRefunds returns one sentence for each way in which money goes back, and one for each payment about which staff decide. Without money it returns one sentence
// that says so.
func (d *delivery) closedRefunds(ctx context.Context, bookings []ID, in *phrase.Speaker) (sentences []string, err error) {
	payments, err := selectPaymentsOfBookings(ctx, d.s.db, bookings)
	if err != nil {
		return nil, err
	}
	refunds, err := selectCancelRefunds(ctx, d.s.db, bookings)
	if err != nil {
		return nil, err
	}
	type way struct{ name, currency string }
	sums := map[way]int64{}
	var ways []way
	for _, r := range refunds {
		i := slices.IndexFunc(payments, func(p Payment) bool { return p.ID == r.Payment })
		to := way{payments[i].refundWay(), r.Amount.Currency}
		if sums[to] == 0 {
			ways = append(ways, to)
		}
		sums[to] += r.Amount.Minor
	}
	for _, to := range ways {
		sentences = append(sentences, in.Say("back."+to.name, in.Money(sums[to], to.currency)))
	}
	for _, p := range payments {
		if p.waitsForStaff(false) {
			sentences = append(sentences, p.reviewSentence(in))
		}
	}
	if len(sentences) == 0 {
		sentences = []string{in.Say("back.unpaid")}
	}
	return sentences, nil
}
