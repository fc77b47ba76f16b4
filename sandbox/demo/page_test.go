package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"pavilion/sandbox/browser"
)

// The demo plays to its end and stays up. A person opens the printed address while it plays; later somebody new books a net there, and pays on the payment
// service's page.
func TestDemo_PlaysToItsEndAndIsJoinedAtThePrintedAddress(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	code, ended := make(chan int, 1), make(chan struct{})
	go func() {
		code <- run(ctx, &screen{to: in}, false)
		_ = in.Close() // never fails
		close(ended)
	}()
	t.Cleanup(func() {
		stop()
		_, _ = io.Copy(io.Discard, out) // the end of a demo whose test has failed is not read
		<-ended
	})
	var transcript strings.Builder
	lines := bufio.NewReader(io.TeeReader(out, &transcript))
	printed := func(begin string) string {
		t.Helper()
		for {
			line, err := lines.ReadString('\n')
			if strings.HasPrefix(line, begin) {
				return strings.TrimSpace(line)
			}
			if err != nil {
				t.Fatalf("the demo ended before %q:\n%s", begin, &transcript)
			}
		}
	}
	address := printed("  http://127.0.0.1:")
	tab := browser.Open(t)
	chats := tab.Frame(address)
	tab.Do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(address))
	chats.Press(t, "Arjun")
	if again := printed("  http://127.0.0.1:"); again != address {
		t.Errorf("%s at first, %s after the transcript", address, again)
	}
	printed("Ctrl-C stops everything")
	if !strings.Contains(transcript.String(), "checks held") || strings.Contains(transcript.String(), "\x1b") {
		t.Errorf("no end, or colours where none were asked for:\n%s", &transcript)
	}
	chats.Until(t, `document.querySelectorAll('.pane[aria-label="Arjun"] li').length > 20`)

	chats.Until(t, `document.querySelector("#name").value = "Nina"`)
	chats.Press(t, "Add")
	chats.Press(t, "Start")
	chats.Press(t, "Open the page")
	app := tab.Frame(framed(t, chats))
	app.Until(t, `document.querySelectorAll(".days button").length > 2 && document.querySelector(".cell, .empty")`)
	browser.Eval[any](t, app, `document.querySelectorAll(".days button")[2].click()`)
	app.Until(t, `document.querySelectorAll(".days button")[2].ariaCurrent && document.querySelector(".cell.free")`)
	browser.Eval[any](t, app, `document.querySelector(".cell.free").click()`)
	chats.Press(t, "Hold")
	app.Until(t, `document.querySelector('[role="timer"]')`)
	browser.Eval[any](t, chats, `{ window.open = (url) => { window.opened = url; }; }`)
	chats.Press(t, "Pay ₹")
	app.Shows(t, "Waiting for your payment")
	payment := browser.Open(t)
	payment.Do(chromedp.Navigate(browser.Eval[string](t, chats, `opened`)), chromedp.Click(chromedp.CSS(".pay")), chromedp.WaitVisible(chromedp.Search(`//p[contains(., "You can close this page")]`)))
	app.Shows(t, "Booked")
	if said := append(tab.Complaints(), payment.Complaints()...); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}

	stop()
	rest, err := io.ReadAll(lines)
	if got := <-code; got != 0 || err != nil || !strings.Contains(string(rest), "Stopping the bot") {
		t.Errorf("stopped with %d, %v:\n%s", got, err, rest)
	}
}

// framed waits until the Mini App is opened, and returns its address.
func framed(t *testing.T, chats *browser.Frame) string {
	t.Helper()
	const src = `document.querySelector("#app iframe").src`
	chats.Until(t, fmt.Sprintf(`%s.startsWith("http")`, src))
	return browser.Eval[string](t, chats, src)
}
