package gateway

import (
	"context"

	"pavilion/booking"
)

// DeskGateway takes cash and cards at the club. Staff take the money and mark it as paid; no provider is called.
type DeskGateway struct{}

// Create opens no page: the member pays at the desk.
func (DeskGateway) Create(_ context.Context, r booking.CheckoutRequest) (booking.Checkout, error) {
	return booking.Checkout{ID: r.Reference}, nil
}

// Verify refuses every callback: the desk sends none.
func (DeskGateway) Verify(booking.Callback) (booking.Event, error) {
	return booking.Event{}, booking.ErrForged
}

// Fetch returns ErrUnknownPayment: there is no provider.
func (DeskGateway) Fetch(context.Context, booking.Handle) (booking.Report, error) {
	return booking.Report{}, booking.ErrUnknownPayment
}

// Refund returns ErrByHand: staff give the money back.
func (DeskGateway) Refund(context.Context, booking.RefundOrder) (string, error) {
	return "", booking.ErrByHand
}
