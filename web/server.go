package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/cors"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/trace"

	"pavilion/booking"
	"pavilion/internal/latency"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// Deps are the parts that the server works with.
type Deps struct {
	Booking  *booking.Service
	Sessions *Sessions
	Redis    *storage.Redis
	Probes   []Probe // what /health names
	Metrics  *prometheus.Registry
	Latency  *latency.Recorder
	Queries  *storage.QueryTracer
	Tracing  trace.TracerProvider // nil: no traces
}

// Options configure the server.
type Options struct {
	Addr           string
	API            bool // serve /api; without it only the operating endpoints
	TrustedProxies []netip.Prefix
	Origins        []string // sites whose scripts may call the API; none by default
	Limits         Limits
	Admins         []booking.MemberID
	Callbacks      Callbacks
	OperatorToken  secret.String // opens /metrics and /performance; empty: they do not exist
	BotToken       secret.String // what Telegram signs Mini App data with
	Version        string
	StopTimeout    time.Duration // for requests under way; 10 s where 0
	Logger         *slog.Logger
	Now            func() time.Time
}

// Server is the HTTP server.
type Server struct {
	deps    Deps
	opts    Options
	log     *slog.Logger
	proxies proxies
	away    *thresholds
	global  *global
	limits  *limiter
	metrics *metrics
	health  *health
	handler http.Handler
}

const (
	bodyMost      = 64 << 10
	headerMost    = 16 << 10
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = time.Minute
	// requestTimeout bounds the work for one request; a dependency that takes longer is a dependency that is down.
	requestTimeout = 5 * time.Second
)

var errRequestTimeout = errors.New("the request took too long")

// New builds the server; Run opens the port.
func New(deps Deps, o Options) (*Server, error) {
	o.StopTimeout = cmp.Or(o.StopTimeout, 10*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{deps: deps, opts: o, log: o.Logger.With("component", "http"), proxies: o.TrustedProxies, global: newGlobal(o.Limits.GlobalPerSecond)}
	s.metrics = newMetrics(deps.Metrics)
	s.health = newHealth(deps.Probes, o.Now)
	var err error
	if s.away, err = newThresholds(o.Limits.AddressPerSecond); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	if s.limits, err = newLimiter(deps.Redis, o.Now, s.metrics.limited); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	if err := o.Callbacks.check(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.operating(mux)
	if o.API {
		s.api(mux)
		s.page(mux)
		mux.HandleFunc("POST "+callbackPath+"{provider}", s.callback)
	}
	s.handler = s.chain(mux)
	return s, nil
}

// chain puts the layers around the routes; the package comment says why in this order.
func (s *Server) chain(mux *http.ServeMux) http.Handler {
	h := s.fallback(mux)
	h = s.limitSize(h)
	h = s.limitTime(h)
	h = s.limitAll(h)
	if len(s.opts.Origins) > 0 {
		h = cors.New(cors.Options{
			AllowedOrigins: s.opts.Origins, AllowedMethods: []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete},
			AllowedHeaders: []string{"Authorization", "Content-Type", "Idempotency-Key"},
			ExposedHeaders: []string{"Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id", "Idempotency-Replayed"}, MaxAge: 600,
		}).Handler(h)
	}
	h = s.secure(h)
	h = s.observe(h)
	if s.deps.Tracing != nil {
		h = otelhttp.NewHandler(h, "http", otelhttp.WithTracerProvider(s.deps.Tracing))
	}
	return s.turnAway(h)
}

// Run serves until ctx ends and the requests under way are answered.
func (s *Server) Run(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.opts.Addr)
	if err != nil {
		return fmt.Errorf("http: %w", err)
	}
	return s.Serve(ctx, l)
}

// Serve is Run on a listener that is open already.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: headerMost, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		// Requests outlive the signal: Shutdown waits for them.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "listening", slog.String("addr", l.Addr().String()), slog.Bool("api", s.opts.API))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("http: %w", err)
	case <-ctx.Done():
	}
	s.health.stop()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.StopTimeout)
	defer cancel()
	err := srv.Shutdown(stop)
	if err != nil {
		err = errors.Join(fmt.Errorf("http: requests cut off: %w", err), srv.Close())
	}
	if serr := <-served; !errors.Is(serr, http.ErrServerClosed) {
		err = errors.Join(err, serr)
	}
	return err
}
