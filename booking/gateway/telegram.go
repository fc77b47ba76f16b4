package gateway

import (
	"context"
	"fmt"

	"pavilion/booking"
)

// starRefunder refunds stars over Telegram's protocol. It succeeds for a charge that is refunded already.
type starRefunder interface {
	RefundStars(ctx context.Context, user int64, charge string) error
}

// TelegramGateway is for payments inside the chat. The bot talks to Telegram: it shows the invoice and passes pre-checkout queries and payment
// messages to booking. This gateway checks amounts and refunds stars.
type TelegramGateway struct {
	DeskGateway // no page, no HTTP callbacks, no status query; staff refund ordinary money by hand in the provider's dashboard
	stars       starRefunder
}

// NewTelegram makes the gateway for Telegram's stars, or for ordinary currencies when stars is nil.
func NewTelegram(stars starRefunder) *TelegramGateway { return &TelegramGateway{stars: stars} }

// Create checks the amount and makes no call: the bot shows the invoice after the payment's row exists. Telegram uses the card providers' units.
func (g *TelegramGateway) Create(ctx context.Context, r booking.CheckoutRequest) (booking.Checkout, error) {
	if g.stars == nil {
		if n, err := toProvider(booking.Telegram, r.Amount); err != nil || n != r.Amount.Minor {
			return booking.Checkout{}, errAmount
		}
	}
	return g.DeskGateway.Create(ctx, r)
}

// Refund refunds a whole charge of stars. It returns ErrByHand for a part of a charge, and for ordinary money.
func (g *TelegramGateway) Refund(ctx context.Context, r booking.RefundOrder) (string, error) {
	if g.stars == nil || !r.Whole {
		return "", booking.ErrByHand
	}
	if err := g.stars.RefundStars(ctx, int64(r.Member), r.Charge); err != nil {
		return "", fmt.Errorf("refund stars: %w", err)
	}
	return r.Charge, nil
}
