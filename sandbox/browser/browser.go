// Package browser opens pages in a headless Chromium, for tests of scripts, clicks and content security policies.
package browser

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"pavilion/sandbox/install"
)

// Tab is a browser tab. An error in one of its methods ends the test.
type Tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // chromedp keeps the browser's life in it

	mu         sync.Mutex
	complaints []string
	requests   []string
	contexts   []scriptContext
}

// Open starts a browser with a new profile and one empty tab. It ends with the test.
func Open(t *testing.T) *Tab {
	t.Helper()
	path, err := install.Chromium(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("disable-component-update", true), chromedp.WSURLReadTimeout(2*time.Minute))
	if os.Geteuid() == 0 { // Chromium's own sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	tab := &Tab{t: t}
	var leave context.CancelFunc
	tab.ctx, leave = chromedp.NewContext(allocator, chromedp.WithListener(tab.listen))
	t.Cleanup(leave)
	if _, err := chromedp.Call(tab.ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	if _, err := chromedp.Call(tab.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return tab
}

func (tab *Tab) listen(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.noteContext(event)
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		tab.requests = append(tab.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		if e.Type.String() == "error" {
			text := []string{"console.error:"}
			for _, a := range e.Args {
				text = append(text, string(a.Value)+a.Description)
			}
			tab.complaints = append(tab.complaints, strings.Join(text, " "))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		tab.complaints = append(tab.complaints, text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			tab.complaints = append(tab.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// Do runs actions on the page.
func (tab *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, steps...); err != nil {
		tab.t.Fatal(err)
	}
}

// Prepare runs a script in each page before the page's own.
func (tab *Tab) Prepare(script string) {
	tab.t.Helper()
	if _, err := chromedp.Call(tab.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		tab.t.Fatal(err)
	}
}

// SetZone has the browser's clock show another time zone, such as Asia/Kolkata.
func (tab *Tab) SetZone(zone string) {
	tab.t.Helper()
	if _, err := chromedp.Call(tab.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone}); err != nil {
		tab.t.Fatal(err)
	}
}

// ReduceMotion has the browser say that the person wants less motion.
func (tab *Tab) ReduceMotion() {
	tab.t.Helper()
	less := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(tab.ctx, emulation.SetEmulatedMedia, less); err != nil {
		tab.t.Fatal(err)
	}
}

// Block lets requests fail whose address fits a pattern of the URLPattern API, such as *://*:*/app/later-*. An empty one lets all pass again.
func (tab *Tab) Block(pattern string) {
	tab.t.Helper()
	var blocked []*network.BlockPattern
	if pattern != "" {
		blocked = []*network.BlockPattern{{URLPattern: pattern, Block: true}}
	}
	if _, err := chromedp.Call(tab.ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: blocked}); err != nil {
		tab.t.Fatal(err)
	}
}

// Read evaluates an expression in the page.
func Read[T any](tab *Tab, what chromedp.Action[T]) T {
	tab.t.Helper()
	answer, err := chromedp.Run(tab.ctx, what)
	if err != nil {
		tab.t.Fatal(err)
	}
	return answer
}

// Picture returns what the tab shows, as WebP.
func (tab *Tab) Picture() []byte {
	tab.t.Helper()
	quality := int64(80)
	return Read(tab, func(ctx context.Context, target *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: &quality})
		if err != nil {
			return nil, err
		}
		return r.Data, nil
	})
}

// Text returns the text of an element.
func (tab *Tab) Text(selector chromedp.CSS) string {
	tab.t.Helper()
	return Read(tab, chromedp.Text(selector))
}

// Requests returns the addresses that the pages asked for so far.
func (tab *Tab) Requests() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return slices.Clone(tab.requests)
}

// Complaints returns the errors of the pages so far: exceptions, refused scripts and styles, and error answers.
func (tab *Tab) Complaints() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return slices.Clone(tab.complaints)
}
