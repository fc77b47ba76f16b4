package nets

import (
	"context"
	"net/http"

	"pavilion/booking"
	"pavilion/web"
)

// PaymentBody is one attempt to pay for a booking.
type PaymentBody struct {
	ID       int64     `json:"id"`
	Provider string    `json:"provider" example:"stripe"`
	State    string    `json:"state" enum:"created,failed,authorized,review,captured,refund_pending,part_refunded,refunded"`
	Amount   MoneyBody `json:"amount" doc:"What is asked for."`
	Refunded MoneyBody `json:"refunded" doc:"What was given back, or is about to be."`
	URL      string    `json:"url,omitempty" doc:"The page to pay on."`

	InvoiceLink string `json:"invoice_link,omitempty" doc:"Opens the invoice inside Telegram. Shown to the member of the booking, once it was asked for and the bot has made it."`
}

// PayWayBody is a way to pay for a booking online.
type PayWayBody struct {
	Provider string    `json:"provider" enum:"stripe,razorpay,sandbox,telegram,stars"`
	Amount   MoneyBody `json:"amount" doc:"What it asks for the price: Telegram Stars are no currency of the club."`
}

func paymentOf(p booking.Payment) PaymentBody {
	return PaymentBody{
		ID: int64(p.ID), Provider: string(p.Provider), State: string(p.State), Amount: moneyOf(p.Amount),
		Refunded: moneyOf(booking.Money{Minor: p.Refund, Currency: p.Received.Currency}), URL: p.URL,
	}
}

// paymentFor returns a payment as an actor may see it. Only the member gets the invoice link.
func paymentFor(actor booking.Actor, p booking.Payment) PaymentBody {
	b := paymentOf(p)
	if p.Member == actor.ID && p.State == booking.Created {
		b.InvoiceLink = p.InvoiceLink
	}
	return b
}

// RefundBody is a refund of a payment.
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

// ReviewBody is a discrepancy about money that staff have to resolve.
type ReviewBody struct {
	ID       int64      `json:"id"`
	Reason   string     `json:"reason" example:"amount"`
	Payment  int64      `json:"payment,omitempty"`
	Booking  int64      `json:"booking,omitempty" doc:"The payment's."`
	Event    int64      `json:"event,omitempty"`
	Refund   int64      `json:"refund,omitempty"`
	Left     *MoneyBody `json:"left,omitempty" doc:"Of the payment, that can still be given back."`
	Verdicts []string   `json:"verdicts" enum:"accept,refund,close" doc:"That the payment allows as it is."`
}

func reviewOf(r booking.ReviewedPayment) ReviewBody {
	b := ReviewBody{ID: int64(r.ID), Reason: string(r.Reason), Payment: int64(r.Payment), Booking: int64(r.Paid.Booking), Event: r.Event, Refund: int64(r.Refund), Verdicts: []string{}}
	if left := r.Left(); left.Minor > 0 {
		money := moneyOf(left)
		b.Left = &money
	}
	for _, v := range r.Verdicts() {
		b.Verdicts = append(b.Verdicts, string(v))
	}
	return b
}

type payIn struct {
	InBooking
	Body struct {
		Provider string `json:"provider" enum:"stripe,razorpay,sandbox,telegram,stars" doc:"Of the last two an invoice comes into the chat with the bot."`
	}
}

type invoiceLinkIn struct {
	InBooking
	Body struct {
		Provider string `json:"provider" enum:"telegram,stars"`
	}
}

type deskIn struct {
	InBooking
	web.Keyed
	web.MaybeVersioned
	Body struct {
		Method string `json:"method" enum:"cash,card"`
	}
}

type refundIn struct {
	InClub
	web.Keyed
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		ReasonBody
		Amount int64 `json:"amount_minor,omitempty" minimum:"0" doc:"All that is left where it is 0 or missing."`
		Seen   int64 `json:"seen_minor" minimum:"0" doc:"What was refunded when you looked: of two who looked at the same, one is served."`
	}
}

type resolveIn struct {
	InClub
	web.Keyed
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		ReasonBody
		Verdict string `json:"verdict" enum:"accept,refund,close"`
	}
}

type gaveBackIn struct {
	InClub
	web.Keyed
	ID   int64 `path:"id" minimum:"1"`
	Body *ReasonBody
}

// doneBody is the answer of an action without a result.
type doneBody struct {
	Done bool `json:"done"`
}

// payments are the handlers for paying and for the staff's decisions about money.
type payments struct{ handlers }

