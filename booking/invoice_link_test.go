package booking_test

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
)

// link asks for the link of a hold until the bot has made it.
func (l *paymentClub) link(who booking.Actor, b booking.Booking, provider booking.Provider) booking.Payment {
	l.t.Helper()
	r := booking.PayRequest{Booking: b.ID, Provider: provider}
	asked, err := l.InvoiceLink(l.t.Context(), who, r)
	l.must(err)
	l.waitSettled()
	p, err := l.InvoiceLink(l.t.Context(), who, r)
	l.must(err)
	if p.ID != asked.ID || p.InvoiceLink == "" {
		l.t.Fatalf("the link of %+v is in %+v", asked, p)
	}
	return p
}

func TestInvoiceLink_IsMadeOnceForAllWhoAsk(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	for range 3 { // before the bot works
		if p, err := l.InvoiceLink(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Stars}); err != nil || p.InvoiceLink != "" {
			t.Errorf("%+v %v", p, err)
		}
	}
	if jobs := one[int](l.bundle, `SELECT count(*) FROM river_job WHERE kind = 'booking_invoice_link'`); jobs != 1 {
		t.Errorf("the bot is asked %d times", jobs)
	}
	l.work()
	p := l.link(player(1), h, booking.Stars)
	made := l.invoices.linksOf(player(1))
	if len(made) != 1 || made[0].Amount != (booking.Money{Minor: 7, Currency: "XTR"}) || made[0].Title != "Net 1" || string(made[0].Payload) != string(l.InvoicePayload(p)) {
		t.Fatalf("made %+v", made)
	}
	if shown := l.invoices.sentTo(player(1)); len(shown) != 0 {
		t.Errorf("posted in the chat as well: %+v", shown)
	}
	// The invoice in the chat is of the same payment.
	if posted, _ := l.invoice(player(1), h, booking.Stars); posted.ID != p.ID {
		t.Errorf("payment %d in the chat, %d behind the link", posted.ID, p.ID)
	}
	// Another way of paying closes the payment; asked again it has a new link.
	q := l.checkout(player(1), h, booking.Stripe)
	if err := l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: l.InvoicePayload(p), Payer: player(1).ID, Amount: p.Amount}); !errors.Is(err, booking.ErrInvoiceClosed) {
		t.Errorf("the link after the page was opened: %v", err)
	}
	if again := l.link(player(1), h, booking.Stars); again.ID == p.ID || again.InvoiceLink == p.InvoiceLink || l.payment(q.ID).State != booking.Failed {
		t.Errorf("asked again: %+v", again)
	}
	l.healthy()
}

// A FLOOD_WAIT that is longer than the member waits does not occupy the workers of the queue.
func TestInvoiceLink_IsGivenUpAsSoonAsByThePage(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	l.link(player(1), l.hold(player(1)), booking.Stars)
	if all := l.invoices.deadlines(); len(all) != 1 || all[0] < 0 || all[0] > 8*time.Second {
		t.Errorf("the bot could take %v", all)
	}
}

func TestInvoiceLink_IsStoredOnceAndOnlyForAnOpenPayment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(l *paymentClub, h booking.Booking) error
		want      string
	}{
		"another attempt was faster": {func(l *paymentClub, h booking.Booking) error {
			_, err := l.db.Exec(l.t.Context(), `UPDATE payment SET invoice_link = 'https://t.me/$first' WHERE booking_id = $1`, h.ID)
			return err
		}, "https://t.me/$first"},
		"the member chose another way": {func(l *paymentClub, h booking.Booking) error {
			_, err := l.Pay(l.t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Stripe, Title: "Net 1"})
			return err
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			l.at("2026-06-01T00:00:00Z")
			h := l.hold(player(1))
			l.invoices.making = func() {
				if err := c.meanwhile(l, h); err != nil {
					t.Error(err)
				}
			}
			p, err := l.InvoiceLink(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Stars})
			l.must(err)
			l.work()
			l.waitSettled()
			if made, link := l.invoices.linksOf(player(1)), one[string](l.bundle, `SELECT invoice_link FROM payment WHERE id = $1`, p.ID); len(made) != 1 || link != c.want {
				t.Errorf("%d links made, %q stored, want %q", len(made), link, c.want)
			}
			l.healthy()
		})
	}
}

