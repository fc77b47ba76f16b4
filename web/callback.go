package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// Callbacks are the payment gateways that may call, and from where.
type Callbacks struct {
	Providers []booking.Provider
	From      []netip.Prefix // nobody where empty
}

const callbackPath = "/callbacks/"

// Errors of callbacks. Those of their signatures and bodies are the domain's.
var (
	errCaller    = fault.New(fault.Forbidden, "callback_address", "Callbacks are not taken from this address.")
	errNoCallers = errors.New("http: callbacks are to be taken, and from no address: every one would be refused")
)

func (c Callbacks) check() error {
	if len(c.Providers) > 0 && len(c.From) == 0 {
		return errNoCallers
	}
	return nil
}

// callback takes one call of a gateway: from an address that may call, with a signature over the raw body, into the inbox. The answer is 2xx
// when the event is safe, also where it was safe before; 4xx when the call can never work; 5xx when the gateway should call again.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	provider := booking.Provider(r.PathValue("provider"))
	if !slices.Contains(s.opts.Callbacks.Providers, provider) {
		s.refuse(w, r, errNotFound)
		return
	}
	if !s.mayCall(exchangeOf(ctx).address) {
		s.refuse(w, r, errCaller)
		return
	}
	body, err := io.ReadAll(r.Body) // limitSize caps it
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			s.refuse(w, r, errTooLarge)
			return
		}
		s.refuse(w, r, errSlowBody)
		return
	}
	event, err := s.deps.Booking.VerifyCallback(provider, booking.Callback{Header: r.Header, Body: body})
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	name := callbackName(provider, event, body)
	if s.known(ctx, name) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err := s.deps.Booking.KeepEvent(ctx, provider, event, body); err != nil {
		s.refuse(w, r, err)
		return
	}
	s.remember(ctx, name) // only now: a try that failed must not count as done
	w.WriteHeader(http.StatusNoContent)
}

// mayCall tells whether an address is one that gateways call from.
func (s *Server) mayCall(a netip.Addr) bool {
	return slices.ContainsFunc(s.opts.Callbacks.From, func(p netip.Prefix) bool { return p.Contains(a) })
}

// calls tells whether a request is a callback from where callbacks come. Gateways call in bursts, and one that is turned away for long
// enough stops calling, so the threshold for addresses is not for them.
func (s *Server) calls(r *http.Request, address netip.Addr) bool {
	return strings.HasPrefix(r.URL.Path, callbackPath) && s.mayCall(address)
}

// callbackKept is how long Redis remembers a callback: longer than gateways repeat one by themselves. Postgres remembers for ever.
const callbackKept = 4 * 24 * time.Hour

// callbackName names a callback by its id and its body, because not every gateway signs the id: a body sent again under the id of an event
// to come must not hide that event.
func callbackName(provider booking.Provider, e booking.Event, body []byte) string {
	digest := sha256.Sum256(append([]byte(e.ID+"\n"), body...))
	return "callback:" + string(provider) + ":" + hex.EncodeToString(digest[:])
}

// known asks Redis whether a callback is safe already; that spares Postgres the repeats. Without Redis nothing is known, and Postgres drops
// the repeats by itself.
func (s *Server) known(ctx context.Context, name string) bool {
	if s.deps.Redis == nil || !s.deps.Redis.Up() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	n, err := s.deps.Redis.Client().Exists(ctx, name).Result()
	return err == nil && n == 1
}

// remember notes a callback that is safe.
func (s *Server) remember(ctx context.Context, name string) {
	if s.deps.Redis == nil || !s.deps.Redis.Up() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	if err := s.deps.Redis.Client().Set(ctx, name, "", callbackKept).Err(); err != nil {
		s.log.LogAttrs(ctx, slog.LevelDebug, "a callback is not remembered in redis", slog.Any("error", err))
	}
}
