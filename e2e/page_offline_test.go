package e2e_test

import (
	"testing"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// Without a connection the bookings can be read, with their age. A screen whose file was not loaded says so, and a reload
// leads back to it. A first start, which has nothing to show, asks to try again.
func (p *pages) isOffline(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.expected = []string{"/app/later-"}
	v.day(5)
	v.hold("Net 2", "11:00")
	v.goTo("#/day")
	v.page.Until(t, `document.querySelector(".mine-link .count")`)
	browser.Eval[any](t, v.page, `{ window.real = fetch; window.fetch = () => Promise.reject(new TypeError("offline")); dispatchEvent(new Event("offline")); }`)
	v.page.Shows(t, "No connection. You see the last state this device has.")
	v.page.Press(t, "My bookings")
	v.page.Until(t, `document.querySelector(".card.held")?.textContent.includes("11:00–12:00") && document.querySelector(".notice").textContent.includes("without a connection")`)
	v.readable("bookings without a connection")
	browser.Eval[any](t, v.page, `{ window.fetch = real; dispatchEvent(new Event("online")); }`)
	v.page.Until(t, `document.querySelector(".card.held") && !document.querySelector(".banner, .notice")`)

	v.tab.Block("*://*:*/app/later-*")
	v.goTo("#/archive")
	v.page.Shows(t, "This screen did not load.")
	v.readable("a screen that is missing")
	v.tab.Block("")
	v.page.Press(t, "Reload")
	v.page.Until(t, `location.hash === "#/archive" && document.querySelector("input[type=search]")`)

	v.tab.Prepare(`{ window.real = fetch; window.fetch = (r, o) => (r.url ?? r).includes("/api/") ? Promise.reject(new TypeError("offline")) : real(r, o); }`)
	v.open(telegramweb.Visit{Who: p.someone()}) // whose page keeps nothing of the other's
	v.page.Shows(t, "The club cannot be reached.")
	v.readable("the gate without a connection")
	browser.Eval[any](t, v.page, `{ window.fetch = real; }`)
	v.main("Try again")
	v.page.Until(t, gridDrawn)
}
