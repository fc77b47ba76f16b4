package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/telegramweb"
)

// A club has two nets, one of them with a machine for hire. A member narrows the day to it, then takes both nets and the machine for two hours, with guests.
// Another net is more than the club allows to hold. Its bookings are paid at the desk.
func (p *pages) fillsSheet(t *testing.T) {
	c, err := miniapp.SetUp(t.Context(), p.boss, "Northside", "Turf 1", "Turf 2")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Set(t.Context(), p.boss, map[string]any{"quota_held": 2}); err != nil {
		t.Fatal(err)
	}
	var machine struct{}
	hire := map[string]any{"name": "Bowling machine", "per_hour": true, "price_minor": 15000, "active": true}
	if err := p.boss.Do(t.Context(), http.MethodPost, c.Path("/nets/%d/add-ons", c.Nets[0]), hire, http.StatusCreated, &machine); err != nil {
		t.Fatal(err)
	}
	v := p.visit(t, telegramweb.Visit{Who: p.someone(), Start: fmt.Sprintf("c%d_d%s", c.ID, strings.ReplaceAll(c.Day(7), "-", ""))})
	const grid, list = `document.querySelector(".grid .cell.free") && !document.querySelector(".list")`, `document.querySelector(".list .cell.free") && !document.querySelector(".grid")`
	v.page.Until(t, grid)
	v.page.Press(t, "List")
	v.page.Until(t, list)
	v.readable("a day as a list")
	v.page.Press(t, "Grid")
	v.page.Until(t, grid)
	v.page.Press(t, "Bowling machine")
	v.page.Until(t, list+` && [...document.querySelectorAll(".list li")].every((row) => row.textContent.includes("Turf 1"))`)
	v.page.Press(t, "Bowling machine")
	v.page.Until(t, grid)

	v.page.Press(t, "Turf 1, 10:00, Free")
	for _, step := range []struct{ press, total string }{
		{`[...document.querySelectorAll("dialog .choice button")].find((b) => b.textContent === "2 h")`, "₹1,200"},
		{`[...document.querySelectorAll("dialog .choice button")].find((b) => b.textContent === "Turf 2")`, "₹2,400"},
		{`document.querySelector("dialog input[type=checkbox]")`, "₹2,700"},
	} {
		v.page.Until(t, step.press)
		browser.Eval[any](t, v.page, step.press+`.click()`)
		v.page.Until(t, `document.querySelector("dialog .total dd")?.textContent === "`+step.total+`"`)
	}
	const guests = `[...document.querySelectorAll(".guests bdi")].map((g) => g.textContent).join(", ")`
	v.fill("dialog .guests input", "Ravi")
	v.page.Press(t, "Add")
	v.page.Until(t, guests+` === "Ravi"`)
	v.readable("a sheet that is filled in")
	v.main("Hold · ₹2,700")
	v.page.Until(t, `document.querySelector('[role="timer"]') && document.querySelector("h1").textContent === "Turf 1 + Turf 2" && document.querySelector(".price").textContent.includes("Bowling machine")`)
	v.page.Until(t, `document.querySelector(".when").textContent === "10:00–12:00"`)
	held := v.address()
	v.page.Until(t, guests+` === "Ravi"`)
	if n := p.count(t, `SELECT count(*) FROM booking WHERE id = $1 AND guests = '{Ravi}' AND revision = 1`, v.bookingID()); n != 1 {
		t.Error("the guest was not stored with the hold")
	}
	v.fill(".guests input", "Asha")
	v.page.Press(t, "Add")
	v.page.Until(t, guests+` === "Ravi, Asha"`)
	v.readable("a hold with guests")
	v.goTo("#/day/" + c.Day(7))
	v.page.Press(t, "Turf 2, 14:00, Free")
	v.main("Hold")
	v.page.Shows(t, "You already hold as many nets as the club allows at once.")
	v.goTo(held)
	v.main("Confirm booking")
	v.page.Shows(t, "Booked")
	v.page.Shows(t, "Pay at the club’s desk.")
	v.page.Until(t, guests+` === "Ravi, Asha"`)
	v.goTo("#/bookings")
	v.page.Until(t, `document.querySelector(".card bdi")?.textContent === "Ravi, Asha"`)
}
