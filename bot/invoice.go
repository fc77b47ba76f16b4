package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/booking"
	"pavilion/internal/fault"
)

const (
	maxInvoiceTitle = 32  // characters, as everywhere in invoices
	maxInvoiceAbout = 255 // of its description
	// startPay is what makes the button of a forwarded invoice lead to the bot: only the member who holds the slot may pay.
	startPay = "pay"
)

// PostInvoice shows an invoice in a member's private chat. A repeat, also by the next process, is the same message to Telegram.
func (b *Bot) PostInvoice(ctx context.Context, i booking.Invoice) error {
	if err := b.awaitSignIn(ctx); err != nil {
		return err
	}
	to, err := b.privateChat(ctx, int64(i.Member))
	if err != nil {
		return err
	}
	title := clean(i.Title, maxInvoiceTitle)
	randomID := onceID(to, i.Once)
	_, err = b.tg.send(ctx, to, LaneAnswer, "messages.sendMedia", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		media := &tg.InputMediaInvoice{
			Title: title, Description: clean(i.Title+" · "+i.About, maxInvoiceAbout), Payload: i.Payload, ProviderData: tg.DataJSON{Data: "{}"},
			Invoice: tg.Invoice{Currency: i.Amount.Currency, Prices: []tg.LabeledPrice{{Label: title, Amount: i.Amount.Minor}}},
		}
		media.SetStartParam(startPay)
		if i.Provider != booking.Stars {
			media.SetProvider(b.opts.Provider.Reveal())
		}
		return b.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{Peer: to.peer(), Media: media, RandomID: randomID})
	})
	return b.orAway(err)
}

// RefundStars gives a charge back. Telegram does it once, whoever asks how often.
func (b *Bot) RefundStars(ctx context.Context, user int64, charge string) error {
	if err := b.awaitSignIn(ctx); err != nil {
		return err
	}
	to, err := b.privateChat(ctx, user)
	if err != nil {
		return err
	}
	err = b.queue.do(ctx, call{chat: to, method: "payments.refundStarsCharge", invoke: func(ctx context.Context) error {
		_, err := b.api.PaymentsRefundStarsCharge(ctx, &tg.PaymentsRefundStarsChargeRequest{UserID: &tg.InputUser{UserID: to.ID, AccessHash: to.Hash}, ChargeID: charge})
		return err
	}})
	switch {
	case tgerr.Is(err, "CHARGE_ALREADY_REFUNDED"):
		return nil
	case tgerr.IsCode(err, 400):
		return fmt.Errorf("%w: %w", booking.ErrRefundRefused, err)
	}
	return b.orAway(err)
}

// awaitSignIn waits until there is a session to speak with.
func (b *Bot) awaitSignIn(ctx context.Context) error {
	select {
	case <-b.signedIn:
		return nil
	case <-ctx.Done():
		return errors.Join(errAway, context.Cause(ctx))
	}
}

// orAway says that Telegram is away where that is why a call failed.
func (b *Bot) orAway(err error) error {
	if err != nil && fault.KindOf(err) == fault.Internal && !b.connected.Load() {
		return errors.Join(errAway, err)
	}
	return err
}
