package booking_test

import (
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
)

// invoice creates a payment in the chat and returns its payload.
func (l *paymentClub) invoice(who booking.Actor, b booking.Booking, provider booking.Provider) (booking.Payment, []byte) {
	l.t.Helper()
	p, err := l.Pay(l.t.Context(), who, booking.PayRequest{Booking: b.ID, Provider: provider})
	l.must(err)
	return p, l.InvoicePayload(p)
}

func TestTelegram_PreCheckoutIsTheLastGate(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p, payload := l.invoice(player(1), h, booking.Telegram)
	if len(payload) > 128 || p.URL != "" {
		t.Fatalf("payload of %d bytes, url %q", len(payload), p.URL)
	}
	ask := func(payload []byte, who booking.Actor, amount booking.Money) error {
		return l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: who.ID, Amount: amount})
	}
	bent := append([]byte{}, payload...)
	bent[len(bent)-1] ^= 1
	for name, c := range map[string]struct {
		payload []byte
		who     booking.Actor
		amount  booking.Money
		want    error
	}{
		"a forged payload": {bent, player(1), rupees(1000), booking.ErrInvoice}, "no payload": {nil, player(1), rupees(1000), booking.ErrInvoice},
		"a forwarded invoice": {payload, player(2), rupees(1000), booking.ErrInvoice}, "less": {payload, player(1), rupees(999), booking.ErrInvoicePrice},
		"a tip": {payload, player(1), rupees(1001), booking.ErrInvoicePrice}, "another currency": {payload, player(1), booking.Money{Minor: 1000, Currency: "USD"}, booking.ErrInvoicePrice},
	} {
		if err := ask(c.payload, c.who, c.amount); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	l.stop(start.Add(10*time.Minute - time.Microsecond)) // the hold's last moment
	l.must(ask(payload, player(1), rupees(1000)))
	l.must(ask(payload, player(1), rupees(1000))) // the payer pressed twice
	l.stop(start.Add(19 * time.Minute))
	if _, err := l.Hold(t.Context(), player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 1)); !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("the slot while the money is on its way: %v", err)
	}
	var running sync.WaitGroup
	for range 10 { // the message is repeated, also through getDifference
		running.Go(func() {
			if err := l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: rupees(1000), Charge: "tg-charge-1"}); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	if err := ask(payload, player(1), rupees(1000)); !errors.Is(err, booking.ErrPaid) {
		t.Errorf("paid already: %v", err)
	}
	if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"confirmed": 1}) {
		t.Errorf("told %v", told)
	}
	if in := l.balance("gateway:telegram"); in != 1000 {
		t.Errorf("%d at the gateway", in)
	}
	l.healthy()
}

// Repeated pre-checkouts extend a hold to one hour at most.
func TestTelegram_PreCheckoutDoesNotKeepASlotForEver(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	_, payload := l.invoice(player(1), l.hold(player(1)), booking.Telegram)
	for minute := 5; minute < 120; minute += 5 {
		l.stop(start.Add(time.Duration(minute) * time.Minute))
		err := l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: player(1).ID, Amount: rupees(1000)})
		if over := errors.Is(err, booking.ErrHoldExpired); over != (minute >= 60) || err != nil && !over {
			t.Errorf("after %d minutes: %v", minute, err)
		}
	}
}

func TestTelegram_PreCheckoutRefusesWhatIsOverOrPaidElsewhere(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.work()
	over, paid, cancelled := l.hold(player(1)), l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2)), l.held(player(3), l.want("2026-06-03T10:00:00Z", time.Hour, 3))
	_, first := l.invoice(player(1), over, booking.Telegram)
	_, second := l.invoice(player(2), paid, booking.Telegram)
	_, third := l.invoice(player(3), cancelled, booking.Telegram)
	q := l.checkout(player(2), paid, booking.Stripe)
	l.must(l.sandbox.Pay(q.Checkout))
	_, err := l.Cancel(t.Context(), player(3), cancelled.ID, false)
	l.must(err)
	l.waitSettled()
	l.stop(start.Add(10 * time.Minute))
	for name, c := range map[string]struct {
		payload []byte
		who     booking.Actor
		want    error
	}{"a hold that is over": {first, player(1), booking.ErrHoldExpired}, "paid by card": {second, player(2), booking.ErrPaid}, "cancelled": {third, player(3), booking.ErrNotPayable}} {
		if err := l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: c.payload, Payer: c.who.ID, Amount: rupees(1000)}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	l.healthy()
}

