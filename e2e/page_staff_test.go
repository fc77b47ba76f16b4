package e2e_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/telegramweb"
)

// The first admin answers a few questions, of which some were answered before a reload, and the nets can be booked.
func (p *pages) setsUpClub(t *testing.T) {
	p.inEveryLook(t, telegramweb.Visit{Who: p.Admin}, func(v *visitor, l look) {
		v.page.Until(t, `document.querySelector(".empty button")`)
		browser.Eval[any](t, v.page, `document.querySelector(".empty button").click()`)
		v.page.Until(t, `location.hash === "#/set-up" && document.querySelector("main input")`)
		v.looks("set-up", l)
	})
	v := p.visit(t, telegramweb.Visit{Who: p.Admin})
	v.page.Press(t, "Set up the club")
	v.page.Shows(t, "Question 1 of 6")
	v.fill("main input", "Riverside")
	v.main("Next")
	v.page.Until(t, `document.querySelector("main select")`)
	v.fill("main select", "Asia/Kolkata")
	v.main("Next")
	v.page.Press(t, "INR")
	v.main("Next")
	v.page.Press(t, "4")
	v.page.Until(t, `document.querySelectorAll("main .row input").length === 4`)
	v.readable("nets")
	v.tab.Do(chromedp.Reload())
	v.page.Press(t, "Set up the club")
	v.page.Shows(t, "When are they open?")
	v.page.Press(t, "06:00–22:00")
	v.page.Until(t, `document.querySelectorAll("main input[type=time]").length === 2`)
	v.readable("hours")
	v.main("Next")
	v.page.Until(t, `document.querySelectorAll("main input[type=number]").length === 2`)
	v.fill("main input[type=number]", "300")
	v.main("Next")
	v.page.Shows(t, "Net 1, Net 2, Net 3, Net 4")
	v.readable("summary")
	v.main("Create the club")
	v.page.Until(t, gridDrawn)
}

// readable fails where axe finds something serious.
func (v *visitor) readable(screen string) {
	v.t.Helper()
	for _, found := range v.axeFinds() {
		v.t.Errorf("%s: %s", screen, found)
	}
}

// prepareClub gives the club of the set-up the hours, prices and rules that the journeys expect. Without that club it makes one.
func (p *pages) prepareClub(t *testing.T) {
	t.Helper()
	var err error
	if p.club, err = miniapp.Find(t.Context(), p.boss, "Riverside"); err != nil {
		if p.club, err = miniapp.SetUp(t.Context(), p.boss, "Riverside", "Net 1", "Net 2", "Net 3", "Net 4"); err != nil {
			t.Fatal(err)
		}
	} else if err := p.club.SetHoursAndPrices(t.Context(), p.boss); err != nil {
		t.Fatal(err)
	}
	if err := p.club.Set(t.Context(), p.boss, map[string]any{"pays_online": true}); err != nil {
		t.Fatal(err)
	}
}

