package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"pavilion/sandbox"
	"pavilion/sandbox/browser"
	"pavilion/sandbox/install"
	"pavilion/sandbox/telegramweb"
	"pavilion/sandbox/world"
)

// pages is a scene whose club's page is opened in Telegram's web client, as the sandbox plays it. There is no club at first.
type pages struct {
	*nets

	client *telegramweb.Client
	axe    string // the script of axe-core
	seen   int    // people so far
}

// miniAppURL is the address on the bot's buttons. Telegram takes https only; the web client of the sandbox opens the local server instead.
const miniAppURL = "https://club.example/app/"

func openPages(t *testing.T) *pages {
	t.Helper()
	client, err := telegramweb.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		for _, fault := range client.Faults() {
			t.Errorf("the page's mistake in Telegram's protocol: %s", fault)
		}
	})
	p := &pages{client: client}
	p.nets = prepareNets(t, sandbox.Options{Gateway: true, CallbackTries: 3, Env: map[string]string{
		"PAVILION_TELEGRAM_WEB": client.Origin(), "PAVILION_MINI_APP_URL": miniAppURL,
		"PAVILION_TELEGRAM_PROVIDER_TOKEN": sandbox.ProviderToken,
	}})
	p.serve(t)
	p.boss = p.open(t, p.Admin)
	client.Serve(telegramweb.Options{BotToken: sandbox.BotToken, App: p.base + "/app/"})
	if err := install.HindiFont(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, modules, err := install.Node(t.Context(), filepath.Join("..", "web", "app"))
	if err != nil {
		t.Fatal(err)
	}
	axe, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	p.axe = string(axe)
	return p
}

// someone is a person who has not opened the page before.
func (p *pages) someone() world.User {
	p.seen++
	return world.User{ID: 4_500_000_000 + int64(p.seen), First: fmt.Sprintf("Guest %d", p.seen)}
}

// visitor is a person's browser with the page open.
type visitor struct {
	t        *testing.T
	p        *pages
	tab      *browser.Tab
	client   *browser.Frame // Telegram around the page
	page     *browser.Frame
	initData string
	expected []string // parts of complaints that this journey causes
}

// visit opens the page in a browser of its own.
func (p *pages) visit(t *testing.T, v telegramweb.Visit) *visitor {
	t.Helper()
	one := &visitor{t: t, p: p, tab: browser.Open(t)}
	one.tab.Do(chromedp.EmulateViewport(390, 844))
	one.open(v)
	t.Cleanup(one.check)
	return one
}

// open opens the page in the same browser.
func (v *visitor) open(visit telegramweb.Visit) {
	v.t.Helper()
	address, initData, err := v.p.client.Open(visit)
	if err != nil {
		v.t.Fatal(err)
	}
	v.initData, v.client, v.page = initData, v.tab.Frame(v.p.client.Origin()), v.tab.Frame(v.p.base)
	v.tab.Do(chromedp.Navigate(address))
}

// refusal is a browser's line about an answer of the API by which it refuses something, as the page then shows. A failure of the server is none.
var refusal = regexp.MustCompile(`^Failed to load resource: the server responded with a status of (401|403|404|409) .*/api/v1/`)

// check fails for everything that a page must not do: errors, violations of its content policy, requests to other sites. openPages reads the mistakes in
// Telegram's protocol.
func (v *visitor) check() {
	for _, c := range v.tab.Complaints() {
		if !refusal.MatchString(c) && !slices.ContainsFunc(v.expected, func(part string) bool { return strings.Contains(c, part) }) {
			v.t.Errorf("the browser complains: %s", c)
		}
	}
	for _, r := range v.tab.Requests() {
		u, err := url.Parse(r)
		if err != nil || u.Scheme != "data" && u.Scheme != "blob" && !strings.HasPrefix(r, v.p.base) && !strings.HasPrefix(r, v.p.client.Origin()) {
			v.t.Errorf("the page asks another site: %s", r)
		}
		if strings.Contains(r, "tgWebAppData") && !strings.Contains(r, "#") {
			v.t.Errorf("signed data is in the address of a request")
		}
	}
}

// main presses Telegram's main button, which must have a text.
func (v *visitor) main(text string) {
	v.t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		v.t.Fatal(err)
	}
	button := `document.getElementById("main")`
	v.client.Until(v.t, `!`+button+`.hidden && !`+button+`.disabled && `+button+`.textContent.includes(`+string(quoted)+`)`)
	browser.Eval[any](v.t, v.client, button+`.click()`)
}

// goTo opens a screen by its address, which begins with "#/". It returns when the screen before it, whose buttons may have the same names, is gone.
func (v *visitor) goTo(address string) {
	v.t.Helper()
	browser.Eval[any](v.t, v.page, fmt.Sprintf(`{
		const screen = () => location.hash.split("/")[1] ?? "day";
		const before = screen();
		const drawn = document.querySelector("main");
		location.hash = %q;
		window.isGone = () => !drawn?.isConnected || screen() === before;
	}`, address))
	v.page.Until(v.t, `isGone()`)
}

// choose presses the button of a row of choices that has a name. Cells of a grid may begin with the same name.
func (v *visitor) choose(name string) {
	v.t.Helper()
	button := fmt.Sprintf(`[...document.querySelectorAll(".choice button")].find((b) => b.textContent === %q)`, name)
	v.page.Until(v.t, button)
	browser.Eval[any](v.t, v.page, button+`.click()`)
}

// address is the address of the screen.
func (v *visitor) address() string {
	v.t.Helper()
	return browser.Eval[string](v.t, v.page, `location.hash`)
}

// bookingID is the id of the booking that the screen shows.
func (v *visitor) bookingID() int {
	v.t.Helper()
	return browser.Eval[int](v.t, v.page, `Number(location.hash.split("/").pop())`)
}

// gridDrawn is true once a day is drawn. Late in the evening today has no free times any more.
const gridDrawn = `document.querySelector(".cell.free, .empty")`

// day opens the grid of a day some days ahead.
func (v *visitor) day(ahead int) string {
	v.t.Helper()
	day := v.p.club.Day(ahead)
	v.page.Until(v.t, `document.querySelector("main h1") && !document.querySelector(".gate")`)
	v.goTo("#/day/" + day)
	v.page.Until(v.t, `document.querySelector('.days button[aria-current]') && document.querySelector('.cell.free')`)
	return day
}

// reread makes the page read its data again, as it does when the network is back.
func (v *visitor) reread() {
	v.t.Helper()
	browser.Eval[any](v.t, v.page, `{ for (const e of ["offline", "online"]) dispatchEvent(new Event(e)); }`)
}

// hold holds a time from its cell.
func (v *visitor) hold(net, clock string) {
	v.t.Helper()
	v.page.Press(v.t, net+", "+clock+", Free")
	v.main("Hold")
	v.page.Until(v.t, `document.querySelector('[role="timer"]')`)
}

// axeFinds lists the violations that axe-core calls serious or critical.
func (v *visitor) axeFinds() []string {
	v.t.Helper()
	if !browser.Eval[bool](v.t, v.page, `typeof axe !== "undefined"`) {
		browser.Eval[any](v.t, v.page, `(() => { `+v.p.axe+` })(); void 0`)
	}
	return browser.Eval[[]string](v.t, v.page, `axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations
		.filter((x) => x.impact === "serious" || x.impact === "critical")
		.map((x) => x.id + ": " + x.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + n.failureSummary.slice(0, 300)).join(" | ")))`)
}
