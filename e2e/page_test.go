package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// The Mini App in a real browser, framed as Telegram's web client frames it, over the real program and its servers. The journeys share one scene; each has
// people and times of its own. The one that moves the clock comes last.
func TestPage(t *testing.T) {
	t.Parallel()
	p := openPages(t)
	t.Run("TheFirstAdminSetsTheClubUp", p.setsUpClub)
	p.prepareClub(t)
	p.fillArchive(t)
	t.Run("BooksAndPaysInThreeTaps", p.booksAndPays)
	t.Run("AnInvoiceIsPaidInsideTelegram", p.paysInTelegram)
	t.Run("ReloadSpendsNothing", p.reloads)
	t.Run("ASecondStartDrawsTheLastDayAtOnce", p.startsAgain)
	t.Run("AnotherAccountInTheClientIsAnotherSession", p.changesAccount)
	t.Run("StaleDataIsReopenedFromTheChat", p.reopens)
	t.Run("TheSlowerOfTwoGetsWhatIsNear", p.losesRace)
	t.Run("ALostAnswerIsAskedAgainAndBooksOnce", p.losesAnswer)
	t.Run("APollOfBeforeAnActionIsReadAgain", p.readsAgain)
	t.Run("SigningOutEverywhereSaysItsFailure", p.signsOut)
	t.Run("WithoutAConnectionItSaysSo", p.isOffline)
	t.Run("KeyboardAlone", p.usesKeyboard)
	t.Run("APhonesClientHoldsThePageInAWebView", p.isOnAPhone)
	t.Run("OnlyTheClientAroundTheFrameIsHeard", p.hearsOnlyItsClient)
	t.Run("ABookingMovesWhereItCostsNoMore", p.moves)
	t.Run("AHoldOnAnotherDeviceIsShownAsOnesOwn", p.holdsElsewhere)
	t.Run("ADayWithoutTimesSaysWhyAndLeadsOn", p.leadsOn)
	t.Run("TheZoneIsSaidWhereTheDeviceHasAnother", p.showsZone)
	t.Run("ATakenTimeIsWaitedForAndOffered", p.waits)
	t.Run("TheRingOfAHoldCloses", p.countsDown)
	t.Run("TheDaysAheadLeadToADay", p.seesRange)
	t.Run("QuietHoursAndACalendar", p.setsUp)
	t.Run("APaymentHasAReceipt", p.getsReceipt)
	t.Run("AFileIsFoundAndSentToTheChat", p.findsFiles)
	t.Run("AFilmLeadsToItsSubtitles", p.findsSubtitles)
	t.Run("ASecondVisitOffersTheHomeScreen", p.offersHomeScreen)
	t.Run("OldClientEndsEveryJourney", p.isOld)
	t.Run("HostileNamesAndLinksBreakNothing", p.isHostile)
	t.Run("ABookingAndAFileAreShared", p.shares)
	t.Run("APersonLetsTheBotWrite", p.allowsWrites)
	t.Run("APersonIsAskedForRemindersBeforeTheFirstHold", p.allowsReminders)
	t.Run("TheBannedAreRefusedInTheArchive", p.isBanned)
	t.Run("TheChatAndThePageRefuseAlike", p.refusesAlike)
	t.Run("TheStaffWorkAtTheDesk", p.worksAtTheDesk)
	t.Run("StaffWhoAreNoAdminsReadClosures", p.readsClosures)
	t.Run("ACodeChecksABookingIn", p.scansCode)
	t.Run("ABlockIsDrawnAndRepeated", p.drawsBlock)
	t.Run("ReportsAreOfTheBookings", p.seesReports)
	t.Run("PricesArePaintedOverThoseOfAnotherAdmin", p.paintsPrices)
	t.Run("HoursShowWhatTheyStrand", p.changesHours)
	t.Run("EveryScreenCanBeReadByEverybody", p.looksWell)
	t.Run("LinksLeadToAScreenOfAClub", p.followsLinks)
	t.Run("ADayOf23AndOneOf25Hours", p.changesClock)
	t.Run("TheSheetOfATimeIsFilledIn", p.fillsSheet)
	t.Run("AnExpiredHoldIsSaidAndNothingIsCharged", p.expires)
}

