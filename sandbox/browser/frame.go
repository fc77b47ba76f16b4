package browser

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Frame is the page of one site in a tab, such as an app in a frame of another page. It is found anew for each call, so a reload does not matter.
type Frame struct {
	tab    *Tab
	origin string
}

// Frame returns the page of a site in the tab.
func (tab *Tab) Frame(address string) *Frame {
	tab.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tab.t.Fatal(err)
	}
	return &Frame{tab: tab, origin: u.Scheme + "://" + u.Host}
}

// frameWithin is how long a page may take to appear, or to show what is awaited.
const frameWithin = 2 * time.Minute

// scriptContext is where a page's own scripts run.
type scriptContext struct{ origin, id string }

// noteContext follows the script contexts of the tab. An empty frame has one of its parent's site until it has loaded its page.
func (tab *Tab) noteContext(event any) {
	switch e := event.(type) {
	case *runtime.EventExecutionContextCreated:
		var aux struct {
			IsDefault bool `json:"isDefault"`
		}
		if json.Unmarshal([]byte(e.Context.AuxData), &aux) == nil && aux.IsDefault {
			tab.contexts = append(tab.contexts, scriptContext{e.Context.Origin, e.Context.UniqueID})
		}
	case *runtime.EventExecutionContextDestroyed:
		tab.contexts = slices.DeleteFunc(tab.contexts, func(c scriptContext) bool { return c.id == e.ExecutionContextUniqueID })
	case *runtime.EventExecutionContextsCleared:
		tab.contexts = nil
	}
}

// context returns the oldest context of the frame's site.
func (f *Frame) context() (id string, ok bool) {
	f.tab.mu.Lock()
	defer f.tab.mu.Unlock()
	i := slices.IndexFunc(f.tab.contexts, func(c scriptContext) bool { return c.origin == f.origin })
	if i < 0 {
		return "", false
	}
	return f.tab.contexts[i].id, true
}

// evaluate runs a script in the frame's page. It reports false while there is no page, or when the page went away meanwhile.
func (f *Frame) evaluate(script string) (value json.RawMessage, ok bool, err error) {
	id, ok := f.context()
	if !ok {
		return nil, false, nil
	}
	yes := true
	r, err := chromedp.Call(f.tab.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: script, UniqueContextID: id, ReturnByValue: &yes, AwaitPromise: &yes, UserGesture: &yes})
	switch {
	case err != nil:
		return nil, false, nil //nolint:nilerr // the page was left while the script ran
	case r.ExceptionDetails != nil:
		text := r.ExceptionDetails.Text
		if r.ExceptionDetails.Exception != nil {
			text += " " + r.ExceptionDetails.Exception.Description
		}
		return nil, true, fmt.Errorf("script: %s", text)
	}
	return json.RawMessage(r.Result.Value), true, nil
}

// Eval runs a script in the page and decodes its result.
func Eval[T any](t *testing.T, f *Frame, script string) (value T) {
	t.Helper()
	deadline := time.Now().Add(frameWithin)
	for {
		raw, ok, err := f.evaluate(script)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			if len(raw) > 0 {
				if err := json.Unmarshal(raw, &value); err != nil {
					t.Fatalf("%s: %v", raw, err)
				}
			}
			return value
		}
		if time.Now().After(deadline) {
			t.Fatalf("there is no page of %s", f.origin)
		}
		time.Sleep(20 * time.Millisecond) // a page that is loading tells nobody
	}
}

// Until waits until a condition holds in the page. What the page shows is in the failure.
func (f *Frame) Until(t *testing.T, condition string) {
	t.Helper()
	script := `new Promise((done) => {
		const look = () => { try { return !!(` + condition + `); } catch { return false; } };
		const end = Date.now() + 1000;
		const again = () => look() ? done("") : Date.now() > end ? done(document.body.innerText.slice(0, 1500) || "nothing") : setTimeout(again, 25);
		again();
	})`
	shown := ""
	for deadline := time.Now().Add(frameWithin); time.Now().Before(deadline); {
		if shown = Eval[string](t, f, script); shown == "" {
			return
		}
	}
	t.Fatalf("never: %s\nthe page shows: %s", condition, shown)
}

// Press clicks the first button whose name contains a text, when there is one that can be pressed.
func (f *Frame) Press(t *testing.T, name string) {
	t.Helper()
	text, err := json.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	find := `[...document.querySelectorAll("button")].find((b) => !b.disabled && !b.hidden && (b.getAttribute("aria-label") ?? b.textContent).includes(` + string(text) + `))`
	f.Until(t, find)
	Eval[any](t, f, find+`.click()`)
}

// Shows waits until the page shows a text.
func (f *Frame) Shows(t *testing.T, text string) {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	f.Until(t, `document.body.innerText.includes(`+string(quoted)+`)`)
}
