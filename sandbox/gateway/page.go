package gateway

import (
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"net/http"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed page.html
var pageText string

// page is the checkout page.
func (g *Gateway) page(mux *http.ServeMux) {
	page := template.Must(template.New("page").Parse(pageText))
	show := func(w http.ResponseWriter, r *http.Request, note string) {
		p, ok := g.Payment(r.PathValue("id"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Execute(w, map[string]any{"Payment": p, "Note": note, "Money": money(p.Amount, p.Currency)}) // the client may be gone
	}
	mux.HandleFunc("GET /checkout/{id}", func(w http.ResponseWriter, r *http.Request) { show(w, r, "") })
	mux.HandleFunc("POST /checkout/{id}/{act}", func(w http.ResponseWriter, r *http.Request) {
		act := map[string]func(string) error{"pay": g.Pay, "decline": g.Decline, "authorise": g.Authorise}[r.PathValue("act")]
		if act == nil {
			http.NotFound(w, r)
			return
		}
		if err := act(r.PathValue("id")); err != nil {
			w.WriteHeader(http.StatusConflict)
			show(w, r, err.Error())
			return
		}
		if p, ok := g.Payment(r.PathValue("id")); ok && p.ReturnURL != "" && p.Status == Captured {
			http.Redirect(w, r, p.ReturnURL, http.StatusSeeOther)
			return
		}
		show(w, r, "")
	})
}

// money formats an amount. A float is exact enough for display.
func money(minor int64, code string) string {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return fmt.Sprint(minor, " ", code)
	}
	decimals, _ := currency.Standard.Rounding(unit)
	return message.NewPrinter(language.English).Sprint(currency.Symbol(unit.Amount(float64(minor) / math.Pow10(decimals))))
}
