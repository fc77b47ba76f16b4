package e2e_test

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// A client on a phone holds the page in a web view. It takes calls by an object of the window, and tells events to a function of the page.
func (p *pages) isOnAPhone(t *testing.T) {
	_, initData, err := p.client.Open(telegramweb.Visit{Who: p.someone()})
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, p: p, tab: browser.Open(t)}
	t.Cleanup(v.check)
	v.page = v.tab.Frame(p.base)
	v.tab.Prepare(`window.told = []; window.TelegramWebviewProxy = { postEvent: (method, params) => told.push({ method, drawn: !!document.querySelector("main"), ...JSON.parse(params) }) };`)
	launch := url.Values{"tgWebAppData": {initData}, "tgWebAppVersion": {"8.0"}, "tgWebAppPlatform": {"android"}}
	v.tab.Do(chromedp.Navigate(p.base + "/app/#" + launch.Encode()))
	v.day(5)
	v.page.Press(t, "Net 4, 09:00, Free")
	v.page.Until(t, `told.findLast((m) => m.method === "web_app_setup_main_button").text.startsWith("Hold")`)
	v.page.Until(t, `document.querySelector("dialog .total")`)
	browser.Eval[any](t, v.page, `Telegram.WebView.receiveEvent("main_button_pressed", null)`)
	v.page.Until(t, `document.querySelector('[role="timer"]')`)
	if ready := browser.Eval[[]bool](t, v.page, `told.filter((m) => m.method === "web_app_ready").map((m) => m.drawn)`); len(ready) != 1 || !ready[0] {
		t.Errorf("the client heard that the page is ready %d times, with something drawn: %v", len(ready), ready)
	}
	if browser.Eval[bool](t, v.page, `told.some((m) => m.method.includes("secure_storage"))`) {
		t.Error("a method of version 9.0 was called in a client of 8.0")
	}
}

// Only the client around the frame is heard. The page is the sender here, as a script of another window would be.
func (p *pages) hearsOnlyItsClient(t *testing.T) {
	who := p.someone()
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.day(5)
	v.page.Press(t, "Net 3, 11:00, Free")
	v.client.Until(t, `document.getElementById("main").textContent.startsWith("Hold") && !document.getElementById("main").disabled`)
	browser.Eval[any](t, v.page, `new Promise((heard) => {
		const real = fetch;
		window.held = 0;
		window.fetch = (r, o) => { if (r.method === "POST" && r.url.endsWith("/holds")) held++; return real(r, o); };
		addEventListener("message", (e) => { if (e.data === "after") setTimeout(heard); });
		postMessage(JSON.stringify({ eventType: "main_button_pressed" }), "*");
		postMessage("after", "*");
	})`)
	if n := browser.Eval[int](t, v.page, `held`); n != 0 {
		t.Errorf("another window's message held a time")
	}
	v.main("Hold")
	v.page.Until(t, `held === 1`)
}
