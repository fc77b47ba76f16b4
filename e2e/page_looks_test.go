package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// look is how a person's client shows the page.
type look struct {
	language, theme string
	width           int64
}

func (l look) String() string { return fmt.Sprintf("%s-%s-%d", l.language, l.theme, l.width) }

// pictures returns the folder for pictures of every screen; "" where none are taken.
func pictures() string { return os.Getenv("PAVILION_SHOTS") }

// looks have each language, theme and width at least once. Pictures are taken in both languages and themes, at the width of a phone.
func looks() []look {
	if pictures() != "" {
		return []look{{"en", "light", 390}, {"en", "dark", 390}, {"hi", "light", 390}, {"hi", "dark", 390}}
	}
	return []look{{"en", "light", 390}, {"hi", "dark", 320}, {"en", "dark", 768}, {"en", "harsh", 1280}}
}

// inEveryLook opens the page in each look.
func (p *pages) inEveryLook(t *testing.T, visit telegramweb.Visit, see func(v *visitor, l look)) {
	t.Helper()
	for _, l := range looks() {
		t.Run(l.String(), func(t *testing.T) {
			visit.Language, visit.Theme = l.language, l.theme
			v := p.visit(t, visit)
			v.tab.Do(chromedp.EmulateViewport(l.width, 844))
			see(v, l)
		})
	}
}

// show opens a screen.
func (v *visitor) show(s screen, l look) {
	v.t.Helper()
	v.page.Until(v.t, `document.querySelector("h1")`)
	v.goTo(s.address)
	v.page.Until(v.t, fmt.Sprintf("document.querySelector(%q)", s.drawn))
	v.looks(s.name, l)
}

// wrappedLabels are the names of inputs that take more than one line.
const wrappedLabels = `[...document.querySelectorAll(".row label")].map((l) => l.firstChild).filter((text) => {
	const range = document.createRange();
	range.selectNodeContents(text);
	return range.getClientRects().length > 1;
}).map((text) => text.textContent)`

// looks fails the test if a screen does not fit in a look, and takes a picture of it.
func (v *visitor) looks(screen string, l look) {
	v.t.Helper()
	v.fits(screen)
	v.shot(fmt.Sprintf("%s-%s-%s", screen, l.language, l.theme))
}

// fits fails the test if the page is too wide, a label wraps, or axe reports a serious problem.
func (v *visitor) fits(screen string) {
	v.t.Helper()
	if over := browser.Eval[int](v.t, v.page, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		v.t.Errorf("%s is %d pixels too wide", screen, over)
	}
	if wrapped := browser.Eval[[]string](v.t, v.page, wrappedLabels); len(wrapped) > 0 {
		v.t.Errorf("%s: labels of more than one line: %q", screen, wrapped)
	}
	v.readable(screen)
}

// shot saves what is shown, where pictures are taken.
func (v *visitor) shot(name string) {
	v.t.Helper()
	if pictures() == "" {
		return
	}
	browser.Eval[any](v.t, v.page, `Promise.allSettled(document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime < Infinity).map((a) => a.finished)).then(() => null)`)
	if err := os.WriteFile(filepath.Join(pictures(), name+".webp"), v.tab.Picture(), 0o600); err != nil {
		v.t.Fatal(err)
	}
}

// screen is an address and an element that shows that the screen is drawn.
type screen struct{ name, address, drawn string }

// looksWell opens every screen in every look.
func (p *pages) looksWell(t *testing.T) {
	who := p.someone()
	first := p.visit(t, telegramweb.Visit{Who: who})
	first.day(6)
	first.hold("Net 2", "18:30")
	held := first.address()
	first.day(7)
	first.hold("Net 2", "18:30")
	paid := first.address()
	number := first.bookingID()
	p.paid(t, number)
	if _, err := p.db.Exec(t.Context(), `INSERT INTO club_member (club_id, member_id, role) VALUES ($1, $2, 'admin')`, p.club.ID, who.ID); err != nil {
		t.Fatal(err)
	}
	payment := p.count(t, `SELECT id FROM payment WHERE booking_id = $1`, number)
	at, err := time.ParseInLocation("2006-01-02T15:04", p.club.Day(7)+"T12:00", p.club.Zone)
	if err != nil {
		t.Fatal(err)
	}
	screens := []screen{
		{"day", "#/day/" + p.club.Day(6), `.cell.mine`},
		{"slot", "#/day/" + p.club.Day(6) + "/" + fmt.Sprint(p.club.Nets[2]) + "/1900", `dialog .total`},
		{"taken", "#/day/" + p.club.Day(6) + "/" + fmt.Sprint(p.club.Nets[1]) + "/1830", `dialog .near`},
		{"hold", held, `[role="timer"]`},
		{"bookings", "#/bookings", `.card`},
		{"settings", "#/settings", `input[type="checkbox"]`},
		{"range", "#/range", `.heat button`},
		{"booking", paid, `.state.good`},
		{"move", fmt.Sprintf("#/move/%d/%s", number, p.club.Day(7)), `.cell.moving`},
		{"moving", fmt.Sprintf("#/move/%d/%s/%d/%d", number, p.club.Day(7), p.club.Nets[2], at.Unix()), `dialog .total`},
		{"receipt", fmt.Sprintf("#/receipt/%d", payment), `.total`},
		{"calendar", "#/calendar", `.card.feed`},
		{"desk", "#/desk/" + p.club.Day(7), `.card.feed`},
		{"block", "#/block/" + p.club.Day(7), `.choice button`},
		{"closures", "#/closures", `.choice button`},
		{"reviews", "#/reviews", `.empty, .card.feed`},
		{"hours", "#/hours", `.row.open`},
	}
	p.inEveryLook(t, telegramweb.Visit{Who: who}, func(v *visitor, l look) {
		for _, s := range screens {
			v.show(s, l)
		}
		v.show(screen{"prices", "#/prices", `.paint button`}, l)
		browser.Eval[any](v.t, v.page, `{ document.querySelector("details").open = true; }`)
		v.looks("new-price", l)
		v.show(screen{"reports", "#/reports", `.week td`}, l)
		browser.Eval[any](v.t, v.page, `document.querySelector(".choice button").click()`) // the days ahead, which have bookings
		v.page.Until(v.t, `document.querySelector(".choice button").ariaPressed === "true" && [...document.querySelectorAll(".week td")].some((c) => c.textContent !== "0%")`)
		v.looks("reports", l)
		v.show(screen{"search", "#/archive", `input[type="search"]`}, l)
		v.fill(`input[type="search"]`, "silver")
		v.page.Until(v.t, `document.querySelector(".title")`)
		v.looks("archive", l)
		browser.Eval[any](v.t, v.page, `document.querySelector(".title .card").click()`)
		v.page.Until(v.t, `document.querySelector("main.booking h1 bdi")`)
		v.looks("file", l)
	})
	p.inEveryLook(t, telegramweb.Visit{Who: p.someone(), Age: 23 * time.Hour}, func(v *visitor, l look) {
		v.page.Until(v.t, `document.querySelector(".gate h1")`)
		v.looks("gate", l)
	})
}
