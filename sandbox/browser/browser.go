// Package browser opens pages in a headless Chromium, for the tests of pages: what a script draws, what a click does, and what a
// content security policy forbids are the browser's to judge.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"pavilion/sandbox/install"
)

var errNoChromium = errors.New("no Chromium found: install it (Debian: apt install chromium)")

// Find finds a Chromium, or installs it where that can be done without asking.
func Find(ctx context.Context) (path string, err error) {
	for range 2 {
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
			if path, ok := install.Binary(name); ok {
				return path, nil
			}
		}
		if err := install.Apt(ctx, "chromium"); err != nil {
			return "", fmt.Errorf("%w: %w", errNoChromium, err)
		}
	}
	return "", errNoChromium
}

// Tab is a page that somebody looks at. chromedp's actions run in its Context.
type Tab struct {
	Context context.Context //nolint:containedctx // chromedp keeps the browser's life in it
	Close   func()

	mu         sync.Mutex
	complaints []string
}

// Open starts a browser with a profile of its own and one empty tab; it ends with ctx or Close.
func Open(ctx context.Context) (*Tab, error) {
	path, err := Find(ctx)
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 { // Chromium's own sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	t := &Tab{}
	tab, leave := chromedp.NewContext(allocator, chromedp.WithListener(t.listen))
	t.Context, t.Close = tab, func() { leave(); stop() }
	if _, err := chromedp.Call(t.Context, log.Enable, cdp.Empty{}); err != nil {
		t.Close()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return t, nil
}

func (t *Tab) listen(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		t.complaints = append(t.complaints, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			t.complaints = append(t.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// Complaints are the errors of the pages so far: exceptions, refused scripts and styles, answers that are errors.
func (t *Tab) Complaints() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.complaints)
}
