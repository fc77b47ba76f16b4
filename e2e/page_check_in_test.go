package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// The member shows a code, and the staff scan it, or type it where the client has no scanner.
func (p *pages) scansCode(t *testing.T) {
	member := p.visit(t, telegramweb.Visit{Who: p.someone()})
	day := member.day(17)
	member.hold("Net 3", "07:00")
	id := browser.Eval[int](t, member.page, `Number(location.hash.split("/").pop())`)
	p.paid(t, id)
	member.reread()
	member.page.Press(t, "Check-in code")
	member.page.Until(t, `document.querySelector(".qr img")?.naturalWidth > 100`)
	member.readable("a check-in code")
	code := browser.Eval[string](t, member.page, `document.querySelector(".qr b").textContent`)
	var others []int
	for _, clock := range []string{"09:00", "11:00"} {
		member.day(17)
		member.hold("Net 3", clock)
		others = append(others, member.bookingID())
		p.paid(t, member.bookingID())
	}

	v := p.visit(t, telegramweb.Visit{Who: p.Admin})
	v.day(17)
	scan := func(text string) {
		t.Helper()
		v.page.Press(t, "Scan")
		v.client.Until(t, `heard.scan`)
		browser.Eval[any](t, v.client, fmt.Sprintf(`{ delete heard.scan; app.readQR(%q); }`, text))
		v.client.Until(t, `heard.scanned`)
		browser.Eval[any](t, v.client, `{ delete heard.scanned; }`)
	}
	browser.Eval[any](t, v.page, `{ location.hash = "#/desk/`+p.club.Day(18)+`"; }`)
	scan(code)
	v.page.Shows(t, "That booking is on another day.")
	scan("https://example.com")
	v.page.Shows(t, "No booking of this club has that code.")
	browser.Eval[any](t, v.page, `{ location.hash = "#/desk/`+day+`"; }`)
	v.page.Until(t, `document.querySelector(".sheet-list .card")`)
	scan(code)
	v.page.Shows(t, "It is too early to check in.")

	old := p.visit(t, telegramweb.Visit{Who: p.Admin, Version: "6.3"})
	old.day(17)
	browser.Eval[any](t, old.page, `{ location.hash = "#/desk/`+day+`"; }`)
	old.page.Until(t, `document.querySelector("form input")`)
	if browser.Eval[bool](t, old.page, `document.querySelector("main").textContent.includes("Scan")`) {
		t.Error("a client without a scanner has the button")
	}
	// The check-in opens weeks before, because the clock of the scene cannot go back. The server reads it again after a change of the settings.
	if _, err := p.db.Exec(t.Context(), `UPDATE club SET check_in_minutes = $2 WHERE id = $1`, p.club.ID, int((20*24*time.Hour)/time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := p.club.SetHoursAndPrices(t.Context(), p.boss); err != nil {
		t.Fatal(err)
	}
	old.fill("form input", strings.ToLower(code))
	old.page.Press(t, "Here")
	old.page.Shows(t, "Here: 07:00–08:00, Net 3")
	if n := p.count(t, `SELECT count(*) FROM booking WHERE id = $1 AND state = 'checked_in'`, id); n != 1 {
		t.Error("the booking is not checked in")
	}
	p.attends(t, member, v, others[0], others[1])
	if err := p.club.Set(t.Context(), p.boss, map[string]any{"pays_online": true}); err != nil {
		t.Fatal(err)
	}
}

// attends checks one booking of a member in by their own tap, and another as a no-show, which is taken back. The staff look at the day of both.
func (p *pages) attends(t *testing.T, member, staff *visitor, here, away int) {
	t.Helper()
	member.tab.Do(chromedp.Reload())
	member.page.Until(t, gridDrawn)
	member.goTo(fmt.Sprintf("#/booking/%d", here))
	member.main("I’m here")
	member.page.Shows(t, "Checked in")

	// A booking that began half an hour ago, because the clock of the scene cannot go back.
	if _, err := p.db.Exec(t.Context(), `UPDATE booking_slot SET during = began, occupied = began FROM tstzrange(now() - interval '30 minutes', now() + interval '30 minutes') began WHERE booking_id = $1`, away); err != nil {
		t.Fatal(err)
	}
	staff.reread()
	staff.page.Press(t, "Not there: ")
	staff.page.Until(t, `document.querySelector(".card.no_show")?.textContent.includes("Not there")`)
	member.goTo("#/bookings")
	member.page.Until(t, `document.querySelectorAll(".card.checked_in").length === 2 && document.querySelector(".past .card.no_show")`)
	member.readable("bookings that are over")
	member.page.Press(t, "Not there")
	member.page.Shows(t, "You were not there")
	staff.page.Press(t, "Was there: ")
	staff.page.Until(t, `!document.querySelector(".card.no_show") && document.querySelector(".card.confirmed")`)
	if n := p.count(t, `SELECT count(*) FROM booking WHERE id = $1 AND state = 'confirmed'`, away); n != 1 {
		t.Error("the no-show is not taken back")
	}
}