func (h payments) addRoutes() {
	const tag = "Payments"
	of := "/clubs/{club}/bookings/{id}/payments"
	pay := actionRoute("pay", http.MethodPost, of, tag, "A page to pay on. Asked again it gives the same page, so it takes no key", http.StatusOK)
	pay.Problems = append(pay.Problems, http.StatusConflict)
	web.Add(h.api, pay, h.startPayment)
	link := actionRoute("invoice-link", http.MethodPost, "/clubs/{club}/bookings/{id}/invoice-link", tag, "A link to an invoice inside Telegram for my hold. "+
		"A repeated request returns the same payment, so it takes no key. If invoice_link is missing, the bot is still making the link: read the booking's payments again after a second", http.StatusOK)
	link.Problems = append(link.Problems, http.StatusConflict)
	web.Add(h.api, link, h.linkInvoice)
	web.Add(h.api, readRoute("pay-ways", "/clubs/{club}/bookings/{id}/pay-ways", tag, "The ways to pay for a booking online; none where it costs nothing or the club takes money at the desk"), h.listPayWays)
	web.Add(h.api, readRoute("payments", of, tag, "What was paid or tried for a booking"), h.listPayments)
	receipt := readRoute("receipt", "/clubs/{club}/payments/{id}/receipt", tag, "The receipt of a payment that the club has received")
	receipt.Problems = append(receipt.Problems, http.StatusConflict)
	web.Add(h.api, receipt, h.readReceipt)
	web.AddOnce(h.actions, actionRoute("desk-payment", http.MethodPost, "/clubs/{club}/bookings/{id}/desk-payment", tag, "Note that the price was paid at the desk; staff only", http.StatusOK), h.payAtDesk)
	web.AddOnce(h.actions, actionRoute("refund", http.MethodPost, "/clubs/{club}/payments/{id}/refunds", tag, "Give money back; staff only", http.StatusCreated), h.refundPayment)
	web.AddOnce(h.actions, actionRoute("gave-back", http.MethodPost, "/clubs/{club}/refunds/{id}/gave-back", tag, "Note that a refund was made by hand; staff only", http.StatusOK), h.gaveBack)
	web.Add(h.api, readRoute("reviews", "/clubs/{club}/reviews", tag, "Money that does not add up; staff only. Of no known club: for the admins whom the settings name"), h.listReviews)
	web.AddOnce(h.actions, actionRoute("resolve", http.MethodPost, "/clubs/{club}/reviews/{id}/resolve", tag, "Decide what becomes of it; staff of its club only, or the admins whom the settings name where no club is known", http.StatusOK), h.resolveReview)
}

func (h payments) startPayment(ctx context.Context, in *payIn) (*web.Body[PaymentBody], error) {
	return h.beginPayment(ctx, in.InBooking, in.Body.Provider, h.booking.Pay)
}

func (h payments) linkInvoice(ctx context.Context, in *invoiceLinkIn) (*web.Body[PaymentBody], error) {
	return h.beginPayment(ctx, in.InBooking, in.Body.Provider, h.booking.InvoiceLink)
}

func (h payments) beginPayment(ctx context.Context, in InBooking, provider string, begin func(context.Context, booking.Actor, booking.PayRequest) (booking.Payment, error)) (*web.Body[PaymentBody], error) {
	actor, id, err := h.actorOn(ctx, in)
	if err != nil {
		return nil, err
	}
	club, err := h.booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	p, err := begin(ctx, actor, booking.PayRequest{Booking: id, Provider: booking.Provider(provider), Title: club.Name})
	return &web.Body[PaymentBody]{Body: paymentFor(actor, p)}, err
}

func (h payments) listPayWays(ctx context.Context, in *bookingIn) (*web.Body[web.ListOf[PayWayBody]], error) {
	_, b, err := h.readBooking(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	club, err := h.booking.Club(ctx, b.Club)
	if err != nil {
		return nil, err
	}
	var ways []PayWayBody
	if club.Policy.PaysOnline && b.Price.Minor > 0 {
		for _, p := range h.booking.Providers() {
			if amount, err := h.booking.ChargeFor(p, b.Price); err == nil {
				ways = append(ways, PayWayBody{string(p), moneyOf(amount)})
			}
		}
	}
	return web.List(ways, func(w PayWayBody) PayWayBody { return w }), nil
}

func (h payments) listPayments(ctx context.Context, in *bookingIn) (*web.Body[web.ListOf[PaymentBody]], error) {
	actor, id, err := h.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.Payments(ctx, actor, id)
	return web.List(list, func(p booking.Payment) PaymentBody { return paymentFor(actor, p) }), err
}

func (h payments) payAtDesk(ctx context.Context, in *deskIn) (effect[PaymentBody], error) {
	actor, id, err := h.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	seen, err := maybeSeen(id, in.MaybeVersioned)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (PaymentBody, error) {
		p, err := s.IfSeen(seen).PayAtDesk(ctx, actor, id, in.Body.Method)
		return paymentOf(p), err
	}, nil
}

func (h payments) refundPayment(ctx context.Context, in *refundIn) (effect[RefundBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	actor.Reason = in.Body.Reason
	return func(ctx context.Context, s *booking.Service) (RefundBody, error) {
		r, err := s.Refund(ctx, actor, booking.RefundRequest{Club: booking.ClubID(in.Club), Payment: booking.PaymentID(in.ID), Amount: in.Body.Amount, Seen: in.Body.Seen})
		return refundOf(r), err
	}, nil
}

func (h payments) gaveBack(ctx context.Context, in *gaveBackIn) (effect[doneBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	if in.Body != nil {
		actor.Reason = in.Body.Reason
	}
	return func(ctx context.Context, s *booking.Service) (doneBody, error) {
		return doneBody{true}, s.RecordManualRefund(ctx, actor, booking.ClubID(in.Club), booking.RefundID(in.ID))
	}, nil
}

func (h payments) listReviews(ctx context.Context, in *clubIn) (*web.Body[web.ListOf[ReviewBody]], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.ReviewedPayments(ctx, actor, booking.ClubID(in.Club))
	return web.List(list, reviewOf), err
}

func (h payments) resolveReview(ctx context.Context, in *resolveIn) (effect[doneBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	actor.Reason = in.Body.Reason
	return func(ctx context.Context, s *booking.Service) (doneBody, error) {
		return doneBody{true}, s.Resolve(ctx, actor, booking.ClubID(in.Club), booking.ReviewID(in.ID), booking.Verdict(in.Body.Verdict))
	}, nil
}
