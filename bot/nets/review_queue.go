package nets

import (
	"context"
	"slices"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// reviewQueue lists the payments of a club that staff have to decide about, and takes their decisions.
type reviewQueue struct{ *visit }

// reviewDecision is a decision about a review. Buttons name it by its number.
type reviewDecision int

const (
	acceptMoney reviewDecision = iota
	refundMoney
	closeReview
	confirmManualRefund // staff have refunded by hand
)

// decisions are the decisions that a review can have now.
func decisions(r booking.ReviewedPayment) []reviewDecision {
	if r.Reason == booking.ReviewRefundByHand && r.Refund != 0 {
		return []reviewDecision{confirmManualRefund}
	}
	var list []reviewDecision
	for _, v := range r.Verdicts() {
		list = append(list, reviewDecision(slices.Index(verdicts(), v)))
	}
	return list
}

// verdicts are the verdicts of the decisions about money that is still here, by their number.
func verdicts() []booking.Verdict {
	return []booking.Verdict{acceptMoney: booking.Accept, refundMoney: booking.RefundAll, closeReview: booking.Close}
}

// reviewsOf reads the reviews of a club with their bookings, for its staff.
func (q reviewQueue) reviewsOf(ctx context.Context, id booking.ClubID) (reviewList, error) {
	actor, err := q.staffActor(ctx, id)
	if err != nil {
		return reviewList{}, err
	}
	l := reviewList{bookings: map[booking.ID]booking.Booking{}}
	if l.club, l.nets, err = q.clubNets(ctx, id); err != nil {
		return l, err
	}
	if l.reviews, err = q.Booking.ReviewedPayments(ctx, actor, id); err != nil {
		return l, err
	}
	ids := make([]booking.ID, len(l.reviews))
	for i, r := range l.reviews {
		ids[i] = r.Paid.Booking
	}
	found, _, err := q.Booking.BookingsByID(ctx, ids)
	for _, b := range found {
		l.bookings[b.ID] = b
	}
	return l, err
}

func (q reviewQueue) showQueue(ctx context.Context, s step) (screen, error) {
	l, err := q.reviewsOf(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	shown, _, _ := pageOf(l.reviews, daySheetRows, s.Page)
	l.names = q.names(ctx, l.payers(shown))
	return reviewQueueView{l, s}, nil
}

func (q reviewQueue) showReview(ctx context.Context, s step) (screen, error) {
	l, err := q.reviewsOf(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(l.reviews, func(r booking.ReviewedPayment) bool { return r.ID == s.Review })
	if i < 0 {
		return nil, booking.ErrNoReview
	}
	l.names = q.names(ctx, l.payers(l.reviews[i:i+1]))
	return reviewView{l, l.reviews[i]}, nil
}

// resolve asks for a reason, carries the decision out, and shows the reviews that are left.
func (q reviewQueue) resolve(ctx context.Context, s step) (screen, error) {
	actor, err := q.staffActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	reason, given := q.reason(s)
	if !given {
		return askReason(s), nil
	}
	actor.Reason = reason
	if err := q.decideReview(ctx, actor, s); err != nil {
		return nil, err
	}
	q.confirmSaved()
	return q.showQueue(ctx, step{Verb: stepReviews, Club: s.Club})
}

func (q reviewQueue) decideReview(ctx context.Context, actor booking.Actor, s step) error {
	if list := verdicts(); s.Choice < len(list) {
		return q.Booking.Resolve(ctx, actor, s.Club, s.Review, list[s.Choice])
	}
	open, err := q.Booking.Reviews(ctx, actor, s.Club)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(open, func(r booking.Review) bool { return r.ID == s.Review && r.Reason == booking.ReviewRefundByHand })
	if i < 0 {
		return booking.ErrNoReview
	}
	return q.Booking.RecordManualRefund(ctx, actor, s.Club, open[i].Refund)
}

// reviewList has the open reviews of a club and what screens say about them.
type reviewList struct {
	club     booking.Club
	nets     []booking.Net
	reviews  []booking.ReviewedPayment
	bookings map[booking.ID]booking.Booking
	names    map[booking.MemberID]string
}

// payers are the members of reviewed payments.
func (reviewList) payers(reviews []booking.ReviewedPayment) []booking.MemberID {
	var members []booking.MemberID
	for _, r := range reviews {
		if r.Payment != 0 {
			members = append(members, r.Paid.Member)
		}
	}
	return members
}

// about writes the time, the nets and the member of a payment's booking; empty for money without a booking.
func (l reviewList) about(d drawing, p booking.Payment) string {
	b, ok := l.bookings[p.Booking]
	if !ok {
		return ""
	}
	return d.span(b.Span, l.club.Zone) + " · " + telegram.CleanLine(b.NetNames(l.nets), 30) + " · " + l.names[p.Member]
}

// reviewQueueView is a page of the reviews, one on each button.
type reviewQueueView struct {
	reviewList

	step step
}

func (v reviewQueueView) draw(d drawing) telegram.Reply {
	shown, page, last := pageOf(v.reviews, daySheetRows, v.step.Page)
	k := d.keyboard()
	for _, r := range shown {
		line := "🔎 " + d.in.Say("review_reason."+string(r.Reason))
		if r.Payment != 0 {
			line = "🔎 " + d.money(r.Paid.Received) + " · " + d.in.Say("review_reason."+string(r.Reason)) + " · " + v.about(d, r.Paid)
		}
		k.add(line, step{Verb: stepReview, Club: v.club.ID, Review: r.ID})
	}
	k.pageButtons(page, 0, last, v.step)
	return titled("🔎 "+clubName(v.club), []string{d.in.Say("review_queue.some", len(v.reviews))}, k)
}

// reviewView is one review with its decisions.
type reviewView struct {
	reviewList

	review booking.ReviewedPayment
}

func (v reviewView) draw(d drawing) telegram.Reply {
	r, p := v.review, v.review.Paid
	lines := []string{}
	if r.Payment != 0 {
		lines = append(lines, v.about(d, p), d.bookingNumber(p.Booking), d.in.Say("review_queue.asked", d.money(p.Amount)), d.in.Say("review_queue.came", d.money(p.Received)))
	}
	if p.Refund > 0 {
		lines = append(lines, d.in.Say("review_queue.given_back", d.money(booking.Money{Minor: p.Refund, Currency: p.Received.Currency})))
	}
	k := d.keyboard()
	for _, choice := range decisions(r) {
		text := ""
		switch choice {
		case acceptMoney:
			text = d.in.Say("review_queue.accept", d.money(p.Received))
		case refundMoney:
			text = d.in.Say("desk.refund", d.money(r.Left()))
		case closeReview:
			text = d.in.Say("review_queue.close")
		case confirmManualRefund:
			text = d.in.Say("review_queue.gave_back")
		}
		k.add(text, step{Verb: stepResolve, Club: v.club.ID, Review: r.ID, Choice: int(choice)})
	}
	if r.Payment != 0 {
		k.add(d.in.Say("show.open"), step{Verb: stepBooking, Booking: p.Booking})
	}
	k.add(d.in.Say("book.back"), step{Verb: stepReviews, Club: v.club.ID})
	return titled(alertView{r.Review}.draw(d).Text, lines, k)
}

// reviewsButton adds a button to the reviews of a club if count is above 0.
func (d drawing) reviewsButton(k *keyboard, club booking.ClubID, count int) {
	if count > 0 {
		k.add(d.in.Say("review_queue.button", count), step{Verb: stepReviews, Club: club})
	}
}