func (p *pages) booksAndPays(t *testing.T) {
	who := p.someone()
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.day(1)
	v.hold("Net 1", "18:00")
	v.client.Until(t, `heard.closing.need_confirmation`)
	v.main("Pay ₹900")
	v.client.Until(t, `heard.links.length === 1`)
	link := browser.Eval[string](t, v.client, `heard.links[0]`)
	v.page.Shows(t, "Waiting for your payment")
	if err := p.Gateway.Pay(link[strings.LastIndex(link, "/")+1:]); err != nil {
		t.Fatal(err)
	}
	v.page.Shows(t, "Booked")
	v.page.Shows(t, "Paid: ₹900")
	v.client.Until(t, `!heard.closing.need_confirmation`)
	const name = `<img src=x onerror="document.title='hostile'">`
	browser.Eval[any](t, v.page, fmt.Sprintf(`{ const i = document.querySelector(".guests input"); i.value = %q; i.dispatchEvent(new Event("input", { bubbles: true })); }`, name))
	v.page.Press(t, "Add")
	v.page.Until(t, `document.querySelector(".guests bdi")?.textContent.includes("<img")`)
	if title := browser.Eval[string](t, v.page, `document.title`); title != "Nets" {
		t.Errorf("a guest's name ran as markup: the title is %q", title)
	}
	v.goTo("#/bookings")
	v.page.Shows(t, "18:00–19:00")
	v.page.Press(t, "18:00–19:00")
	v.page.Press(t, "Cancel booking")
	v.page.Press(t, "Yes, cancel")
	v.page.Shows(t, "Cancelled")
	if n := p.count(t, `SELECT count(*) FROM booking WHERE member_id = $1 AND state = 'cancelled'`, who.ID); n != 1 {
		t.Errorf("%d bookings are cancelled", n)
	}
}

// A reload repeats the signed data, which works once: the stored refresh token comes first.
func (p *pages) reloads(t *testing.T) {
	who := p.someone()
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.day(1)
	for range 2 {
		v.tab.Do(chromedp.Reload())
		v.page.Until(t, gridDrawn)
	}
	if n := p.count(t, `SELECT count(*) FROM session WHERE member_id = $1`, who.ID); n != 1 {
		t.Errorf("%d sessions after two reloads", n)
	}
	if kept := browser.Eval[string](t, v.page, `location.href + JSON.stringify(sessionStorage) + JSON.stringify(localStorage)`); strings.Contains(kept, "hash=") || strings.Contains(kept, "tgWebAppData") {
		t.Error("the page keeps what Telegram signed")
	}
}

func (p *pages) changesAccount(t *testing.T) {
	first, second := p.someone(), p.someone()
	v := p.visit(t, telegramweb.Visit{Who: first})
	v.day(3)
	v.hold("Net 4", "07:00")
	v.open(telegramweb.Visit{Who: second})
	v.page.Until(t, gridDrawn)
	v.goTo("#/bookings")
	v.page.Shows(t, "No bookings ahead")
	if n := p.count(t, `SELECT count(*) FROM session WHERE member_id = $1 AND revoked_at IS NULL`, first.ID); n != 0 {
		t.Errorf("the first account is still signed in %d times", n)
	}
}

func (p *pages) reopens(t *testing.T) {
	who := p.Members[0]
	chat := connect(t, p.Scene, who)
	say(t, chat, "/start")
	await(t, chat, "🏏 Hi")
	v := p.visit(t, telegramweb.Visit{Who: who, Age: 23 * time.Hour})
	v.page.Shows(t, "One more tap")
	v.main("Send me a button")
	v.page.Shows(t, "Look in the chat")
	m, err := chat.Await(t.Context(), sandbox.BotName, func(m *tg.Message) bool { return strings.Contains(m.Message, "fresh button") })
	if err != nil {
		t.Fatal(err)
	}
	button, ok := m.ReplyMarkup.(*tg.ReplyInlineMarkup).Rows[0].Buttons[0].(*tg.KeyboardButtonWebView)
	if !ok || !strings.HasPrefix(button.URL, miniAppURL+"?startapp=pvo") {
		t.Fatalf("the button is %+v", m.ReplyMarkup)
	}
	code := strings.TrimPrefix(button.URL, miniAppURL+"?startapp=")
	v.open(telegramweb.Visit{Who: who, InitData: v.initData, Start: code}) // the client still hands out the old data
	v.page.Until(t, gridDrawn)
	other := p.visit(t, telegramweb.Visit{Who: p.someone(), Age: 23 * time.Hour, Start: code})
	other.page.Shows(t, "One more tap")
}

