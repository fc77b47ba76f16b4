package e2e_test

import (
	"testing"

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
