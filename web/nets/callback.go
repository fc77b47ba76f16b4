package nets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pavilion/booking"
	"pavilion/internal/fault"
	"pavilion/storage"
	"pavilion/web"
)

// Callbacks lists the payment gateways that may call, and their networks. The address threshold does not apply to them: gateways call in bursts, and
// stop calling a server that refuses them.
type Callbacks struct {
	Providers []booking.Provider
	From      []netip.Prefix // required with providers
	// Database is part of the Redis keys of callbacks. Where it is nil, Redis remembers no callbacks.
	Database *storage.Incarnation
}

const callbackPath = "/callbacks/"

// Errors of callbacks. Those of their signatures and bodies are the domain's.
var (
	errCaller    = fault.New(fault.Forbidden, "callback_address")
	errNoCallers = errors.New("http: payment gateways need callback addresses: every callback would be refused")
)

func (c Callbacks) check() error {
	if len(c.Providers) > 0 && len(c.From) == 0 {
		return errNoCallers
	}
	return nil
}

// mayCall tells whether gateways call from an address.
func (c Callbacks) mayCall(a netip.Addr) bool {
	return slices.ContainsFunc(c.From, func(p netip.Prefix) bool { return p.Contains(a) })
}

// callbacks takes the calls of payment gateways.
type callbacks struct {
	server  *web.Server
	booking *booking.Service
	redis   *storage.Redis
	allowed Callbacks
	counted *prometheus.CounterVec // by provider and outcome
	log     *slog.Logger
}

// serve verifies one call and stores its event. The answer is 2xx when the event is stored, now or before; 4xx when the call can never work;
// 5xx when the gateway should call again.
func (c callbacks) serve(w http.ResponseWriter, r *http.Request) {
	provider := booking.Provider(r.PathValue("provider"))
	if !slices.Contains(c.allowed.Providers, provider) {
		c.server.Refuse(w, r, web.ErrNotFound)
		return
	}
	outcome, err := c.take(r, provider)
	c.counted.WithLabelValues(string(provider), outcome).Inc()
	if err != nil {
		c.server.Refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// The outcomes of callbacks in the metric. A gateway whose callbacks are refused takes money that the club does not see.
const (
	callbackStored   = "stored"
	callbackRepeated = "repeated"
	callbackStranger = "stranger" // an address that is not the gateway's
	callbackRefused  = "refused"  // a wrong signature, or a body that is no event
	callbackFailed   = "failed"   // could not be stored
)

// take stores the event of a callback unless it is stored already.
func (c callbacks) take(r *http.Request, provider booking.Provider) (outcome string, err error) {
	ctx := r.Context()
	if !c.allowed.mayCall(web.ClientAddress(ctx)) {
		return callbackStranger, errCaller
	}
	body, err := web.ReadBody(r)
	if err != nil {
		return callbackFailed, err
	}
	event, err := c.booking.VerifyCallback(provider, booking.Callback{Header: r.Header, Body: body})
	if errors.Is(err, booking.ErrForged) || errors.Is(err, booking.ErrCallback) {
		return callbackRefused, web.WithStatus(err, http.StatusBadRequest)
	}
	if err != nil {
		return callbackFailed, err
	}
	name := c.memoryKey(ctx, provider, event, body)
	if c.isRemembered(ctx, name) {
		return callbackRepeated, nil
	}
	if err := c.booking.StoreEvent(ctx, provider, event, body); err != nil {
		return callbackFailed, err
	}
	c.remember(ctx, name) // after the commit: a failed attempt must not count as stored
	return callbackStored, nil
}

// newCallbackCounter makes the metric, with a series for each outcome: an alert needs one that exists before its first increment.
func newCallbackCounter(registry prometheus.Registerer, providers []booking.Provider) (*prometheus.CounterVec, error) {
	counted := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pavilion_callbacks_total", Help: "Callbacks of payment gateways, by outcome."}, []string{"provider", "outcome"})
	for _, p := range providers {
		for _, outcome := range []string{callbackStored, callbackRepeated, callbackStranger, callbackRefused, callbackFailed} {
			counted.WithLabelValues(string(p), outcome)
		}
	}
	return counted, registry.Register(counted)
}

const (
	// callbackMemory is how long Redis remembers a callback: longer than gateways repeat one. Postgres remembers for ever.
	callbackMemory = 4 * 24 * time.Hour
	// redisWait bounds the delay of a callback by Redis.
	redisWait = 100 * time.Millisecond
	// incarnationWait bounds the wait for the database's name. Without it Redis is not asked.
	incarnationWait = 300 * time.Millisecond
)

// memoryKey returns the Redis key of a callback, or an empty text if Redis is not asked. The key contains the database's incarnation, so a callback that
// another database stored is not taken for stored here.
func (c callbacks) memoryKey(ctx context.Context, provider booking.Provider, e booking.Event, body []byte) string {
	if c.redis == nil || !c.redis.Up() || c.allowed.Database == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, incarnationWait)
	defer cancel()
	database, err := c.allowed.Database.Name(ctx)
	if err != nil {
		c.log.LogAttrs(ctx, slog.LevelDebug, "redis is not asked for a callback", slog.Any("error", err))
		return ""
	}
	return callbackName(database, provider, e, body)
}

// callbackName names a callback by its database, its id and its body. Not every gateway signs the id: an old body under the id of a coming event
// must not hide that event.
func callbackName(database string, provider booking.Provider, e booking.Event, body []byte) string {
	digest := sha256.Sum256(append([]byte(e.ID+"\n"), body...))
	return "callback:" + database + ":" + string(provider) + ":" + hex.EncodeToString(digest[:])
}

// isRemembered asks Redis whether a callback is stored already, which spares Postgres the repetitions. Without Redis the answer is no, and
// Postgres drops the repetition by itself.
func (c callbacks) isRemembered(ctx context.Context, name string) bool {
	if name == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, redisWait)
	defer cancel()
	n, err := c.redis.Client().Exists(ctx, name).Result()
	return err == nil && n == 1
}

// remember tells Redis that a callback is stored.
func (c callbacks) remember(ctx context.Context, name string) {
	if name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, redisWait)
	defer cancel()
	if err := c.redis.Client().Set(ctx, name, "", callbackMemory).Err(); err != nil {
		c.log.LogAttrs(ctx, slog.LevelDebug, "a callback is not remembered in redis", slog.Any("error", err))
	}
}
