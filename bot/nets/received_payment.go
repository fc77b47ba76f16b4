package nets

import (
	"context"
	"log/slog"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// ReceivePayment stores a payment or refund that happened inside Telegram. A repeated one changes nothing.
func (s *Screens) ReceivePayment(ctx context.Context, p telegram.Payment) error {
	paid := booking.InvoicePaid{
		Payer: booking.MemberID(p.Payer), Payload: p.Payload, Charge: p.Charge, Amount: booking.Money{Minor: p.Amount, Currency: p.Currency},
	}
	store := s.Booking.PaidInTelegram
	if p.Refunded {
		store = s.Booking.RefundedInTelegram
	}
	err := store(ctx, paid)
	if fault.KindOf(err) == fault.Invalid {
		s.Logger.LogAttrs(ctx, slog.LevelError, "a payment inside Telegram makes no sense", slog.Any("error", err))
		return nil
	}
	return err
}
