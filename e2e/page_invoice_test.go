package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/browser"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/telegramweb"
)

// chooseTelegram chooses the second way of paying and presses the main button.
func (v *visitor) chooseTelegram(button string) {
	v.t.Helper()
	v.page.Until(v.t, `document.querySelectorAll(".ways input").length === 2 && document.querySelector(".ways").textContent.includes("In Telegram")`)
	// The button of the client gets its new meaning after the page is drawn.
	browser.Eval[any](v.t, v.page, `{ document.querySelectorAll(".ways input")[1].click(); }
		new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => drawn(null)))))`)
	v.main(button)
}

// invoice waits until the page opens an invoice, and returns it.
func (v *visitor) invoice() *tg.InputInvoiceSlug {
	v.t.Helper()
	v.client.Until(v.t, `heard.invoice`)
	return &tg.InputInvoiceSlug{Slug: browser.Eval[string](v.t, v.client, `heard.invoice.slug`)}
}

// bills holds an hour of the first net and returns its invoice.
func (v *visitor) bills(clock string) *tg.InputInvoiceSlug {
	v.t.Helper()
	v.day(4)
	v.hold("Net 1", clock)
	v.chooseTelegram("Pay ₹600")
	return v.invoice()
}

// closeInvoice tells the page how the invoice was closed.
func (v *visitor) closeInvoice(invoice *tg.InputInvoiceSlug, status string) {
	v.t.Helper()
	said, err := json.Marshal([]string{invoice.Slug, status})
	if err != nil {
		v.t.Fatal(err)
	}
	browser.Eval[any](v.t, v.client, `{ delete heard.invoice; app.closeInvoice(...`+string(said)+`); }`)
}

// paysInTelegram pays invoices behind links. The page must not trust the client's report about an invoice, only the state of the booking.
func (p *pages) paysInTelegram(t *testing.T) {
	who, err := p.DC.World().AddUser("9996620090", "Usha", "", "usha_plays", "en")
	if err != nil {
		t.Fatal(err)
	}
	user := connect(t, p.Scene, who)
	pay := func(in tg.InputInvoiceClass, card string) error { return user.PayInvoice(t.Context(), in, card) }

	v := p.visit(t, telegramweb.Visit{Who: who})
	t.Run("PaidAndSaid", func(t *testing.T) {
		v.t = t
		invoice := v.bills("10:00")
		bill, err := user.ReadInvoice(t.Context(), invoice)
		if want := (driver.Bill{Title: "Net 1", Currency: "INR", Total: 60000}); err != nil || bill != want {
			t.Errorf("the invoice is %+v, %v", bill, err)
		}
		if err := pay(invoice, "tok"); err != nil {
			t.Fatal(err)
		}
		v.closeInvoice(invoice, "paid")
		v.page.Shows(t, "Booked")
		v.page.Shows(t, "Paid: ₹600")
		if err := pay(invoice, "tok"); err == nil || !strings.Contains(err.Error(), "paid") {
			t.Errorf("the link was paid again: %v", err)
		}
	})
	t.Run("CancelledThoughCharged", func(t *testing.T) {
		v.t = t
		invoice := v.bills("12:00")
		v.closeInvoice(invoice, "cancelled")
		v.page.Shows(t, "Telegram reports no payment")
		v.main("Open payment again")
		again := v.invoice()
		if again.Slug != invoice.Slug {
			t.Errorf("another link of the same payment: %s, %s", invoice.Slug, again.Slug)
		}
		if err := pay(again, "tok"); err != nil {
			t.Fatal(err)
		}
		v.closeInvoice(again, "failed")
		v.page.Shows(t, "Booked")
	})
	t.Run("ReloadedInTheMiddle", func(t *testing.T) {
		v.t = t
		invoice := v.bills("14:00")
		held := v.address()
		v.tab.Do(chromedp.Reload())
		v.page.Until(t, gridDrawn)
		v.goTo(held)
		v.page.Until(t, `document.querySelector('[role="timer"]') && document.querySelector(".ways")`)
		if err := pay(invoice, "tok"); err != nil {
			t.Fatal(err)
		}
		v.closeInvoice(invoice, "paid")
		v.page.Shows(t, "Booked")
	})
	v.t = t
	if n := p.count(t, `SELECT count(*) FROM payment p JOIN booking b ON b.id = p.booking_id WHERE b.member_id = $1 AND b.state = 'confirmed' AND p.state = 'captured'`, who.ID); n != 3 {
		t.Errorf("%d bookings are paid", n)
	}
	if charges := len(p.DC.World().Charges(p.BotID)); charges != 3 {
		t.Errorf("%d charges", charges)
	}
	t.Run("AnOldClientGetsTheInvoiceInTheChat", func(t *testing.T) {
		old := p.visit(t, telegramweb.Visit{Who: who, Version: "6.0"})
		old.day(4)
		old.hold("Net 1", "16:00")
		old.chooseTelegram("Pay ₹600")
		old.page.Shows(t, "The bot has sent you an invoice in the chat")
		if err := user.Pay(t.Context(), sandbox.BotName, invoiceOf(t, user, "16:00", 60000), "tok"); err != nil {
			t.Fatal(err)
		}
		old.page.Shows(t, "Booked")
	})
}
