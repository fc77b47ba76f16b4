package e2e_test

import (
	"errors"
	"testing"

	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/telegramweb"
)

// rains closes a day on which one booking is paid in cash. Somebody takes a time after the preview, so the page shows new figures first.
func (p *pages) rains(t *testing.T, v *visitor, day string) {
	t.Helper()
	v.goTo("#/closures")
	v.page.Until(t, `document.querySelectorAll("input[type=datetime-local]").length === 2`)
	v.fill("input[type=datetime-local]", day+"T06:00")
	v.fill("label:nth-of-type(2) input[type=datetime-local]", day+"T22:00")
	v.page.Press(t, "Or give all money back")
	v.page.Shows(t, "1 booking would be cancelled, people: 1")
	v.page.Shows(t, "Paid in cash")
	const inside = `document.querySelectorAll("#closing-figures + .cards .card").length`
	v.page.Until(t, inside+` === 1`)
	other := p.visit(t, telegramweb.Visit{Who: p.someone()})
	other.day(13)
	other.hold("Net 3", "10:00")
	v.main("Close and give all back")
	v.page.Until(t, `document.querySelector("[role=alert]")`)
	v.page.Shows(t, "2 bookings would be cancelled, people: 2")
	v.page.Until(t, inside+` === 2`)
	for _, found := range v.axeFinds() {
		t.Error(found)
	}
	v.shot("closing")
	v.main("Close and give all back")
	v.page.Until(t, `document.querySelector('li[data-state="for_staff"]')`) // cash goes back by hand
	v.page.Shows(t, "2 of 2 cancelled")
	v.shot("closed")
	if n := p.count(t, `SELECT count(*) FROM closure_run_booking WHERE outcome = 'cancelled'`); n != 2 {
		t.Errorf("%d bookings were cancelled", n)
	}
}

// rainsOnPaid closes a day with three bookings that were paid at the gateway. The page shows that the run goes on, and its end.
func (p *pages) rainsOnPaid(t *testing.T, v *visitor) {
	t.Helper()
	day := p.club.Day(22)
	for i := range 3 {
		payment, err := p.bill(t, p.open(t, p.someone()), miniapp.Slot(day, "10:00", "11:00", p.club.Nets[i]))
		if err := errors.Join(err, p.Gateway.Pay(payment)); err != nil {
			t.Fatal(err)
		}
	}
	paid := func() int {
		return p.count(t, `SELECT count(*) FROM payment p JOIN booking b ON b.id = p.booking_id WHERE b.day = $1 AND p.state = 'captured'`, day)
	}
	until(t, "all is paid", func() bool { return paid() == 3 })
	gate := p.turnstile(t, "refund", `NEW.state = 'done'`)
	v.fill("input[type=datetime-local]", day+"T06:00")
	v.fill("label:nth-of-type(2) input[type=datetime-local]", day+"T22:00")
	v.page.Press(t, "Or give all money back")
	v.page.Shows(t, "3 bookings would be cancelled, people: 3")
	v.page.Until(t, `document.querySelector("#closing-figures dl").textContent.includes("Test payment × 3₹1,800")`)
	v.main("Close and give all back")
	v.page.Until(t, `document.querySelector('li[data-state="refunding"]')?.textContent.includes("3 of 3 cancelled") && document.querySelector('li[data-state="refunding"] progress')`)
	gate.pass()
	v.page.Until(t, `document.querySelector('li[data-state="done"]')?.textContent.includes("Test payment: ₹1,800 of ₹1,800 back")`)
	if n := paid(); n != 0 {
		t.Errorf("%d payments are not refunded", n)
	}
	for _, charge := range p.Gateway.Payments() {
		if refunds := p.Gateway.Refunds(charge.Charge); len(refunds) > 1 {
			t.Errorf("%s is refunded %d times", charge.ID, len(refunds))
		}
	}
}