func (p *pages) losesRace(t *testing.T) {
	fast, slow := p.visit(t, telegramweb.Visit{Who: p.someone()}), p.visit(t, telegramweb.Visit{Who: p.someone()})
	for _, v := range []*visitor{fast, slow} {
		v.day(2)
		v.page.Press(t, "Net 2, 10:00, Free")
		v.page.Until(t, `document.querySelector("dialog .total")`)
	}
	fast.main("Hold")
	fast.page.Until(t, `document.querySelector('[role="timer"]')`)
	slow.main("Hold")
	slow.page.Shows(t, "Somebody ") // was faster, or holds it: the grid may be read again meanwhile
	slow.page.Until(t, `document.querySelectorAll(".near button").length === 3`)
}

// The answer to a hold is lost on the way. Asking again carries the same key, so there is one hold; so does the repetition for which a busy server asks.
func (p *pages) losesAnswer(t *testing.T) {
	who := p.someone()
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.day(2)
	browser.Eval[any](t, v.page, `{ const real = fetch; window.keys = []; window.fetch = async (r, o) => {
		const holds = r.method === "POST" && r.url.endsWith("/holds");
		if (holds && keys.push(r.headers.get("Idempotency-Key")) === 2) return new Response("", { status: 503, headers: { "Retry-After": "1" } });
		const answer = await real(r, o);
		if (holds && keys.length === 1) throw new TypeError("lost");
		return answer;
	}; }`)
	v.page.Press(t, "Net 3, 12:00, Free")
	v.main("Hold")
	v.page.Shows(t, "cannot be reached")
	v.main("Hold")
	v.page.Until(t, `document.querySelector('[role="timer"]')`)
	if keys := browser.Eval[[]string](t, v.page, `keys`); len(keys) != 3 || keys[0] != keys[1] || keys[1] != keys[2] {
		t.Errorf("the keys of one intention: %q", keys)
	}
	if n := p.count(t, `SELECT count(*) FROM booking WHERE member_id = $1`, who.ID); n != 1 {
		t.Errorf("%d bookings of one intention", n)
	}
}

// A poll that began before an action is answered after it, so it shows the state of before. The page is hidden meanwhile, which stops the other polls.
func (p *pages) readsAgain(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.day(5)
	v.hold("Net 3", "09:00")
	browser.Eval[any](t, v.page, `{ const real = fetch; let hidden = false, acted; const action = new Promise((done) => { acted = done; });
		Object.defineProperty(document, "hidden", { get: () => hidden });
		window.see = (shown) => { hidden = !shown; document.dispatchEvent(new Event("visibilitychange")); };
		window.reads = 0;
		window.fetch = async (r, o) => {
			const answer = await real(r, o);
			if (r.method === "GET" && /\/bookings\/\d+$/.test(r.url) && ++reads === 1) await action;
			if (r.method === "POST" && r.url.endsWith("/extend")) acted();
			return answer;
		};
		see(false);
		see(true); }`)
	v.page.Until(t, `reads === 1`)
	browser.Eval[any](t, v.page, `see(false)`)
	v.page.Press(t, "More time")
	v.page.Until(t, `reads === 2`)
}