// The report of the days ahead has the bookings of the other journeys, and the money that came today.
func (p *pages) seesReports(t *testing.T) {
	member := p.visit(t, telegramweb.Visit{Who: p.someone()})
	member.day(12)
	member.hold("Net 4", "12:00")
	p.paid(t, member.bookingID())
	v := p.visit(t, telegramweb.Visit{Who: p.Admin})
	v.day(12)
	v.page.Press(t, "Club desk")
	v.page.Press(t, "Reports")
	v.page.Press(t, "Next 14 days")
	v.page.Until(t, `document.querySelector(".week td") && document.querySelector(".plot rect")`)
	var report struct {
		Days []struct {
			Bookings int   `json:"bookings"`
			Received int64 `json:"received_minor"`
		} `json:"days"`
	}
	if err := p.boss.Do(t.Context(), http.MethodGet, p.club.Path("/reports?from=%s&to=%s", p.club.Day(0), p.club.Day(13)), nil, http.StatusOK, &report); err != nil {
		t.Fatal(err)
	}
	bookings, received := 0, int64(0)
	for _, d := range report.Days {
		bookings += d.Bookings
		received += d.Received
	}
	if bookings == 0 || received == 0 {
		t.Errorf("%d bookings, %d received", bookings, received)
	}
	if shown := browser.Eval[int](t, v.page, `Number(document.querySelector(".figures dd").textContent)`); shown != bookings {
		t.Errorf("the page counts %d bookings, the server %d", shown, bookings)
	}
	browser.Eval[any](t, v.page, `{ const real = URL.createObjectURL; URL.createObjectURL = (file) => { file.text().then((text) => { window.saved = text; }); return real(file); }; }`)
	v.page.Press(t, "CSV")
	v.page.Until(t, `window.saved`)
	lines, err := csv.NewReader(strings.NewReader(browser.Eval[string](t, v.page, `saved`))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	inFile := 0
	for _, line := range lines {
		if line[0] == "day" && line[3] == "bookings" {
			n, err := strconv.Atoi(line[4])
			if err != nil {
				t.Fatal(err)
			}
			inFile += n
		}
	}
	if inFile != bookings {
		t.Errorf("the file has %d bookings, the page %d", inFile, bookings)
	}
}

// An admin paints a price. Another one changes the prices meanwhile, so the page lays the painting over theirs and asks to save again. Prices that
// overlap have their ranks and name those that give way.
func (p *pages) paintsPrices(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.Admin})
	v.day(1)
	v.goTo("#/prices")
	v.page.Until(t, `document.querySelector(".paint button")`)
	browser.Eval[any](t, v.page, `{ document.querySelector("details").open = true; }`)
	for i, text := range []string{"Weekend", "700", "950"} {
		browser.Eval[any](t, v.page, fmt.Sprintf(`{ const i = document.querySelectorAll("form input")[%d]; i.value = %q; i.dispatchEvent(new Event("input", { bubbles: true })); }`, i, text))
	}
	browser.Eval[any](t, v.page, `document.querySelector("form button").click()`)
	v.page.Press(t, "Saturday 07:00")
	v.page.Press(t, "Sunday 09:00")
	v.page.Until(t, `document.querySelector('[aria-label^="Sunday 08:00, Weekend, ₹700"]')`)

	week := []int{0, 1, 2, 3, 4, 5, 6}
	theirs := []map[string]any{
		{"label": "Early", "rank": 3, "weekdays": week, "from_minute": 360, "to_minute": 420, "member_minor": 30000, "guest_minor": 30000},
		{"label": "Flat", "rank": 2, "weekdays": week, "from_minute": 0, "to_minute": 1440, "member_minor": 50000, "guest_minor": 50000},
	}
	p.replace(t, "/prices", theirs)
	v.main("Save")
	v.page.Shows(t, "Somebody else changed the prices")
	v.page.Until(t, `document.querySelector('[aria-label^="Monday 08:00, Flat"]') && document.querySelector('[aria-label^="Sunday 08:00, Weekend"]')`)
	v.page.Until(t, `document.querySelector('[aria-label="Monday 06:00, Early, ₹300, goes before Flat"]') && document.querySelector('[aria-label="Monday 08:00, Flat, ₹500"]')`)
	const ranks = `[...document.querySelectorAll(".card b")].map((b) => b.textContent.split(" ")[0] + ": " + b.parentNode.querySelector("small:last-child").textContent).join("; ")`
	if got := browser.Eval[string](t, v.page, ranks); got != "Weekend: Rank 3, goes before Flat; Early: Rank 3, goes before Flat; Flat: Rank 2" {
		t.Errorf("the list of prices is %q", got)
	}
	v.main("Save")
	v.page.Shows(t, "Saved.")
	var prices struct {
		Items []struct {
			Label    string `json:"label"`
			Weekdays []int  `json:"weekdays"`
			From     int    `json:"from_minute"`
			To       int    `json:"to_minute"`
			Member   int64  `json:"member_minor"`
		} `json:"items"`
	}
	if err := p.boss.Do(t.Context(), http.MethodGet, p.club.Path("/prices"), nil, http.StatusOK, &prices); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(prices.Items); got != "[{Early [0 1 2 3 4 5 6] 360 420 30000} {Flat [0 1 2 3 4 5 6] 0 1440 50000} {Weekend [0 6] 420 600 70000}]" {
		t.Errorf("the prices are %s", got)
	}
}

