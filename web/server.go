package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/cors"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/trace"

	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/storage"
)

// Deps are the parts that the server works with.
type Deps struct {
	Redis   *storage.Redis // nil: limits count in this process only
	Metrics prometheus.Registerer
	Latency *latency.Recorder
	Texts   *phrase.Book         // of the sentences in problems, in the language that a request accepts
	Tracing trace.TracerProvider // nil: no traces
}

// Options configure the server.
type Options struct {
	Addr           string
	TrustedProxies []netip.Prefix
	Origins        []string // sites whose scripts may call the API; none by default
	Limits         Limits
	// MayChange returns an error to refuse requests that change something. A nil MayChange refuses none.
	MayChange   func(ctx context.Context) error
	Unlogged    float64       // share of the requests that the log leaves out, 0 to 1; server errors are always logged
	StopTimeout time.Duration // for requests under way; 10 s where 0
	Logger      *slog.Logger
	Now         func() time.Time
}

// Server is an HTTP server without routes of its own. Routes are added before it serves.
type Server struct {
	deps       Deps
	opts       Options
	log        *slog.Logger
	mux        *http.ServeMux
	proxies    proxies
	thresholds *thresholds
	exempt     []exemption
	global     *globalLimiter
	limits     *limiter
	metrics    *metrics
	compress   func(next http.Handler) http.Handler
	hasAPI     bool
	stopping   atomic.Bool
	handler    http.Handler
}

const (
	maxBody       = 64 << 10
	maxHeader     = 16 << 10
	headerTimeout = 5 * time.Second
	readTimeout   = 8 * time.Second // for the whole request with its body
	writeTimeout  = 30 * time.Second
	idleTimeout   = time.Minute
	// requestTimeout bounds the work for one request. A dependency that takes longer counts as down.
	requestTimeout = 5 * time.Second
)

var errRequestTimeout = errors.New("the request took too long")

// New builds the server; Run opens the port.
func New(deps Deps, o Options) (*Server, error) {
	o.StopTimeout = cmp.Or(o.StopTimeout, 10*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		deps: deps, opts: o, log: o.Logger.With("component", "http"), mux: http.NewServeMux(), proxies: o.TrustedProxies,
		global: newGlobalLimiter(o.Limits.GlobalPerSecond), metrics: newMetrics(deps.Metrics),
	}
	var err error
	if s.thresholds, err = newThresholds(o.Limits.AddressPerSecond); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	if s.limits, err = newLimiter(deps.Redis, o.Limits, o.Now, s.metrics.countLimit); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	if s.compress, err = newCompressor(); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	s.handler = s.layers(s.mux)
	return s, nil
}

// Handle adds a plain route that is no part of the API: it passes the server's layers, and has no session and no limit of its own. The pattern
// is one of http.ServeMux.
func (s *Server) Handle(pattern string, h http.HandlerFunc) { s.mux.HandleFunc(pattern, h) }

// exemption is a path and the networks from which it is not thresholded.
type exemption struct {
	path string
	from []netip.Prefix
}

// ExemptFromThreshold lets requests from some networks to paths below path through when their address is above the threshold.
func (s *Server) ExemptFromThreshold(path string, from []netip.Prefix) {
	s.exempt = append(s.exempt, exemption{path, from})
}

// ServeHTTP answers one request, with all layers.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Stopping tells whether the server has stopped taking connections and only finishes requests under way.
func (s *Server) Stopping() bool { return s.stopping.Load() }

// layers puts the layers around the routes, in the order of the package comment.
func (s *Server) layers(mux *http.ServeMux) http.Handler {
	h := s.compress(s.route(mux))
	h = s.limitSize(h)
	h = s.limitTime(h)
	h = s.limitGlobal(h)
	if len(s.opts.Origins) > 0 {
		h = cors.New(cors.Options{
			AllowedOrigins: s.opts.Origins, AllowedMethods: []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete},
			AllowedHeaders: []string{"Authorization", "Content-Type", keyHeader, matchHeader},
			ExposedHeaders: []string{"Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id", "Idempotency-Replayed", tagHeader}, MaxAge: 600,
		}).Handler(h)
	}
	h = s.setSecurityHeaders(h)
	h = s.recordRequest(h)
	if s.deps.Tracing != nil {
		h = otelhttp.NewHandler(h, "http", otelhttp.WithTracerProvider(s.deps.Tracing))
	}
	return s.limitAddress(h)
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

// Serve is Run on an open listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, ErrorLog: s.errorLog(),
		// Requests outlive the signal: Shutdown waits for them.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "listening", slog.String("addr", l.Addr().String()), slog.Bool("api", s.hasAPI))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("http: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
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

// ReadBody reads a plain route's body. Its error is the problem to answer with: too large, or not sent in time.
func ReadBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body) // limitSize caps it
	if err == nil {
		return body, nil
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, errTooLarge
	}
	return nil, errSlowBody
}
