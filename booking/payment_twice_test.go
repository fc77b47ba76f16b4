package booking_test

import (
	"errors"
	"maps"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/booking/gateway"
)

// A member has the invoice in the chat twice, and pays both before the first payment is applied. The second charge is
// refunded, and the booking keeps the first.
func TestTelegram_AnInvoiceThatIsPaidTwice(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	p, payload := l.invoice(player(1), h, booking.Stars)
	for range 2 { // both pre-checkouts come before both payment messages
		l.must(l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: player(1).ID, Amount: p.Amount}))
	}
	l.work()
	for _, charge := range []string{"stars-1", "stars-2"} {
		paid := booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: p.Amount, Charge: charge}
		l.must(l.PaidInTelegram(t.Context(), paid))
		l.waitSettled()
		l.must(l.PaidInTelegram(t.Context(), paid))
	}
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	if back := l.stars.refunded(); !maps.Equal(back, map[string]int{"stars-2": 1}) {
		t.Errorf("stars back %v", back)
	}
	// Telegram reports the refund, which is known already.
	l.must(l.RefundedInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: p.Amount, Charge: "stars-2"}))
	l.waitSettled()
	if first := l.payment(p.ID); first.State != booking.Captured || first.Charge != "stars-1" || l.balance("gateway:stars") != p.Amount.Minor {
		t.Errorf("%s of %s, %d stars", first.State, first.Charge, l.balance("gateway:stars"))
	}
	if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"confirmed": 1, "refunded": 1}) || len(l.alertsByReason()) != 0 {
		t.Errorf("told %v, alerts %v", told, l.alertsByReason())
	}
	l.healthy()
}

// The payment message is in the inbox and not applied yet.
func TestTelegram_PreCheckoutKnowsOfMoneyThatIsNotAppliedYet(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	h, other := l.hold(player(1)), l.held(player(1), l.want("2026-06-03T12:00:00Z", time.Hour, 1))
	p, payload := l.invoice(player(1), h, booking.Stars)
	q, second := l.invoice(player(1), h, booking.Telegram)
	o, third := l.invoice(player(1), other, booking.Stars)
	l.must(l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: p.Amount, Charge: "stars-1"}))
	for _, c := range []booking.InvoiceCheck{{Payload: payload, Payer: player(1).ID, Amount: p.Amount}, {Payload: second, Payer: player(1).ID, Amount: q.Amount}} {
		if err := l.PreCheckout(t.Context(), c); !errors.Is(err, booking.ErrPaid) {
			t.Errorf("while the money is in the inbox: %v", err)
		}
	}
	l.must(l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: third, Payer: player(1).ID, Amount: o.Amount}))
}

// Invoices stay in chats after their provider was removed from the settings. Their money could not be applied, so the
// pre-checkout is refused.
func TestTelegram_NoMoneyForAWayOfPayingThatIsGone(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	p, payload := l.invoice(player(1), l.hold(player(1)), booking.Stars)
	without := l.serviceWith(map[booking.Provider]booking.Gateway{booking.Telegram: gateway.NewTelegram(nil)})
	if err := without.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: player(1).ID, Amount: p.Amount}); !errors.Is(err, booking.ErrInvoice) {
		t.Errorf("stars are not taken any more: %v", err)
	}
}