// The staff go on to take money at the desk.
func TestPayment_AClubThatStopsPaymentsOnlineTakesNoMoreMoneyOnline(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	p, payload := l.invoice(player(1), h, booking.Stars)
	check := booking.InvoiceCheck{Payload: payload, Payer: player(1).ID, Amount: p.Amount}
	l.must(l.PreCheckout(t.Context(), check))
	club, err := l.Club(t.Context(), l.club)
	l.must(err)
	club.Policy.PaysOnline = false
	_, err = l.SaveClub(t.Context(), boss(), club)
	l.must(err)
	if err := l.PreCheckout(t.Context(), check); !errors.Is(err, booking.ErrNoGateway) {
		t.Errorf("the invoice from before: %v", err)
	}
	for _, provider := range []booking.Provider{booking.Stars, booking.Stripe} {
		if _, err := l.Pay(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: provider}); !errors.Is(err, booking.ErrNoGateway) {
			t.Errorf("a payment by %s: %v", provider, err)
		}
	}
	_, err = l.PayAtDesk(t.Context(), boss(), h.ID, booking.Cash)
	l.must(err)
	l.wantState(h.ID, booking.Confirmed)
	l.healthy()
}

func TestTelegram_StarsGoBackWholeAndOrdinaryMoneyByHand(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h, h2 := l.hold(player(1)), l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
	p, payload := l.invoice(player(1), h, booking.Stars)
	q, other := l.invoice(player(2), h2, booking.Telegram)
	l.must(l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: player(1).ID, Amount: p.Amount}))
	l.must(l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: p.Amount, Charge: "stars-1"}))
	l.must(l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: other, Payer: player(2).ID, Amount: q.Amount, Charge: "tg-2"}))
	l.waitSettled()
	for _, b := range []booking.Booking{h, h2} {
		l.wantState(b.ID, booking.Confirmed)
		_, err := l.Cancel(t.Context(), boss(), b.ID, true)
		l.must(err)
	}
	l.waitSettled()
	l.waitUntil(`SELECT by_hand FROM refund WHERE payment_id = $1`, q.ID)
	l.waitSettled()
	l.stars.mu.Lock()
	defer l.stars.mu.Unlock()
	if !maps.Equal(l.stars.counts, map[string]int{"stars-1": 1}) || l.payment(p.ID).State != booking.Refunded {
		t.Errorf("stars back %v, payment %s", l.stars.counts, l.payment(p.ID).State)
	}
	if l.payment(q.ID).State != booking.RefundPending || l.alertsByReason()[booking.ReviewRefundByHand] != 1 {
		t.Errorf("%s, alerts %v", l.payment(q.ID).State, l.alertsByReason())
	}
	l.healthy()
}

func TestTelegram_MoneyOfAnotherPayerWaitsForAPerson(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p, payload := l.invoice(player(1), h, booking.Stars)
	l.must(l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: player(2).ID, Amount: p.Amount, Charge: "stars-1"}))
	l.waitSettled()
	l.wantState(h.ID, booking.Held)
	if l.alertsByReason()[booking.ReviewPayer] != 1 {
		t.Errorf("alerts %v", l.alertsByReason())
	}
	l.healthy()
}

func TestTelegram_MoneyWithoutAnInvoiceOfOursIsNotForgotten(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	p, payload := l.invoice(player(1), h, booking.Stars)
	l.must(l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload[:10], Payer: player(1).ID, Amount: p.Amount, Charge: "stars-2"}))
	if err := l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: p.Amount}); !errors.Is(err, booking.ErrInvoice) {
		t.Errorf("money without a name: %v", err)
	}
	l.stop(start.Add(11 * time.Minute)) // so long it may belong to something that comes later
	l.must(l.ApplyEvents(t.Context()))
	l.work()
	l.waitSettled()
	if l.alertsByReason()[booking.ReviewUnknown] != 1 {
		t.Errorf("alerts %v", l.alertsByReason())
	}
	l.healthy()
}

