package nets

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"pavilion/sandbox/browser"
)

// A script builds the page under a strict content policy, so the test needs a browser.
func TestPage_ABrowserDrawsEveryOperation(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var spec struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	b.Do(request{Path: "/api/openapi.json"}).Into(t, &spec)
	want := 0
	for _, item := range spec.Paths {
		want += len(item)
	}
	tab := browser.Open(t)
	tab.Do(chromedp.Navigate(b.URL+"/api/docs/"), chromedp.WaitVisible(chromedp.CSS("details")))
	drawn := browser.Read(tab, chromedp.Evaluate[int](`document.querySelectorAll("main details").length`))
	if drawn != want || want < 20 {
		t.Errorf("%d operations are drawn, the description has %d", drawn, want)
	}
	tab.Do(chromedp.Click(chromedp.Search(`//summary[contains(., "/availability")]`)), chromedp.WaitVisible(chromedp.CSS("details[open] table")))
	if seen := tab.Text("details[open]"); !strings.Contains(seen, "date") {
		t.Errorf("an opened operation shows %q", seen)
	}
	tab.Do(chromedp.Navigate(b.URL + "/problems/" + "slot-taken"))
	if seen := tab.Text("body"); !strings.Contains(seen, "slot taken") {
		t.Errorf("the problem's page shows %q", seen)
	}
	if said := tab.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}