// A client that can keep secrets takes the session over from the browser's storage. Signing out everywhere counts only when the server has done it.
func (p *pages) signsOut(t *testing.T) {
	who := p.someone()
	const kept = `localStorage.getItem("session") !== null`
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.day(1)
	if !browser.Eval[bool](t, v.page, kept) {
		t.Error("a web client keeps no session")
	}
	v.open(telegramweb.Visit{Who: who, Platform: "ios"})
	v.page.Until(t, gridDrawn+` && !(`+kept+`)`)
	browser.Eval[any](t, v.page, `{ const real = fetch; let failed = false; window.fetch = async (r, o) => {
		if (failed || r.method !== "DELETE") return real(r, o);
		failed = true;
		return new Response("", { status: 500 });
	}; location.hash = "#/settings"; }`)
	signedIn := func() int {
		return p.count(t, `SELECT count(*) FROM session WHERE member_id = $1 AND revoked_at IS NULL`, who.ID)
	}
	v.page.Press(t, "Sign out everywhere")
	v.page.Until(t, `document.querySelector("[role=alert]")`)
	if signedIn() == 0 {
		t.Error("the sessions ended although the server failed")
	}
	v.page.Press(t, "Sign out everywhere")
	v.page.Shows(t, "Open in Telegram")
	if n := signedIn(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

// A time is booked by the keyboard alone. The grid is one stop of the Tab key, which goes from the sheet to the client's main button.
func (p *pages) usesKeyboard(t *testing.T) {
	v := p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.day(4)
	v.page.Until(t, `document.querySelectorAll(".cell.free").length > 20`)
	const focused = `document.activeElement.getAttribute("aria-label")`
	v.tabTo(v.page, `document.activeElement.matches(".cell")`)
	before := browser.Eval[string](t, v.page, focused)
	v.tab.Do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowRight))
	if after := browser.Eval[string](t, v.page, focused); !strings.HasPrefix(before, "Net 1, 06:00") || !strings.HasPrefix(after, "Net 2, 06:30") {
		t.Errorf("the arrows lead from %q to %q", before, after)
	}
	v.tab.Do(chromedp.KeyEvent(kb.Tab))
	if browser.Eval[bool](t, v.page, `document.activeElement.matches(".cell")`) {
		t.Error("Tab goes to another cell of the grid")
	}
	v.tab.Do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	v.page.Until(t, focused+`?.startsWith("Net 2, 06:30")`)
	const open = `document.querySelector("dialog[open] .total") && document.querySelector("dialog").contains(document.activeElement)`
	v.tab.Do(chromedp.KeyEvent(kb.Enter))
	v.page.Until(t, open)
	v.tab.Do(chromedp.KeyEvent(kb.Escape))
	v.page.Until(t, `!document.querySelector("dialog") && `+focused+`.startsWith("Net 2, 06:30")`)
	v.tab.Do(chromedp.KeyEvent(kb.Enter))
	v.page.Until(t, open)
	v.client.Until(t, `!document.getElementById("main").disabled && document.getElementById("main").textContent.includes("Hold")`)
	v.tabTo(v.client, `document.activeElement.id === "main"`)
	v.tab.Do(chromedp.KeyEvent(kb.Enter))
	v.page.Until(t, `document.querySelector('[role="timer"]')`)
}

// tabTo presses Tab until the focus is where a condition of a frame says.
func (v *visitor) tabTo(f *browser.Frame, there string) {
	v.t.Helper()
	for range 60 {
		v.tab.Do(chromedp.KeyEvent(kb.Tab))
		if browser.Eval[bool](v.t, f, there) {
			return
		}
	}
	v.t.Fatalf("Tab never leads to %s", there)
}

// Somebody pays too late for one time, which another person has by then. For another time nobody pays. The page looks for the payment for two minutes, which
// take a second here.
func (p *pages) expires(t *testing.T) {
	v, late := p.visit(t, telegramweb.Visit{Who: p.someone()}), p.visit(t, telegramweb.Visit{Who: p.someone()})
	v.day(3)
	v.hold("Net 1", "08:00")
	late.day(3)
	late.hold("Net 2", "08:00")
	id := late.bookingID()
	browser.Eval[any](t, late.page, `{ const real = setTimeout; window.setTimeout = (run, ms) => real(run, ms >= 1000 && ms !== 12000 ? ms / 100 : ms); }`)
	late.main("Pay")
	late.client.Until(t, `heard.links.length === 1`)
	late.page.Shows(t, "Waiting for your payment")
	late.page.Shows(t, "The club has not heard of your payment yet.")
	link := browser.Eval[string](t, late.client, `heard.links[0]`)
	p.later(t, time.Hour)
	browser.Eval[any](t, v.page, `document.dispatchEvent(new Event("visibilitychange"))`)
	v.page.Shows(t, "The hold has ended")
	v.main("Choose another time")
	v.page.Until(t, gridDrawn)
	v.hold("Net 2", "08:00")
	if err := p.Gateway.Pay(link[strings.LastIndex(link, "/")+1:]); err != nil {
		t.Fatal(err)
	}
	until(t, "the money is back", func() bool {
		return p.count(t, `SELECT count(*) FROM payment WHERE booking_id = $1 AND state = 'refunded'`, id) == 1
	})
	late.reread()
	late.page.Shows(t, "Your payment came after the hold had ended")
	late.page.Shows(t, "You got ₹")
}