// Narrower hours list what they strand before they are saved, and after.
func (p *pages) changesHours(t *testing.T) {
	member := p.visit(t, telegramweb.Visit{Who: p.someone()})
	member.day(14)
	member.hold("Net 3", "06:00")
	id := member.bookingID()
	p.paid(t, id)
	v := p.visit(t, telegramweb.Visit{Who: p.Admin})
	v.day(14)
	v.goTo("#/hours")
	v.page.Until(t, `document.querySelectorAll(".row.open").length === 7`)
	v.fill(".row.open input", "09:00")
	v.page.Press(t, "For every day: Monday")
	v.page.Shows(t, "Would be booked outside the hours")
	v.page.Until(t, `[...document.querySelectorAll(".cards .card")].some((c) => c.textContent.includes("06:00–07:00"))`)
	v.main("Save")
	v.page.Shows(t, "Saved.")
	v.page.Shows(t, "Booked outside the hours")
	if n := p.count(t, `SELECT count(*) FROM opening_hours WHERE club_id = $1 AND opens_minute = 540`, p.club.ID); n != 7 {
		t.Errorf("%d weekdays open at nine", n)
	}
	if err := p.club.SetHoursAndPrices(t.Context(), p.boss); err != nil {
		t.Fatal(err)
	}
	if n := p.count(t, `SELECT count(*) FROM booking WHERE id = $1 AND state = 'confirmed'`, id); n != 1 {
		t.Error("the stranded booking is gone")
	}
}

// Closures are changed by admins only. Other staff see them, without what the server would refuse.
func (p *pages) readsClosures(t *testing.T) {
	who := p.someone()
	if _, err := p.db.Exec(t.Context(), `INSERT INTO club_member (club_id, member_id, role) VALUES ($1, $2, 'staff')`, p.club.ID, who.ID); err != nil {
		t.Fatal(err)
	}
	id := p.closes(t, p.club.Day(22))
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.day(21)
	v.page.Press(t, "Club desk")
	v.page.Press(t, "Closures")
	v.page.Until(t, `document.querySelector("main .card.feed")`)
	if found := browser.Eval[[]string](t, v.page, `[...document.querySelectorAll("main button, main input")].map((b) => b.outerHTML)`); len(found) > 0 {
		t.Errorf("staff who are no admins get %q", found)
	}
	if browser.Eval[bool](t, v.client, `!document.getElementById("main").hidden`) {
		t.Error("staff who are no admins get the main button")
	}
	p.lifts(t, id)
}

// closes closes the club on a day, and returns the closure's id.
func (p *pages) closes(t *testing.T, day string) int64 {
	t.Helper()
	a := act(t, p.boss, p.club.Path("/closures"), "closes-"+day, map[string]any{"every": "once", "reason": "Match", "start": day + "T00:00", "end": day + "T23:00"})
	var made struct {
		Closure struct {
			ID int64 `json:"id"`
		} `json:"closure"`
	}
	if err := a.Into(http.StatusCreated, &made); err != nil {
		t.Fatal(err)
	}
	return made.Closure.ID
}

// lifts lifts a closure.
func (p *pages) lifts(t *testing.T, id int64) {
	t.Helper()
	lifted, err := p.boss.Send(t.Context(), http.MethodDelete, p.club.Path("/closures/%d", id), "", nil)
	if err != nil || lifted.Status != http.StatusNoContent {
		t.Fatalf("lift the closure: %d %v", lifted.Status, err)
	}
}

// replace replaces all hours or prices of the club, as another admin.
func (p *pages) replace(t *testing.T, path string, items []map[string]any) {
	t.Helper()
	if err := p.boss.Do(t.Context(), http.MethodPut, p.club.Path("%s", path), map[string]any{"items": items}, http.StatusOK, &struct{}{}); err != nil {
		t.Fatalf("%s: %v", strings.TrimPrefix(path, "/"), err)
	}
}
