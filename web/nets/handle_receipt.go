package nets

import (
	"context"
	"fmt"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

// ReceiptBody is the receipt of a payment.
type ReceiptBody struct {
	Number   string       `json:"number" example:"3-1207" doc:"Of this server: the club and the payment."`
	Club     string       `json:"club"`
	Address  string       `json:"address,omitempty"`
	PaidAt   time.Time    `json:"paid_at"`
	Provider string       `json:"provider" example:"stripe"`
	Method   string       `json:"method,omitempty" doc:"At the desk: cash or card."`
	Booking  BookingBody  `json:"booking"`
	Received MoneyBody    `json:"received"`
	Refunds  []RefundBody `json:"refunds" doc:"Made, or on their way."`
	Kept     MoneyBody    `json:"kept" doc:"Received, less the refunds."`
}

type receiptIn struct {
	InClub
	ID int64 `path:"id" minimum:"1" doc:"The payment."`
}

func receiptOf(r booking.Receipt, club booking.Club) ReceiptBody {
	p := r.Payment
	body := ReceiptBody{
		Number: fmt.Sprintf("%d-%d", p.Club, p.ID), Club: club.Name, Address: club.Address, PaidAt: r.PaidAt.UTC(), Provider: string(p.Provider), Method: p.Method,
		Booking: bookingOf(r.Booking), Received: moneyOf(p.Received), Refunds: []RefundBody{}, Kept: moneyOf(booking.Money{Minor: p.Received.Minor - p.Refund, Currency: p.Received.Currency}),
	}
	for _, x := range r.Refunds {
		body.Refunds = append(body.Refunds, refundOf(x))
	}
	return body
}

func (h payments) readReceipt(ctx context.Context, in *receiptIn) (*web.Body[ReceiptBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	club, err := h.booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	r, err := h.booking.Receipt(ctx, actor, club.ID, booking.PaymentID(in.ID))
	if err != nil {
		return nil, err
	}
	return &web.Body[ReceiptBody]{Body: receiptOf(r, club)}, nil
}