func TestInvoiceLink_IsForTheHoldersOfHoldsOnly(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.work()
	h, over, open := l.hold(player(1)), l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2)), l.held(player(3), l.want("2026-06-03T10:00:00Z", time.Hour, 3))
	p := l.link(player(1), h, booking.Telegram)
	payload := l.InvoicePayload(p)
	refused := func(name string, who booking.Actor, b booking.Booking, provider booking.Provider, want error) {
		t.Helper()
		if _, err := l.InvoiceLink(t.Context(), who, booking.PayRequest{Booking: b.ID, Provider: provider}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	refused("a stranger", player(2), h, booking.Telegram, booking.ErrNoBooking)
	refused("the staff", boss(), h, booking.Telegram, booking.ErrForbidden)
	refused("a page", player(1), h, booking.Stripe, booking.ErrNoGateway)
	if err := l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: player(2).ID, Amount: p.Amount}); !errors.Is(err, booking.ErrInvoice) {
		t.Errorf("somebody else opened the link: %v", err)
	}
	l.must(l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: player(1).ID, Amount: p.Amount}))
	l.must(l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: p.Amount, Charge: "tg-1"}))
	l.waitSettled()
	refused("paid", player(1), h, booking.Telegram, booking.ErrPaid)
	_, err := l.Confirm(t.Context(), boss(), open.ID) // to be paid at the desk
	l.must(err)
	refused("no hold any more", player(3), open, booking.Telegram, booking.ErrNotPayable)
	l.stop(start.Add(10 * time.Minute))
	refused("a hold that is over", player(2), over, booking.Telegram, booking.ErrHoldExpired)
	club, err := l.Club(t.Context(), l.club)
	l.must(err)
	club.Policy.PaysOnline = false
	_, err = l.SaveClub(t.Context(), boss(), club)
	l.must(err)
	refused("a club that takes money at the desk", player(2), l.held(player(2), l.want("2026-06-03T12:00:00Z", time.Hour, 1)), booking.Telegram, booking.ErrNoGateway)
	l.healthy()
}

// The stars are on their way when the member pays on the gateway's page, and arrive after that money.
func TestInvoiceLink_StarsThatArriveAfterThePageWasPaidGoBack(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p := l.link(player(1), h, booking.Stars)
	payload := l.InvoicePayload(p)
	l.must(l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: player(1).ID, Amount: p.Amount}))
	page := l.checkout(player(1), h, booking.Stripe)
	l.must(l.sandbox.Pay(page.Checkout))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	l.must(l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: player(1).ID, Amount: p.Amount, Charge: "stars-1"}))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	if back := l.stars.refunded(); !maps.Equal(back, map[string]int{"stars-1": 1}) {
		t.Errorf("stars back %v", back)
	}
	if first, second := l.payment(page.ID), l.payment(p.ID); first.State != booking.Captured || first.Refund != 0 || second.State != booking.Refunded {
		t.Errorf("the page's payment is %s with %d to go back, the stars are %s", first.State, first.Refund, second.State)
	}
	l.healthy()
}

// A hold that is paid by the link and on the gateway's page at the same moment is booked, and keeps the money of one payment.
func TestInvoiceLink_RaceWithTheGatewayKeepsOnePayment(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	var running sync.WaitGroup
	var holds []booking.Booking
	for i := range 8 {
		who := player(i + 1)
		h := l.held(who, l.want(fmt.Sprintf("2026-06-03T%02d:00:00Z", 10+i/2), time.Hour, i%2+1))
		holds = append(holds, h)
		p := l.link(who, h, booking.Stars)
		payload := l.InvoicePayload(p)
		running.Go(func() {
			if err := l.PreCheckout(t.Context(), booking.InvoiceCheck{Payload: payload, Payer: who.ID, Amount: p.Amount}); err != nil {
				return // the page came first
			}
			if err := l.PaidInTelegram(t.Context(), booking.InvoicePaid{Payload: payload, Payer: who.ID, Amount: p.Amount, Charge: fmt.Sprintf("stars-%d", i)}); err != nil {
				t.Error(err)
			}
		})
		running.Go(func() {
			page, err := l.Pay(t.Context(), who, booking.PayRequest{Booking: h.ID, Provider: booking.Stripe, Title: "Net 1"})
			if err == nil && page.Provider == booking.Stripe {
				err = l.sandbox.PayLate(page.Checkout) // the bank may answer after the page was closed
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	l.waitSettled()
	for i, h := range holds {
		l.wantState(h.ID, booking.Confirmed)
		list, err := l.Payments(t.Context(), boss(), h.ID)
		l.must(err)
		kept := 0
		for _, p := range list {
			if p.Received.Minor > p.Refund {
				kept++
			}
		}
		if kept != 1 {
			t.Errorf("hold %d keeps the money of %d payments: %+v", i, kept, list)
		}
	}
	l.healthy()
}
