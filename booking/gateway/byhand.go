package gateway

import (
	"context"

	"pavilion/booking"
)

// DeskGateway is cash and cards at the club: people do what a provider would, and staff mark it.
type DeskGateway struct{}

// Create opens no page: the member pays at the desk.
func (DeskGateway) Create(_ context.Context, r booking.CheckoutRequest) (booking.Checkout, error) {
	return booking.Checkout{ID: r.Reference}, nil
}

// Verify refuses: the desk calls nobody back.
func (DeskGateway) Verify(booking.Callback) (booking.Event, error) {
	return booking.Event{}, booking.ErrForged
}

// Fetch has nobody to ask.
func (DeskGateway) Fetch(context.Context, booking.Handle) (booking.Report, error) {
	return booking.Report{}, booking.ErrNothingToAsk
}

// Refund is made by a person.
func (DeskGateway) Refund(context.Context, booking.RefundOrder) (string, error) {
	return "", booking.ErrByHand
}
