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

// A day without times says why, and leads to one that has some.
func (p *pages) leadsOn(t *testing.T) {
	closed := p.club.Day(20)
	id := p.closes(t, closed)
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.day(1)
	for _, c := range []struct{ day, says, press, leadsTo string }{
		{p.club.Day(-1), "These times are over.", "Next day", p.club.Day(0)},
		{closed, "The nets are closed on this day.", "Next day", p.club.Day(21)},
		{p.club.Day(70), "days ahead.", "Today", time.Now().In(p.club.Zone).Format(time.DateOnly)},
	} {
		v.goTo("#/day/" + c.day)
		v.page.Shows(t, c.says)
		browser.Eval[any](t, v.page, `[...document.querySelectorAll(".empty button")].find((b) => b.textContent === "`+c.press+`").click()`)
		v.page.Until(t, `location.hash === "#/day/`+c.leadsTo+`"`)
	}
	p.lifts(t, id)
}

// Times are those of the club's zone. Each screen with times says so where the device has another zone, and only there.
func (p *pages) showsZone(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.tab.SetZone("America/New_York")
	const word = `document.querySelector("h1 ~ .below .zone")?.textContent.startsWith("Club time, now ")`
	v.day(19)
	v.page.Until(t, word)
	v.hold("Net 1", "12:00")
	hold := v.address()
	id := v.bookingID()
	v.page.Until(t, word)
	p.paid(t, id)
	v.reread()
	v.page.Shows(t, "Booked")
	v.page.Until(t, word)
	move := fmt.Sprintf("#/move/%d/%s", id, p.club.Day(19))
	others := []string{"#/bookings", move}
	for _, address := range others {
		v.goTo(address)
		v.page.Until(t, `location.hash === "`+address+`" && document.querySelector(".card, .cell.moving") && `+word)
	}
	v.tab.SetZone("Asia/Kolkata")
	for _, address := range append(others, hold) {
		v.goTo(address)
		v.page.Until(t, `location.hash === "`+address+`" && document.querySelector(".card, .cell.moving, .state.good") && !document.querySelector(".zone")`)
	}
}

// A person waits for a taken time. Once it is free it is offered to them, with the time that is left; declined, it is free to all.
func (p *pages) waits(t *testing.T) {
	first, v := p.visit(t, telegramweb.Visit{Who: p.someone()}), p.visit(t, telegramweb.Visit{Who: p.someone()})
	first.day(15)
	first.hold("Net 1", "07:00")
	v.day(15)
	v.page.Press(t, "Net 1, 07:00, On hold")
	v.main("Tell me if it gets free")
	v.page.Shows(t, "You are on the waitlist.")
	v.goTo("#/bookings")
	v.page.Until(t, `document.querySelector(".card.wait button")`)
	v.page.Shows(t, "Place 1 in the line")
	first.page.Press(t, "Give up")
	first.page.Until(t, `document.querySelector(".cell")`)
	until(t, "the time is offered", func() bool {
		return p.count(t, `SELECT count(*) FROM booking WHERE kind = 'offer' AND state = 'held'`) == 1
	})
	v.reread()
	v.page.Until(t, `document.querySelector(".card.held small")?.textContent.includes("held until")`)
	v.page.Press(t, "07:00–08:00")
	v.page.Until(t, `document.querySelector('[role="timer"]').textContent.includes("offered until")`)
	v.page.Press(t, "Decline")
	v.page.Until(t, `document.querySelector('[aria-label^="Net 1, 07:00, Free"]')`)
}

// The ring of a hold closes with the time that is left, which is also written, and said before the end. It does not move where the person wants
// less motion.
func (p *pages) countsDown(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.day(4)
	v.hold("Net 3", "08:00")
	const part, moves = `parseFloat(document.querySelector(".ring .left").style.strokeDasharray)`, `getComputedStyle(document.querySelector(".ring .left")).transitionDuration !== "0s"`
	v.page.Until(t, part+` > 95 && `+moves)
	var whole float64
	if err := p.db.QueryRow(t.Context(), `SELECT hold_seconds FROM club WHERE id = $1`, p.club.ID).Scan(&whole); err != nil {
		t.Fatal(err)
	}
	if _, err := p.db.Exec(t.Context(), `UPDATE booking SET expires_at = booking_clock() + interval '130 seconds' WHERE id = $1`, v.bookingID()); err != nil {
		t.Fatal(err)
	}
	browser.Eval[any](t, v.page, `{ window.heard = [];
		const says = document.querySelector("[aria-live]");
		new MutationObserver(() => heard.push(says.textContent)).observe(says, { childList: true, characterData: true, subtree: true }); }`)
	v.reread()
	v.page.Until(t, fmt.Sprintf(`%s < %f`, part, 100*131/whole))
	shown := browser.Eval[[]float64](t, v.page, `[`+part+`, document.querySelector(".ring b").textContent.split(":").reduce((m, s) => 60 * m + Number(s), 0)]`)
	if ring, text := shown[0]*whole/100, shown[1]; text < ring || text > ring+1.01 {
		t.Errorf("the ring has %.1f seconds left, and the text says %.0f", ring, text)
	}
	v.page.Until(t, `heard.join() === "3 minutes left,2 minutes left"`) // the page goes from ten minutes to 2:10 in one step
	v.tab.ReduceMotion()
	v.page.Until(t, `!(`+moves+`)`)
}

// weight is the number of bytes of the page's files as they came over the network. What came from the browser's cache does not count.
func (v *visitor) weight() int {
	v.t.Helper()
	return browser.Eval[int](v.t, v.page, `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
		.filter((e) => new URL(e.name).pathname.startsWith("/app/") && e.transferSize > 0).reduce((sum, e) => sum + e.encodedBodySize, 0)`)
}

// A second start draws the day that the device keeps before any answer of the server. It says its age and takes taps; what a tap needs waits for the session.
func (p *pages) startsAgain(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone(), Start: "d" + strings.ReplaceAll(p.club.Day(6), "-", "")})
	v.page.Until(t, `document.querySelector(".cell.free") && !document.querySelector(".age")`)
	if n := v.weight(); n < 30_000 || n > 38_000 {
		t.Errorf("the page starts with %d bytes", n)
	}
	v.tab.Prepare(`{ const real = fetch, waiting = new Promise((answer) => { window.answer = answer; });
		window.fetch = async (r, o) => { if ((r.url ?? r).includes("/api/")) await waiting; return real(r, o); }; }`)
	v.tab.Do(chromedp.Reload())
	v.page.Until(t, `document.querySelector(".age")?.textContent.startsWith("As of ")`)
	v.page.Press(t, "Net 2, 09:00, Free")
	v.page.Until(t, `document.querySelector("dialog .skeleton")`)
	browser.Eval[any](t, v.page, `answer()`)
	v.page.Until(t, `document.querySelector("dialog .total") && !document.querySelector(".age")`)
}
