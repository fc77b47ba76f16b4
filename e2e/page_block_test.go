package e2e_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// middle returns the middle of an element of the page, in the tab.
func (v *visitor) middle(selector string) browser.Point {
	v.t.Helper()
	frame := browser.Eval[[]float64](v.t, v.client, `(({ left, top }) => [left, top])(document.getElementById("app").getBoundingClientRect())`)
	cell := browser.Eval[[]float64](v.t, v.page, fmt.Sprintf(`(({ left, top, width, height }) => [left + width / 2, top + height / 2])(document.querySelector(%q).getBoundingClientRect())`, selector))
	return browser.Point{X: frame[0] + cell[0], Y: frame[1] + cell[1]}
}

// drawn is the block on the screen: the nets that are chosen, its start and its end.
const drawn = `[[...document.querySelectorAll('.choice [aria-pressed="true"]')].map((b) => b.textContent).join(), ...[...document.querySelectorAll("input[type=datetime-local]")].map((i) => i.value.slice(11))].join(" ")`

// A block is drawn with a finger or with the keyboard, and repeated. Of three dates one has a booking in the way, so the others are blocked first.
func (p *pages) drawsBlock(t *testing.T) {
	member := p.visit(t, telegramweb.Visit{Who: p.someone()})
	member.day(26)
	member.hold("Net 2", "07:00")
	id := browser.Eval[int](t, member.page, `Number(location.hash.split("/").pop())`)
	p.paid(t, id)

	v := p.visit(t, telegramweb.Visit{Who: p.Admin})
	v.day(19)
	browser.Eval[any](t, v.page, `{ location.hash = "#/block/`+p.club.Day(19)+`"; }`)
	v.page.Until(t, `document.querySelectorAll(".drawn button").length > 20`)
	v.client.Until(t, `heard.swipes?.allow_vertical_swipe === false`)

	browser.Eval[any](t, v.page, `document.querySelector('.drawn [aria-label^="Net 4, 06:30"]').focus()`)
	v.tab.Do(chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.Enter))
	v.page.Until(t, drawn+` === "Net 3,Net 4 06:30 07:30"`)

	browser.Eval[any](t, v.page, `document.querySelector('.drawn [aria-label^="Net 1, 07:30"]').scrollIntoView({ block: "center" })`)
	v.tab.DragFinger(v.middle(`.drawn [aria-label^="Net 1, 06:30"]`), v.middle(`.drawn [aria-label^="Net 2, 08:30"]`))
	v.page.Until(t, drawn+` === "Net 1,Net 2 06:30 09:00"`)
	if n := browser.Eval[int](t, v.page, `document.querySelectorAll('.drawn [aria-pressed="true"]').length`); n != 10 {
		t.Errorf("%d cells are drawn", n)
	}
	v.readable("a drawn block")

	v.fill(`input[type="date"]`, p.club.Day(33))
	v.main("Block")
	v.page.Shows(t, "2 of 3 dates are blocked.")
	v.page.Shows(t, "In the way")
	v.readable("a date that was refused")
	blocks := func() int {
		return p.count(t, `SELECT count(*) FROM booking_slot s JOIN booking b ON b.id = s.booking_id WHERE b.kind = 'block' AND b.state = 'confirmed' AND s.net_id = $1 AND b.day >= $2`, p.club.Nets[1], p.club.Day(19))
	}
	if n := blocks(); n != 2 {
		t.Errorf("%d dates are blocked", n)
	}
	v.fill("select", "cancel")
	v.main("Block")
	v.page.Until(t, `location.hash.startsWith("#/desk/")`)
	if n := blocks(); n != 3 {
		t.Errorf("%d dates are blocked in the end", n)
	}
	if n := p.count(t, `SELECT count(*) FROM booking WHERE id = $1 AND state = 'cancelled'`, id); n != 1 {
		t.Error("the booking in the way is not cancelled")
	}
}
