package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// paid notes the price of a hold as paid at the desk, which confirms it.
func (p *pages) paid(t *testing.T, id int) {
	t.Helper()
	if a := act(t, p.boss, p.club.Path("/bookings/%d/desk-payment", id), fmt.Sprintf("desk-%d", id), map[string]string{"method": "cash"}); a.Status != http.StatusOK {
		t.Fatalf("pay at the desk: %d %s", a.Status, a.Body)
	}
}

// A booking goes to a time that costs as much. One that costs more is refused, with the difference; a change by the staff meanwhile is shown first.
func (p *pages) moves(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	day := v.day(8)
	v.hold("Net 1", "10:00")
	id := v.bookingID()
	p.paid(t, id)
	v.reread()
	v.page.Shows(t, "Booked")
	v.page.Press(t, "Move")
	v.page.Until(t, `document.querySelector('.cell.moving[aria-label*="it moves"]') && document.querySelector(".cell.free")`)
	v.page.Press(t, "Net 2, 18:00, Free")
	v.page.Shows(t, "more than now")
	v.main("Move here")
	v.page.Shows(t, "at the desk")
	v.page.Press(t, "Close")
	v.page.Press(t, "Net 2, 12:00, Free")
	v.page.Shows(t, "The price stays the same")
	if _, err := p.boss.Send(t.Context(), http.MethodPost, p.club.Path("/bookings/%d/reschedule", id), "staff-moves", map[string]any{"start": day + "T11:00", "end": day + "T12:00"}); err != nil {
		t.Fatal(err)
	}
	v.main("Move here")
	v.page.Until(t, `document.querySelector("dialog [role=alert]") && document.querySelector("dialog").textContent.includes("11:00")`)
	v.main("Move here")
	v.page.Shows(t, "12:00–13:00")
	v.page.Shows(t, "Net 2")
}

// The days ahead show how much is free, and lead to a day.
func (p *pages) seesRange(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.day(9)
	v.page.Press(t, "Days ahead")
	v.page.Until(t, `document.querySelectorAll(".heat button").length > 7`)
	hours := func() int {
		return browser.Eval[int](t, v.page, `(() => { const b = document.querySelectorAll(".heat button")[9]; return parseInt(b.textContent.match(/(\d+) hours? free/)[1]); })()`)
	}
	all := hours()
	v.page.Press(t, "Net 3")
	v.page.Until(t, fmt.Sprintf(`parseInt(document.querySelectorAll(".heat button")[9].textContent.match(/(\d+) hours? free/)[1]) < %d`, all))
	if one := hours(); one*4 != all {
		t.Errorf("%d hours are free on one of four nets, %d on all", one, all)
	}
	browser.Eval[any](t, v.page, `document.querySelectorAll(".heat button")[9].click()`)
	v.page.Until(t, `location.hash.includes("/day/`+p.club.Day(9)+`") && document.querySelector(".cell.free")`)
}

// Quiet hours, the language and the calendar's address: the address is shown once and is read without a session, until it is renewed.
func (p *pages) setsUp(t *testing.T) {
	who := p.someone()
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.day(10)
	v.hold("Net 1", "10:00")
	id := v.bookingID()
	p.paid(t, id)
	v.goTo("#/settings")
	v.page.Until(t, `document.querySelector("input[type=checkbox]:not(:disabled)")`)
	browser.Eval[any](t, v.page, `document.querySelector("input[type=checkbox]").click()`)
	v.page.Until(t, `document.querySelector("input[type=time]")?.value === "22:00"`)
	if n := p.count(t, `SELECT count(*) FROM contact WHERE member_id = $1 AND quiet_from = 1320 AND quiet_to = 420`, who.ID); n != 1 {
		t.Error("the quiet hours are not stored")
	}
	v.page.Press(t, "हिन्दी")
	v.page.Until(t, `document.documentElement.lang === "hi" && document.querySelector("h1").textContent === "सेटिंग"`)
	v.page.Press(t, "English")
	v.page.Shows(t, "Quiet hours")
	v.goTo("#/calendar")
	v.page.Press(t, "Make an address: My bookings")
	v.page.Until(t, `document.querySelector(".address input")`)
	address := browser.Eval[string](t, v.page, `document.querySelector(".address input").value`)
	if file := p.readCalendar(t, address, http.StatusOK); strings.Count(file, "BEGIN:VEVENT") != 1 || !strings.Contains(file, fmt.Sprintf("UID:booking-%d-%d@pavilion\r\n", p.club.ID, id)) {
		t.Errorf("the calendar is %q", file)
	}
	v.page.Press(t, "Renew: My bookings")
	v.page.Until(t, `document.querySelector(".address input").value !== "`+address+`"`)
	p.readCalendar(t, address, http.StatusNotFound)
	address = browser.Eval[string](t, v.page, `document.querySelector(".address input").value`)
	p.readCalendar(t, address, http.StatusOK)
	v.page.Press(t, "Google")
	v.client.Until(t, `heard.links.some((l) => l.startsWith("https://calendar.google.com/calendar/r?cid=webcal"))`)
	v.page.Press(t, "Revoke: My bookings")
	v.page.Until(t, `!document.querySelector(".address")`)
	p.readCalendar(t, address, http.StatusNotFound)
}

func (p *pages) readCalendar(t *testing.T, address string, want int) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != want {
		t.Fatalf("%s: %d %s %v", address, a.StatusCode, body, err)
	}
	return string(body)
}

// A payment has a receipt.
func (p *pages) getsReceipt(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.day(11)
	v.hold("Net 1", "10:00")
	p.paid(t, v.bookingID())
	v.reread()
	v.page.Shows(t, "Booked")
	v.page.Press(t, "Receipt")
	v.page.Shows(t, "At the desk")
	v.page.Until(t, `document.querySelector("h1").textContent.startsWith("Receipt ") && document.querySelector(".total dd").textContent === document.querySelector(".when").textContent`)
}

// A person holds a time on one device. The other one, whose day had not changed until then, shows it as theirs, and leads to the hold.
func (p *pages) holdsElsewhere(t *testing.T) {
	who := p.someone()
	phone, desktop := p.visit(t, telegramweb.Visit{Who: who}), p.visit(t, telegramweb.Visit{Who: who})
	desktop.day(11)
	phone.day(11)
	browser.Eval[any](t, desktop.page, `{ const real = fetch; window.unchanged = 0; window.fetch = async (r, o) => {
		const answer = await real(r, o);
		if (r.url.includes("/starts?") && r.headers.get("If-None-Match") && answer.status === 304) unchanged++;
		return answer;
	}; }`)
	desktop.reread()
	desktop.page.Until(t, `unchanged > 0`)
	phone.hold("Net 2", "07:00")
	desktop.reread()
	desktop.page.Press(t, "Net 2, 07:00, Held by you")
	desktop.page.Until(t, `document.querySelector('[role="timer"]')`)
	desktop.page.Press(t, "Give up")
	desktop.page.Until(t, gridDrawn)
	phone.reread()
	phone.page.Shows(t, "Cancelled")
}
