package web

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the layers' own; a feature registers its own ones.
type metrics struct {
	requests     *prometheus.CounterVec
	duration     *prometheus.HistogramVec
	inFlight     prometheus.Gauge
	panics       prometheus.Counter
	refusedEarly *prometheus.CounterVec
	limits       *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pavilion_http_requests_total", Help: "Requests by route, method and status."},
			[]string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pavilion_http_request_seconds", Help: "How long requests took, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"route"}),
		inFlight:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "pavilion_http_in_flight", Help: "Requests under way."}),
		panics:       prometheus.NewCounter(prometheus.CounterOpts{Name: "pavilion_http_panics_total", Help: "Handlers that panicked."}),
		refusedEarly: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pavilion_http_turned_away_total", Help: "Requests refused before their route, by layer."}, []string{"layer"}),
		limits:       prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pavilion_http_limit_total", Help: "Requests counted against a route's limit, by policy and outcome."}, []string{"policy", "outcome"}),
	}
	r.MustRegister(m.requests, m.duration, m.inFlight, m.panics, m.refusedEarly, m.limits)
	// An alert needs a series that exists before its first increment.
	for _, layer := range []string{"address", "global"} {
		m.refusedEarly.WithLabelValues(layer)
	}
	return m
}

func (m *metrics) observe(route, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) countLimit(policy, outcome string) { m.limits.WithLabelValues(policy, outcome).Inc() }
