package nets

import (
	"context"
	"strconv"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// desk is the staff's work with money: payments at the desk and refunds.
type desk struct{ *visit }

// errWhichBooking reports a command without the number of a booking.
var errWhichBooking = fault.New(fault.Invalid, "which_booking")

// errTypedRefund refuses an answer that is not an amount, or more than the rest of the payment.
var errTypedRefund = fault.New(fault.Invalid, "typed_refund")

// HandleRefund answers /refund with the booking whose money is to go back.
func (s *Screens) HandleRefund(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) {
		id, err := parseBookingNumber(e.Text)
		if err != nil {
			return nil, err
		}
		if err := v.asStaff(ctx, id, func(context.Context, booking.Actor, booking.Booking) error { return nil }); err != nil {
			return nil, err
		}
		return bookingScreen{v}.showBooking(ctx, id)
	})
}

func parseBookingNumber(text string) (booking.ID, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n <= 0 {
		return 0, errWhichBooking
	}
	return booking.ID(n), nil
}

// The places of deskMethods.
const (
	deskCash = iota
	deskCard
)

// deskMethods are the ways to pay at the desk. Buttons name them by their place.
func deskMethods() []string { return []string{deskCash: booking.Cash, deskCard: booking.Card} }

// takeMoney notes that the staff took the money for a booking.
func (k desk) takeMoney(ctx context.Context, s step) (screen, error) {
	methods := deskMethods()
	if s.Choice >= len(methods) {
		return nil, booking.ErrMethod
	}
	err := k.asStaff(ctx, s.Booking, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := k.Booking.IfSeen(s.seen()).PayAtDesk(ctx, actor, s.Booking, methods[s.Choice])
		return err
	})
	return bookingScreen(k).showAfter(ctx, s, err)
}

// confirmRefund asks before money goes back. Its button carries the amount that is refunded already, so that two of the staff refund once.
func (k desk) confirmRefund(ctx context.Context, s step) (screen, error) {
	p, _, err := k.refundablePayment(ctx, s)
	if err != nil {
		return nil, err
	}
	return refundView{payment: p, step: s}, nil
}

// payment is the payment that a step names by its place in the booking's list.
func (k desk) payment(ctx context.Context, actor booking.Actor, s step) (booking.Payment, error) {
	list, err := k.Booking.Payments(ctx, actor, s.Booking)
	if err == nil && s.Choice >= len(list) {
		err = booking.ErrNoPayment
	}
	if err != nil {
		return booking.Payment{}, err
	}
	return list[s.Choice], nil
}

// refundablePayment is the payment that a step names and what can still be refunded of it, which is more than nothing.
func (k desk) refundablePayment(ctx context.Context, s step) (p booking.Payment, left booking.Money, err error) {
	err = k.asStaff(ctx, s.Booking, func(ctx context.Context, actor booking.Actor, _ booking.Booking) (err error) {
		p, err = k.payment(ctx, actor, s)
		return err
	})
	if err != nil {
		return p, left, err
	}
	if left = refundable(p); left.Minor <= 0 {
		return p, left, booking.ErrNothingLeft
	}
	return p, left, nil
}

// typeRefund asks for the amount of a partial refund, and shows it for confirmation.
func (k desk) typeRefund(ctx context.Context, s step) (screen, error) {
	p, left, err := k.refundablePayment(ctx, s)
	if err != nil {
		return nil, err
	}
	text, typed := k.typed()
	if !typed {
		return question{answer: s, text: askRefundPart(left)}, nil
	}
	amount, err := booking.ParseMoney(strings.TrimSpace(text), left.Currency)
	if err != nil || amount.Minor <= 0 || amount.Minor > left.Minor {
		return nil, errTypedRefund
	}
	s.Amount = amount.Minor
	return refundView{payment: p, step: s}, nil
}

func askRefundPart(left booking.Money) func(d drawing) string {
	return func(d drawing) string { return d.in.Say("desk.ask_refund", d.money(left)) }
}

// refund refunds the step's amount, or the rest of the payment if the step has none.
func (k desk) refund(ctx context.Context, s step) (screen, error) {
	return k.decide(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		p, err := k.payment(ctx, actor, s)
		if err != nil {
			return err
		}
		refund, err := k.Booking.Refund(ctx, actor, booking.RefundRequest{Club: b.Club, Payment: p.ID, Seen: s.Refunded, Amount: s.Amount})
		if err == nil {
			k.answer = k.in.Say("desk.refunded", k.drawing().money(refund.Amount))
		}
		return err
	})
}

// refundView asks to confirm a refund of the step's amount, or of the rest of the payment if the step has none.
type refundView struct {
	payment booking.Payment
	step    step
}

func (v refundView) draw(d drawing) telegram.Reply {
	back, to := refundable(v.payment), v.step.with(stepRefund)
	if v.step.Amount != 0 {
		back.Minor, to = v.step.Amount, v.step.with(stepRefundPart)
	}
	to.Refunded = v.payment.Refund
	amount := d.money(back)
	k := d.keyboard()
	k.add(d.in.Say("desk.refund_do", amount), to)
	part := to.with(stepTypeRefund)
	part.Amount = 0
	k.add(d.in.Say("desk.refund_part"), part)
	k.add(d.in.Say("book.back"), step{Verb: stepBooking, Booking: v.step.Booking})
	return titled(d.in.Say("desk.refund_ask", amount), []string{d.bookingNumber(v.step.Booking)}, k)
}
