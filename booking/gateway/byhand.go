package gateway

import (
	"context"
	"fmt"

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

// starRefunder gives stars back over Telegram's protocol; a charge that was given back already is a success.
type starRefunder interface {
	RefundStars(ctx context.Context, user int64, charge string) error
}

// TelegramGateway is what is paid inside the chat. The wire is the bot's: it shows the invoice, and hands pre-checkout questions and paid
// messages to booking. What is left here is giving money back.
type TelegramGateway struct {
	DeskGateway // no page, no callbacks over HTTP, nothing to ask; ordinary money goes back by hand in the provider's dashboard
	stars       starRefunder
}

// NewTelegram makes the gateway of ordinary currencies where stars is nil, and of Telegram's stars otherwise.
func NewTelegram(stars starRefunder) *TelegramGateway { return &TelegramGateway{stars: stars} }

// Refund gives stars back, all of them: Telegram knows no part of a charge.
func (g *TelegramGateway) Refund(ctx context.Context, r booking.RefundOrder) (string, error) {
	if g.stars == nil || !r.Whole {
		return "", booking.ErrByHand
	}
	if err := g.stars.RefundStars(ctx, int64(r.Member), r.Charge); err != nil {
		return "", fmt.Errorf("refund stars: %w", err)
	}
	return r.Charge, nil
}
