package ops

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pavilion/internal/fault"
	"pavilion/internal/latency"
	"pavilion/internal/secret"
	"pavilion/storage"
	"pavilion/web"
)

// Options are the figures that the endpoints show.
type Options struct {
	Probes  []Probe
	Metrics prometheus.Gatherer
	Latency *latency.Recorder
	Queries *storage.QueryTracer
	Version string        // of the build
	Token   secret.String // opens /metrics, /performance and the pages; empty: they do not exist
	Pages   []Page
	Now     func() time.Time
}

var errOperator = fault.New(fault.Unauthenticated, "operator_only")

// Add adds the endpoints to a server.
func Add(s *web.Server, o Options) {
	h := &health{probes: o.Probes, now: o.Now, stopping: s.Stopping}
	if h.now == nil {
		h.now = time.Now
	}
	s.Handle("GET /health/live", h.live)
	s.Handle("GET /health/ready", h.ready)
	s.Handle("GET /health", h.ready)
	metrics := promhttp.HandlerFor(o.Metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	s.Handle("GET /metrics", operatorOnly(s, o.Token, metrics.ServeHTTP))
	s.Handle("GET /performance", operatorOnly(s, o.Token, performance(o.Version, o.Latency, o.Queries)))
	addPages(s, o)
	addProfiles(s, o)
}

// operatorOnly requires the operator's token. Where none is configured, the address does not exist.
func operatorOnly(s *web.Server, token secret.String, next http.HandlerFunc) http.HandlerFunc {
	want := sha256.Sum256([]byte(token.Reveal()))
	return func(w http.ResponseWriter, r *http.Request) {
		if token.Empty() {
			s.Refuse(w, r, web.ErrNotFound)
			return
		}
		sent, _ := web.BearerToken(r)
		got := sha256.Sum256([]byte(sent)) // equal lengths: the time of the comparison tells nothing
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			s.Refuse(w, r, errOperator)
			return
		}
		next(w, r)
	}
}
