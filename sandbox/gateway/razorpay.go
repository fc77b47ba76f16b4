package gateway

import (
	"crypto/rand"
	"net/http"
	"time"
)

// razorpay is the part of Razorpay's API that Pavilion uses. Requests and answers are JSON, with the key id and the key as basic authentication.
func (g *Gateway) razorpay(mux *http.ServeMux) {
	login := func(r *http.Request) bool {
		id, key, ok := r.BasicAuth()
		return ok && same(id, g.opts.KeyID) && same(key, g.opts.Key)
	}
	refuse := func(w http.ResponseWriter, err error) {
		answer(w, statusOf(err), map[string]any{"error": map[string]string{"code": "BAD_REQUEST_ERROR", "description": err.Error()}})
	}
	mux.HandleFunc("POST /v1/payment_links", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		var want struct {
			Amount      int64             `json:"amount"`
			Currency    string            `json:"currency"`
			Reference   string            `json:"reference_id"`
			Description string            `json:"description"`
			ReturnURL   string            `json:"callback_url"`
			Ends        int64             `json:"expire_by"`
			Notes       map[string]string `json:"notes"`
		}
		if !decode(r, &want) || want.Amount <= 0 || want.Reference == "" || len(want.Reference) > 40 || time.Unix(want.Ends, 0).Sub(g.opts.Now()) < 15*time.Minute {
			refuse(w, errAmount)
			return
		}
		made, again, err := g.create(Razorpay, "plink_", Payment{Reference: want.Reference, Amount: want.Amount, Currency: want.Currency, Title: want.Description, ReturnURL: want.ReturnURL})
		if again || err != nil { // Razorpay refuses a repeated reference
			refuse(w, errReused)
			return
		}
		answer(w, http.StatusOK, razorpayLink(made))
	}))
	mux.HandleFunc("GET /v1/payment_links", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		links := []any{}
		if p, ok := g.Payment(r.URL.Query().Get("reference_id")); ok && p.Dialect == Razorpay {
			links = append(links, razorpayLink(p))
		}
		answer(w, http.StatusOK, map[string]any{"payment_links": links})
	}))
	one := func(show func(p Payment) any) func(w http.ResponseWriter, r *http.Request) {
		return g.guard(login, func(w http.ResponseWriter, r *http.Request) {
			p, ok := g.Payment(r.PathValue("id"))
			if !ok {
				refuse(w, errNone)
				return
			}
			answer(w, http.StatusOK, show(p))
		})
	}
	mux.HandleFunc("GET /v1/payment_links/{id}", one(func(p Payment) any { return razorpayLink(p) }))
	mux.HandleFunc("POST /v1/payment_links/{id}/cancel", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		p, err := g.close(Razorpay, r.PathValue("id"))
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, http.StatusOK, razorpayLink(p))
	}))
	mux.HandleFunc("GET /v1/payments/{id}", one(func(p Payment) any { return razorpayPayment(p) }))
	mux.HandleFunc("GET /v1/payments/{id}/refunds", one(func(p Payment) any {
		items := []any{}
		for _, r := range g.Refunds(p.Charge) {
			items = append(items, razorpayRefund(r))
		}
		return map[string]any{"entity": "collection", "count": len(items), "items": items}
	}))
	mux.HandleFunc("POST /v1/payments/{id}/refund", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		var want struct {
			Amount int64             `json:"amount"`
			Notes  map[string]string `json:"notes"`
		}
		key := r.Header.Get("X-Refund-Idempotency")
		if !decode(r, &want) || len(key) < 10 {
			refuse(w, errAmount)
			return
		}
		made, err := g.refund(r.PathValue("id"), want.Amount, key, want.Notes)
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, http.StatusOK, razorpayRefund(made))
	}))
}

func razorpayRefund(r Refund) map[string]any {
	notes := any([]string{}) // Razorpay sends an empty list if there are none
	if len(r.Notes) > 0 {
		notes = r.Notes
	}
	return map[string]any{"id": r.ID, "entity": "refund", "amount": r.Amount, "payment_id": r.Charge, "status": "processed", "notes": notes}
}

func razorpayLink(p Payment) map[string]any {
	l := map[string]any{
		"id": p.ID, "short_url": p.URL, "status": "created", "reference_id": p.Reference, "amount": p.Amount, "currency": p.Currency,
		"notes": map[string]string{"pavilion_payment": p.Reference}, "payments": nil,
	}
	if p.Charge != "" {
		l["payments"] = []map[string]any{{"payment_id": p.Charge, "amount": p.Amount, "status": string(p.Status)}}
	}
	switch p.Status {
	case Captured:
		l["status"] = "paid"
	case Failed:
		l["status"] = "expired"
		if p.closed {
			l["status"] = "cancelled"
		}
	case Open, Authorized:
	}
	return l
}

// razorpayPayment has no notes, because a payment does not always have those of its link.
func razorpayPayment(p Payment) map[string]any {
	status := string(p.Status)
	if p.Status == Captured && p.Refunded == p.Amount {
		status = "refunded"
	}
	return map[string]any{"id": p.Charge, "entity": "payment", "amount": p.Amount, "currency": p.Currency, "status": status, "amount_refunded": p.Refunded, "notes": []string{}}
}

// razorpayCallbacks returns Razorpay's callbacks for one event.
func razorpayCallbacks(p Payment, what string) []callback {
	event := func(kind string, link bool) callback {
		payload := map[string]any{}
		if p.Charge != "" {
			payload["payment"] = map[string]any{"entity": razorpayPayment(p)}
		}
		if link {
			payload["payment_link"] = map[string]any{"entity": razorpayLink(p)}
		}
		return callback{rand.Text()[:14], kind, map[string]any{"entity": "event", "event": kind, "created_at": time.Now().Unix(), "payload": payload}}
	}
	switch what {
	case "authorized":
		return []callback{event("payment.authorized", false)}
	case "captured":
		return []callback{event("payment.captured", false), event("payment_link.paid", true)}
	case "refunded":
		return []callback{event("refund.processed", false)}
	case "closed":
		return []callback{event("payment_link.cancelled", true)}
	}
	return []callback{event("payment_link.expired", true)}
}