func TestTelegram_TheInvoiceIsShownOnceForAllWhoTap(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	for range 3 {
		l.invoice(player(1), h, booking.Stars)
	}
	l.work()
	l.waitSettled()
	shown := l.invoices.sentTo(player(1))
	if len(shown) != 1 || shown[0].Amount != (booking.Money{Minor: 7, Currency: "XTR"}) || shown[0].Title != "Net 1" || shown[0].About == "" {
		t.Fatalf("shown %+v", shown)
	}
	l.stop(start.Add(time.Minute)) // it has scrolled away
	l.invoice(player(1), h, booking.Stars)
	l.waitSettled()
	if shown := l.invoices.sentTo(player(1)); len(shown) != 2 || string(shown[0].Payload) != string(shown[1].Payload) || shown[0].Once == shown[1].Once {
		t.Errorf("asked again later: %+v", shown)
	}
	other := l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
	l.stop(start.Add(2 * time.Minute))
	if _, err := l.Pay(t.Context(), player(2), booking.PayRequest{Booking: other.ID, Provider: booking.Telegram}); err != nil {
		t.Error(err)
	}
	l.waitSettled()
	if shown := l.invoices.sentTo(player(2)); len(shown) != 1 || shown[0].Amount != rupees(1000) {
		t.Errorf("shown %+v", shown)
	}
	l.healthy()
}

func TestTelegram_StarsThatTelegramGaveBackItself(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p, payload := l.invoice(player(1), h, booking.Stars)
	paid := booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: p.Amount, Charge: "stars-1"}
	l.must(l.PaidInTelegram(t.Context(), paid))
	l.waitSettled()
	for range 2 {
		l.must(l.RefundedInTelegram(t.Context(), paid))
	}
	l.waitSettled()
	if got := l.payment(p.ID); got.State != booking.Refunded || l.alertsByReason()[booking.ReviewRefunded] != 1 || l.balance("gateway:stars") != 0 {
		t.Errorf("%s, alerts %v, %d stars", got.State, l.alertsByReason(), l.balance("gateway:stars"))
	}
	l.healthy()
}

func FuzzPreCheckout(f *testing.F) {
	service, good := booking.ForInvoices("payload-key-for-the-tests", "REFERENCEREFERENCE26LETTER")
	f.Add([]byte(good))
	f.Add([]byte("1.."))
	f.Add([]byte("1.REFERENCEREFERENCE26LETTER."))
	f.Fuzz(func(t *testing.T, payload []byte) {
		reference, err := service.OpenInvoice(payload)
		if (err == nil) != (string(payload) == good) || err == nil && reference != "REFERENCEREFERENCE26LETTER" || err != nil && !errors.Is(err, booking.ErrInvoice) {
			t.Errorf("%q opened as %q, %v", payload, reference, err)
		}
	})
}

// Choosing another way of paying closes the old invoice. The page of the other way and a new invoice can be paid.
func TestTelegram_AnotherWayOfPayingClosesTheInvoice(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	ask := func(payload []byte) error {
		return l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: player(1).ID, Amount: rupees(1000)})
	}
	old, oldPayload := l.invoice(player(1), h, booking.Telegram)
	l.must(ask(oldPayload))
	page := l.checkout(player(1), h, booking.Stripe)
	if err := ask(oldPayload); !errors.Is(err, booking.ErrInvoiceClosed) {
		t.Errorf("the old invoice: %v, want ErrInvoiceClosed", err)
	}
	back, newPayload := l.invoice(player(1), h, booking.Telegram)
	if back.ID == old.ID || page.ID == back.ID {
		t.Errorf("payments %d, %d and %d", old.ID, page.ID, back.ID)
	}
	l.must(ask(newPayload))
	l.must(l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: newPayload, Payer: player(1).ID, Amount: rupees(1000), Charge: "tg-charge-2"}))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	l.healthy()
}
