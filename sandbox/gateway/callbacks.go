package gateway

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// Faults are the faults of the gateway. The zero value has none.
type Faults struct {
	Delay       time.Duration `json:"delay"`        // before a callback is sent
	Copies      int           `json:"copies"`       // number of times that each callback is sent at once; 0 means 1
	Hold        bool          `json:"hold"`         // callbacks are kept until Release
	Corrupt     bool          `json:"corrupt"`      // a bit of the body is flipped after signing
	Silent      bool          `json:"silent"`       // callbacks are dropped
	APIDown     bool          `json:"api_down"`     // the API answers 503
	LoseAnswers int           `json:"lose_answers"` // the next calls that change something take effect without an answer
	Skew        time.Duration `json:"skew"`         // of the clock that signs
	ForgetKeys  bool          `json:"forget_keys"`  // Stripe and Razorpay forget the keys of requests, as they do after a while
}

// SetFaults replaces the faults.
func (g *Gateway) SetFaults(f Faults) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = f
}

// Delivered is one try of a callback.
type Delivered struct {
	Event  string
	Kind   string
	Status int // 0 means no answer
}

// Delivered returns the tries so far.
func (g *Gateway) Delivered() []Delivered {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.delivered)
}

// delivery is a callback that is being sent.
type delivery struct {
	url, secret string
	dialect     Dialect
	id, kind    string
	body        []byte
	faults      Faults
}

// tell sends the callbacks of an event. The mutex is held.
func (g *Gateway) tell(p Payment, what string) {
	for _, m := range callbacks(p, what) {
		body, err := json.Marshal(m.body)
		if err != nil {
			panic(fmt.Errorf("sandbox gateway: callback: %w", err)) // maps and strings
		}
		d := delivery{url: g.opts.Callbacks[p.Dialect], secret: g.opts.Secrets[p.Dialect], dialect: p.Dialect, id: m.id, kind: m.kind, body: body, faults: g.faults}
		switch {
		case d.url == "" || g.faults.Silent:
		case g.faults.Hold:
			g.held = append(g.held, d)
		default:
			g.send(d)
		}
	}
}

// callback is a callback before it is signed.
type callback struct {
	id, kind string
	body     any
}

func callbacks(p Payment, what string) []callback {
	id := "evt_" + rand.Text()[:20]
	switch p.Dialect {
	case Stripe:
		return stripeCallbacks(p, what)
	case Razorpay:
		return razorpayCallbacks(p, what)
	case Native:
	}
	kind := "payment." + what
	return []callback{{id, kind, map[string]any{"id": id, "type": kind, "payment": p}}}
}

// Release sends the held callbacks, reordered by arrange if it is not nil, and ends Hold.
func (g *Gateway) Release(arrange func(n int) []int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults.Hold = false
	order := make([]int, len(g.held))
	for i := range order {
		order[i] = i
	}
	if arrange != nil {
		order = arrange(len(g.held))
	}
	for _, i := range order {
		g.send(g.held[i])
	}
	g.held = nil
}

// Reversed makes Release send the last callback first.
func Reversed(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = n - 1 - i
	}
	return order
}

// send starts the copies of a callback. The mutex is held.
func (g *Gateway) send(d delivery) {
	if g.ctx.Err() != nil {
		return
	}
	for range max(1, d.faults.Copies) {
		if g.pending == 0 {
			g.idle = make(chan struct{})
		}
		g.pending++
		g.done.Go(func() {
			g.deliver(d)
			g.mu.Lock()
			defer g.mu.Unlock()
			if g.pending--; g.pending == 0 {
				close(g.idle)
			}
		})
	}
}

// deliver sends a callback until the answer is 2xx.
func (g *Gateway) deliver(d delivery) {
	wait := d.faults.Delay
	for range g.opts.Tries {
		select {
		case <-g.ctx.Done():
			return
		case <-time.After(wait):
		}
		status := g.post(d)
		g.mu.Lock()
		g.delivered = append(g.delivered, Delivered{d.id, d.kind, status})
		g.mu.Unlock()
		if status >= 200 && status < 300 {
			return
		}
		wait = g.opts.Retry
	}
}

func (g *Gateway) post(d delivery) (status int) {
	body := slices.Clone(d.body)
	header := Sign(d.dialect, d.secret, d.id, body, time.Now().Add(d.faults.Skew))
	if d.faults.Corrupt {
		body[len(body)/2] ^= 1
	}
	req, err := http.NewRequestWithContext(g.ctx, http.MethodPost, d.url, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header = header
	res, err := g.client.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, res.Body) // so that the connection is reused
	_ = res.Body.Close()
	return res.StatusCode
}

// Sign returns the headers of a callback in a dialect.
func Sign(d Dialect, secret, event string, body []byte, at time.Time) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	switch d {
	case Razorpay:
		h.Set("X-Razorpay-Signature", mac(secret, body))
		h.Set("X-Razorpay-Event-Id", event)
	case Stripe:
		h.Set("Stripe-Signature", timed(secret, body, at))
	case Native:
		h.Set("Sandbox-Signature", timed(secret, body, at))
	}
	return h
}

func timed(secret string, body []byte, at time.Time) string {
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), mac(secret, fmt.Appendf(nil, "%d.%s", at.Unix(), body)))
}

func mac(secret string, message []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(message)
	return hex.EncodeToString(m.Sum(nil))
}

// Settled waits until all callbacks are sent.
func (g *Gateway) Settled(ctx context.Context) error {
	g.mu.Lock()
	idle := g.idle
	g.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("sandbox gateway: callbacks on their way: %w", context.Cause(ctx))
	}
}

// control lets another process set faults and act as the payer.
func (g *Gateway) control(mux *http.ServeMux) {
	mux.HandleFunc("POST /control/faults", func(w http.ResponseWriter, r *http.Request) {
		var f Faults
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&f); err != nil {
			answer(w, http.StatusBadRequest, map[string]string{"error": "faults as JSON are needed"})
			return
		}
		g.SetFaults(f)
		answer(w, http.StatusOK, f)
	})
	mux.HandleFunc("POST /control/release", func(w http.ResponseWriter, _ *http.Request) {
		g.Release(Reversed)
		answer(w, http.StatusOK, struct{}{})
	})
	mux.HandleFunc("POST /control/refund/{payment}", func(w http.ResponseWriter, r *http.Request) {
		p, ok := g.Payment(r.PathValue("payment"))
		if !ok || g.RefundOwn(p.ID, p.Amount-p.Refunded) != nil {
			answer(w, http.StatusConflict, map[string]string{"error": "nothing to refund"})
			return
		}
		answer(w, http.StatusOK, struct{}{})
	})
}
