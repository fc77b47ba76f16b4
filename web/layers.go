package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	random "math/rand/v2"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"

	"pavilion/internal/fault"
)

// limitAddress refuses addresses above the threshold before any work.
func (s *Server) limitAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address := s.proxies.client(r)
		if wait := s.thresholds.wait(address, s.opts.Now()); wait > 0 && !s.exempted(r, address) {
			s.metrics.refusedEarly.WithLabelValues("address").Inc()
			refuseFlood(w, wait)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, &exchange{id: rand.Text(), address: address, accepts: r.Header.Get("Accept-Language")})))
	})
}

// exempted tells whether ExemptFromThreshold covers a request.
func (s *Server) exempted(r *http.Request, address netip.Addr) bool {
	return slices.ContainsFunc(s.exempt, func(e exemption) bool {
		return strings.HasPrefix(r.URL.Path, e.path) && slices.ContainsFunc(e.from, func(p netip.Prefix) bool { return p.Contains(address) })
	})
}

// recordRequest gives every request its id, its log line and its metrics, and recovers panics.
func (s *Server) recordRequest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x, start := exchangeOf(r.Context()), s.opts.Now()
		rec := &responseRecorder{ResponseWriter: w}
		rec.before = func(h http.Header) {
			weakenTag(h)
			if x.window != nil {
				x.window.setHeaders(h)
			}
		}
		w.Header().Set("X-Request-Id", x.id)
		s.metrics.inFlight.Inc()
		defer func() { //nolint:contextcheck // r carries it
			s.metrics.inFlight.Dec()
			if p := recover(); p != nil {
				s.answerPanic(rec, r, p)
			}
			s.logRequest(r.Context(), r.Method, x, rec, s.opts.Now().Sub(start))
		}()
		next.ServeHTTP(rec, r)
	})
}

// answerPanic answers and counts a handler's panic; the server goes on.
func (s *Server) answerPanic(rec *responseRecorder, r *http.Request, p any) {
	x := exchangeOf(r.Context())
	s.metrics.panics.Inc()
	s.log.LogAttrs(r.Context(), slog.LevelError, "handler panicked", slog.String("request_id", x.id), slog.String("route", x.route),
		slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
	if rec.status == 0 {
		s.Refuse(rec, r, errInternal)
		return
	}
	panic(http.ErrAbortHandler) // a truncated answer must not look complete
}

// methods are those that routes use.
func methods() []string {
	return []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}
}

func (s *Server) logRequest(ctx context.Context, method string, x *exchange, rec *responseRecorder, took time.Duration) {
	route := x.route
	if route == "" {
		route = "none"
	}
	if !slices.Contains(methods(), method) {
		method = "other" // a client can send any word
	}
	s.metrics.observe(route, method, rec.status, took)
	s.deps.Latency.Observe("http "+route, took)
	if rec.status < http.StatusInternalServerError && random.Float64() < s.opts.Unlogged { //nolint:gosec // a sample
		return
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("request_id", x.id), slog.String("method", method), slog.String("route", route),
		slog.Int("status", rec.status), slog.String("code", x.code), slog.Int64("bytes", rec.bytes), slog.Duration("took", took),
		slog.Int64("member", int64(x.user.ID)))
}

// setSecurityHeaders forbids browsers to run, embed, sniff or cache answers.
func (s *Server) setSecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Strict-Transport-Security", "max-age=31536000") // without TLS browsers ignore it
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// limitGlobal bounds the requests to the API that this process takes. The operating endpoints stay open: an overloaded process needs them most.
func (s *Server) limitGlobal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := addressBlock(exchangeOf(r.Context()).address).String() // a client cannot choose another for each request
		if strings.HasPrefix(r.URL.Path, "/api/") && !s.global.allow(key, s.opts.Now()) {
			s.metrics.refusedEarly.WithLabelValues("global").Inc()
			s.Refuse(w, r, fault.WithRetry(errOverloaded, time.Second))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limitTime cancels a request's context after requestTimeout.
func (s *Server) limitTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeoutCause(r.Context(), requestTimeout, errRequestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// limitSize refuses a body whose Content-Length is too large without reading it, and cuts a longer one without Content-Length.
func (s *Server) limitSize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBody {
			w.Header().Set("Connection", "close")
			s.Refuse(w, r, errTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// route serves the routes, records which one matched, and answers 404 and 405 as problems.
func (s *Server) route(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		if pattern != "" {
			x := exchangeOf(r.Context())
			_, x.route, _ = strings.Cut(pattern, " ")
			x.path = r.URL.Path
			if span := trace.SpanFromContext(r.Context()); span.IsRecording() {
				span.SetName(r.Method + " " + x.route)
				span.SetAttributes(semconv.HTTPRoute(x.route))
			}
			if err := s.mayServe(r); err != nil {
				s.Refuse(w, r, err)
				return
			}
			mux.ServeHTTP(w, r)
			return
		}
		if allowed := allowedMethods(mux, r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			s.Refuse(w, r, errMethod)
			return
		}
		s.Refuse(w, r, ErrNotFound)
	})
}

// mayServe asks MayChange about a request that is not only a read.
func (s *Server) mayServe(r *http.Request) error {
	if s.opts.MayChange == nil || slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, r.Method) {
		return nil
	}
	return s.opts.MayChange(r.Context())
}

// allowedMethods lists the methods that have a route at a request's path.
func allowedMethods(mux *http.ServeMux, r *http.Request) []string {
	var allowed []string
	for _, method := range methods() {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "" {
			allowed = append(allowed, method)
		}
	}
	return allowed
}
