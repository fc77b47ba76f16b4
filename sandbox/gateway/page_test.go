package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/gateway"
)

const key = "sandbox-api-key-0123456789"

// checkout creates a payment over the API, as Pavilion does.
func checkout(t *testing.T, g *gateway.Gateway, want gateway.Payment) gateway.Payment {
	t.Helper()
	body, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.URL()+"/v1/checkouts", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Idempotency-Key", want.Reference)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read as far as it matters
	var made gateway.Payment
	if err := json.NewDecoder(res.Body).Decode(&made); err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("%d, %v", res.StatusCode, err)
	}
	return made
}

func TestPage_APersonPaysOrDeclines(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<title>Shop</title><p id=back>Back at the club</p>")) // the browser may be gone
	}))
	t.Cleanup(shop.Close)
	g, err := gateway.Start(gateway.Options{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	tab := browser.Open(t)
	is := func(id string, want gateway.Status) {
		t.Helper()
		if p, _ := g.Payment(id); p.Status != want {
			t.Errorf("the payment is %s, want %s", p.Status, want)
		}
	}

	paid := checkout(t, g, gateway.Payment{Reference: "one", Amount: 125050, Currency: "INR", Title: `Net 1 <script>document.title = "hostile"</script>`, ReturnURL: shop.URL})
	tab.Do(chromedp.Navigate(paid.URL))
	if seen := tab.Text("dl"); !strings.Contains(seen, "1,250.50") || !strings.Contains(seen, "<script>") {
		t.Errorf("the page shows %q", seen)
	}
	if seen := browser.Read(tab, chromedp.Title()); seen != "Sandbox payment" {
		t.Errorf("the page's title is %q: a payment's title ran as a script", seen)
	}
	tab.Do(chromedp.Click(chromedp.CSS(".pay")), chromedp.WaitVisible(chromedp.CSS("#back")))
	is(paid.ID, gateway.Captured)
	tab.Do(chromedp.Navigate(paid.URL))
	if seen := tab.Text("main"); !strings.Contains(seen, "Paid.") {
		t.Errorf("a paid checkout shows %q", seen)
	}

	declined := checkout(t, g, gateway.Payment{Reference: "two", Amount: 900, Currency: "JPY", Title: "Net 2"})
	tab.Do(chromedp.Navigate(declined.URL))
	if seen := tab.Text("dl"); !strings.Contains(seen, "900\n") {
		t.Errorf("the page shows %q", seen)
	}
	tab.Do(chromedp.Click(chromedp.CSS(`form[action$="/decline"] button`)), chromedp.WaitVisible(chromedp.Search(`//dd[text()="failed"]`)))
	is(declined.ID, gateway.Failed)
	if said := tab.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}
