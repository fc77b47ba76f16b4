package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// back presses the page's own Back, which pages outside of Telegram and in old clients have, until a screen is drawn.
func (v *visitor) back(drawn string) {
	v.t.Helper()
	v.page.Press(v.t, "‹ Back")
	v.page.Until(v.t, drawn)
}

// A client of 2022 has no storage, no insets, no Back, and opens no links. A member books, pays, moves, waits, cancels and gets a file in it; the staff work
// at the desk.
func (p *pages) isOld(t *testing.T) {
	who, err := p.DC.World().AddUser("9996620011", "Uma", "", "uma_plays", "en")
	if err != nil {
		t.Fatal(err)
	}
	chat := connect(t, p.Scene, who)
	say(t, chat, "/start")
	await(t, chat, "🏏 Hi")
	v := p.visit(t, telegramweb.Visit{Who: who, Version: "6.0"})
	day := v.day(16)
	v.hold("Net 1", "10:00")
	browser.Eval[any](t, v.page, `{ window.opened = []; window.open = (url) => { opened.push(url); }; }`)
	v.main("Pay")
	v.page.Until(t, `opened.length === 1`)
	link := browser.Eval[string](t, v.page, `opened[0]`)
	if err := p.Gateway.Pay(link[strings.LastIndex(link, "/")+1:]); err != nil {
		t.Fatal(err)
	}
	v.page.Shows(t, "Booked")
	v.page.Press(t, "Move")
	v.page.Until(t, `document.querySelector(".cell.moving")`)
	v.page.Press(t, "Net 2, 12:00, Free")
	v.main("Move here")
	v.page.Until(t, `location.hash.startsWith("#/booking/") && document.querySelector(".when").textContent === "12:00–13:00"`)
	v.back(`location.hash.startsWith("#/move/")`)
	v.back(`location.hash.startsWith("#/booking/")`)
	v.back(`document.querySelector(".cell.mine")`)

	if a := act(t, p.boss, p.club.Path("/holds"), "before-the-old", map[string]any{"nets": p.club.Nets[2:3], "start": day + "T10:00", "end": day + "T11:00"}); a.Status != http.StatusCreated {
		t.Fatalf("hold: %d %s", a.Status, a.Body)
	}
	v.reread()
	v.page.Press(t, "Net 3, 10:00, On hold")
	v.main("Tell me if it gets free")
	v.page.Shows(t, "You are on the waitlist.")
	v.page.Press(t, "Close")
	v.page.Press(t, "My bookings")
	v.page.Shows(t, "Place 1 in the line")
	v.page.Press(t, "12:00–13:00")
	v.page.Press(t, "Cancel booking")
	v.page.Press(t, "Yes, cancel")
	v.page.Shows(t, "Cancelled")
	v.back(`location.hash === "#/bookings"`)
	v.back(gridDrawn)

	v.page.Press(t, "Archive")
	v.page.Until(t, `document.querySelector("input[type=search]")`)
	v.fill("input[type=search]", "silver lining s01e01")
	v.page.Press(t, "Silver Lining")
	v.page.Shows(t, "Posted on")
	v.main("Send to my chat")
	awaitFiles(t, chat, 1)
	v.page.Shows(t, "Sent to your chat.")
	v.back(`document.querySelector(".title")`)
	v.back(gridDrawn)

	staff := p.visit(t, telegramweb.Visit{Who: p.Admin, Version: "6.0"})
	staff.day(16)
	staff.page.Press(t, "Club desk")
	staff.page.Until(t, `document.querySelector(".days button")`)
	staff.goTo("#/desk/" + day)
	staff.page.Press(t, "Paid in cash: 10:00–11:00, Net 3")
	staff.page.Until(t, `document.querySelector(".card.confirmed")`)
	staff.back(gridDrawn)
}
