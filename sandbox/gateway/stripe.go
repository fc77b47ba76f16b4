package gateway

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// stripe is the part of Stripe's API that Pavilion uses. Requests are forms, answers JSON, and the secret key is a bearer token.
func (g *Gateway) stripe(mux *http.ServeMux) {
	login := func(r *http.Request) bool { return same(r.Header.Get("Authorization"), "Bearer "+g.opts.Key) }
	refuse := func(w http.ResponseWriter, err error) {
		answer(w, statusOf(err), map[string]any{"error": map[string]string{"type": "invalid_request_error", "message": err.Error()}})
	}
	mux.HandleFunc("POST /v1/checkout/sessions", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		amount, _ := strconv.ParseInt(r.PostFormValue("line_items[0][price_data][unit_amount]"), 10, 64)
		ends, _ := strconv.ParseInt(r.PostFormValue("expires_at"), 10, 64)
		reference := r.PostFormValue("metadata[pavilion_payment]")
		want := Payment{
			Reference: reference, Amount: amount, Currency: strings.ToUpper(r.PostFormValue("line_items[0][price_data][currency]")),
			Title: r.PostFormValue("line_items[0][price_data][product_data][name]"), ReturnURL: r.PostFormValue("success_url"),
		}
		left := time.Unix(ends, 0).Sub(g.opts.Now())
		if amount <= 0 || r.PostFormValue("mode") != "payment" || r.Header.Get("Idempotency-Key") == "" || reference == "" ||
			r.PostFormValue("payment_intent_data[metadata][pavilion_payment]") != reference || left < 30*time.Minute || left > 24*time.Hour {
			refuse(w, errAmount)
			return
		}
		made, _, err := g.create(Stripe, "cs_test_", want)
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, http.StatusOK, stripeSession(made, false))
	}))
	mux.HandleFunc("GET /v1/checkout/sessions/{id}", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		p, ok := g.Payment(r.PathValue("id"))
		if !ok {
			refuse(w, errNone)
			return
		}
		answer(w, http.StatusOK, stripeSession(p, r.URL.Query().Get("expand[0]") == "payment_intent.latest_charge"))
	}))
	mux.HandleFunc("POST /v1/checkout/sessions/{id}/expire", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		p, err := g.close(Stripe, r.PathValue("id"))
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, http.StatusOK, stripeSession(p, false))
	}))
	mux.HandleFunc("GET /v1/refunds", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		charge := r.URL.Query().Get("payment_intent")
		if _, ok := g.Payment(charge); !ok {
			refuse(w, errNone)
			return
		}
		list := []map[string]any{}
		for _, one := range g.Refunds(charge) {
			list = append(list, stripeRefund(one))
		}
		answer(w, http.StatusOK, map[string]any{"object": "list", "data": list, "has_more": false, "url": "/v1/refunds"})
	}))
	mux.HandleFunc("POST /v1/refunds", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		amount, _ := strconv.ParseInt(r.PostFormValue("amount"), 10, 64)
		key := r.Header.Get("Idempotency-Key")
		if key == "" {
			refuse(w, errAmount)
			return
		}
		made, err := g.refund(r.PostFormValue("payment_intent"), amount, key, map[string]string{"pavilion_refund": r.PostFormValue("metadata[pavilion_refund]")})
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, http.StatusOK, stripeRefund(made))
	}))
}

func stripeRefund(r Refund) map[string]any {
	return map[string]any{"id": r.ID, "object": "refund", "amount": r.Amount, "status": "succeeded", "payment_intent": r.Charge, "metadata": r.Notes}
}

func stripeSession(p Payment, expanded bool) map[string]any {
	s := map[string]any{
		"id": p.ID, "object": "checkout.session", "url": p.URL, "client_reference_id": p.Reference, "metadata": map[string]string{"pavilion_payment": p.Reference},
		"amount_total": p.Amount, "currency": strings.ToLower(p.Currency), "status": "open", "payment_status": "unpaid", "payment_intent": nil, "mode": "payment",
	}
	switch p.Status {
	case Captured:
		s["status"], s["payment_status"] = "complete", "paid"
	case Authorized:
		s["status"] = "complete"
	case Failed:
		s["status"] = "expired"
	case Open:
	}
	if p.Charge != "" {
		s["payment_intent"] = p.Charge
		if expanded {
			s["payment_intent"] = map[string]any{"id": p.Charge, "object": "payment_intent", "latest_charge": stripeCharge(p)}
		}
	}
	return s
}

func stripeCharge(p Payment) map[string]any {
	return map[string]any{
		"id": "ch_of_" + p.Charge, "object": "charge", "amount": p.Amount, "amount_captured": p.Amount, "amount_refunded": p.Refunded,
		"currency": strings.ToLower(p.Currency), "payment_intent": p.Charge, "metadata": map[string]string{"pavilion_payment": p.Reference},
	}
}

// stripeCallbacks returns Stripe's callbacks for one event. A capture has two.
func stripeCallbacks(p Payment, what string) []callback {
	event := func(kind string, object map[string]any) callback {
		id := "evt_" + rand.Text()[:20]
		return callback{id, kind, map[string]any{"id": id, "object": "event", "type": kind, "api_version": "2026-03-25.dahlia", "created": time.Now().Unix(), "data": map[string]any{"object": object}}}
	}
	intent := func(status string) map[string]any {
		received := p.Amount
		if status != "succeeded" {
			received = 0
		}
		return map[string]any{
			"id": p.Charge, "object": "payment_intent", "amount": p.Amount, "amount_received": received, "currency": strings.ToLower(p.Currency),
			"status": status, "metadata": map[string]string{"pavilion_payment": p.Reference},
		}
	}
	switch what {
	case "authorized":
		return []callback{event("payment_intent.amount_capturable_updated", intent("requires_capture"))}
	case "captured":
		return []callback{event("payment_intent.succeeded", intent("succeeded")), event("checkout.session.completed", stripeSession(p, false))}
	case "refunded":
		return []callback{event("charge.refunded", stripeCharge(p))}
	}
	return []callback{event("checkout.session.expired", stripeSession(p, false))}
}
