package gateway

import (
	"context"
	"fmt"

	"pavilion/booking"
)

// starRefunder gives stars back over Telegram's protocol; a charge that was given back already is a success.
type starRefunder interface {
	RefundStars(ctx context.Context, user int64, charge string) error
}

// TelegramGateway is what is paid inside the chat. The wire is the bot's: it shows the invoice, and hands pre-checkout questions and paid
// messages to booking. What is left here is what can be asked for, and giving money back.
type TelegramGateway struct {
	DeskGateway // no page, no callbacks over HTTP, nothing to ask; ordinary money goes back by hand in the provider's dashboard
	stars       starRefunder
}

// NewTelegram makes the gateway of ordinary currencies where stars is nil, and of Telegram's stars otherwise.
func NewTelegram(stars starRefunder) *TelegramGateway { return &TelegramGateway{stars: stars} }

// Create asks nobody: the invoice is shown once the payment has a row. Telegram counts money as card providers do.
func (g *TelegramGateway) Create(ctx context.Context, r booking.CheckoutRequest) (booking.Checkout, error) {
	if g.stars == nil {
		if n, err := toProvider(booking.Telegram, r.Amount); err != nil || n != r.Amount.Minor {
			return booking.Checkout{}, errAmount
		}
	}
	return g.DeskGateway.Create(ctx, r)
}

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
