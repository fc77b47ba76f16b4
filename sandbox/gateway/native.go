package gateway

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// same compares secrets in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func decode(r *http.Request, v any) bool {
	return json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(v) == nil
}

// statusOf returns the HTTP status of an error.
func statusOf(err error) int {
	if errors.Is(err, errNone) {
		return http.StatusNotFound
	}
	return http.StatusBadRequest
}

// native is the gateway's own API.
func (g *Gateway) native(mux *http.ServeMux) {
	login := func(r *http.Request) bool { return same(r.Header.Get("Authorization"), "Bearer "+g.opts.Key) }
	refuse := func(w http.ResponseWriter, err error) {
		answer(w, statusOf(err), map[string]any{"error": map[string]string{"message": err.Error()}})
	}
	mux.HandleFunc("POST /v1/checkouts", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		var p Payment
		if !decode(r, &p) || p.Amount <= 0 || p.Reference == "" || r.Header.Get("Idempotency-Key") != p.Reference {
			refuse(w, errAmount)
			return
		}
		made, _, err := g.create(Native, "co_", Payment{Reference: p.Reference, Amount: p.Amount, Currency: p.Currency, Title: p.Title, ReturnURL: p.ReturnURL})
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, http.StatusCreated, made)
	}))
	mux.HandleFunc("GET /v1/checkouts/{id}", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		p, ok := g.Payment(r.PathValue("id"))
		if !ok {
			refuse(w, errNone)
			return
		}
		answer(w, http.StatusOK, p)
	}))
	mux.HandleFunc("POST /v1/checkouts/{id}/close", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		p, err := g.close(Native, r.PathValue("id"))
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, http.StatusOK, p)
	}))
	mux.HandleFunc("POST /v1/charges/{charge}/refunds", g.guard(login, func(w http.ResponseWriter, r *http.Request) {
		var want Refund
		if !decode(r, &want) || r.Header.Get("Idempotency-Key") == "" {
			refuse(w, errAmount)
			return
		}
		made, err := g.refund(r.PathValue("charge"), want.Amount, r.Header.Get("Idempotency-Key"), nil)
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, http.StatusCreated, made)
	}))
}
