package web

import (
	"context"
	"net/http"

	"pavilion/booking"
)

// PaymentBody is one try to pay for a booking.
type PaymentBody struct {
	ID       int64     `json:"id"`
	Provider string    `json:"provider" example:"stripe"`
	State    string    `json:"state" enum:"created,failed,authorized,review,captured,refund_pending,part_refunded,refunded"`
	Amount   MoneyBody `json:"amount" doc:"What is asked for."`
	Refunded MoneyBody `json:"refunded" doc:"What was given back, or is about to be."`
	URL      string    `json:"url,omitempty" doc:"The page to pay on."`
}

func paymentOf(p booking.Payment) PaymentBody {
	return PaymentBody{
		ID: int64(p.ID), Provider: string(p.Provider), State: string(p.State), Amount: moneyOf(p.Amount),
		Refunded: moneyOf(booking.Money{Minor: p.Refund, Currency: p.Received.Currency}), URL: p.URL,
	}
}

// RefundBody is money on its way back.
type RefundBody struct {
	ID     int64     `json:"id"`
	Reason string    `json:"reason" example:"staff"`
	State  string    `json:"state" enum:"pending,done,failed"`
	Amount MoneyBody `json:"amount"`
	ByHand bool      `json:"by_hand" doc:"A person has to give it back, and then say so."`
}

func refundOf(r booking.Refund) RefundBody {
	return RefundBody{ID: int64(r.ID), Reason: r.Reason, State: string(r.State), Amount: moneyOf(r.Amount), ByHand: r.ByHand}
}

// ReviewBody is something about money that does not add up.
type ReviewBody struct {
	ID      int64  `json:"id"`
	Reason  string `json:"reason" example:"amount"`
	Payment int64  `json:"payment,omitempty"`
	Event   int64  `json:"event,omitempty"`
	Refund  int64  `json:"refund,omitempty"`
}

type payIn struct {
	InBooking
	Body struct {
		Provider string `json:"provider" enum:"stripe,razorpay,sandbox,telegram,stars" doc:"Of the last two an invoice comes into the chat with the bot."`
	}
}

type deskIn struct {
	InBooking
	Keyed
	Body struct {
		Method string `json:"method" enum:"cash,card"`
	}
}

type refundIn struct {
	InClub
	Keyed
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Amount int64 `json:"amount_minor,omitempty" minimum:"0" doc:"All that is left where it is 0 or missing."`
		Seen   int64 `json:"seen_minor" minimum:"0" doc:"What was refunded when you looked: of two who looked at the same, one is served."`
	}
}

type resolveIn struct {
	InClub
	Keyed
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Verdict string `json:"verdict" enum:"accept,refund,close"`
	}
}

type gaveBackIn struct {
	InClub
	Keyed
	ID int64 `path:"id" minimum:"1"`
}

// doneBody says that something was done.
type doneBody struct {
	Done bool `json:"done"`
}

// payments adds paying and what staff do about money.
func (a *routes) payments() {
	const tag = "Payments"
	of := "/clubs/{club}/bookings/{id}/payments"
	read := func(id, path, summary string) route {
		return route{id: id, method: http.MethodGet, path: path, tag: tag, summary: summary, status: http.StatusOK, access: members, policy: a.opts.Limits.reads(), problems: []int{http.StatusNotFound}}
	}
	do := func(id, path, summary string, status int) route {
		return route{id: id, method: http.MethodPost, path: path, tag: tag, summary: summary, status: status, access: members, policy: a.opts.Limits.writes(), problems: []int{http.StatusNotFound}}
	}
	pay := do("pay", of, "A page to pay on. Asked again it gives the same page, so it takes no key", http.StatusOK)
	pay.problems = append(pay.problems, http.StatusConflict)
	add(a, pay, a.pay)
	add(a, read("payments", of, "What was paid or tried for a booking"), a.listPayments)
	addOnce(a, do("desk-payment", "/clubs/{club}/bookings/{id}/desk-payment", "Note that the price was paid at the desk; staff only", http.StatusOK), a.payAtDesk)
	addOnce(a, do("refund", "/clubs/{club}/payments/{id}/refunds", "Give money back; staff only", http.StatusCreated), a.refund)
	addOnce(a, do("gave-back", "/clubs/{club}/refunds/{id}/gave-back", "Note that a refund was made by hand; staff only", http.StatusOK), a.gaveBack)
	add(a, read("reviews", "/clubs/{club}/reviews", "Money that does not add up; staff only"), a.reviews)
	addOnce(a, do("resolve", "/clubs/{club}/reviews/{id}/resolve", "Decide what becomes of it; staff only", http.StatusOK), a.resolve)
}

func (a *routes) pay(ctx context.Context, in *payIn) (*bodyOut[PaymentBody], error) {
	actor, id, err := a.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	club, err := a.deps.Booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	p, err := a.deps.Booking.Pay(ctx, actor, booking.PayRequest{Booking: id, Provider: booking.Provider(in.Body.Provider), Title: club.Name})
	return &bodyOut[PaymentBody]{paymentOf(p)}, err
}

func (a *routes) listPayments(ctx context.Context, in *bookingIn) (*bodyOut[listOf[PaymentBody]], error) {
	actor, id, err := a.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	list, err := a.deps.Booking.Payments(ctx, actor, id)
	return itemsOf(list, paymentOf), err
}

func (a *routes) payAtDesk(ctx context.Context, in *deskIn) (effect[PaymentBody], error) {
	actor, id, err := a.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (PaymentBody, error) {
		p, err := s.PayAtDesk(ctx, actor, id, in.Body.Method)
		return paymentOf(p), err
	}, nil
}

func (a *routes) refund(ctx context.Context, in *refundIn) (effect[RefundBody], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (RefundBody, error) {
		r, err := s.Refund(ctx, actor, booking.RefundRequest{Club: booking.ClubID(in.Club), Payment: booking.PaymentID(in.ID), Amount: in.Body.Amount, Seen: in.Body.Seen})
		return refundOf(r), err
	}, nil
}

func (a *routes) gaveBack(ctx context.Context, in *gaveBackIn) (effect[doneBody], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (doneBody, error) {
		return doneBody{true}, s.GaveBack(ctx, actor, booking.ClubID(in.Club), booking.RefundID(in.ID))
	}, nil
}

func (a *routes) reviews(ctx context.Context, in *clubIn) (*bodyOut[listOf[ReviewBody]], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := a.deps.Booking.Reviews(ctx, actor, booking.ClubID(in.Club))
	return itemsOf(list, func(r booking.Review) ReviewBody {
		return ReviewBody{ID: int64(r.ID), Reason: string(r.Reason), Payment: int64(r.Payment), Event: r.Event, Refund: int64(r.Refund)}
	}), err
}

func (a *routes) resolve(ctx context.Context, in *resolveIn) (effect[doneBody], error) {
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (doneBody, error) {
		return doneBody{true}, s.Resolve(ctx, actor, booking.ClubID(in.Club), booking.ReviewID(in.ID), booking.Verdict(in.Body.Verdict))
	}, nil
}
