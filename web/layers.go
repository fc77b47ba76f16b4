package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"
)

// turnAway answers addresses above the threshold before any work.
func (s *Server) turnAway(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address := s.proxies.client(r)
		if wait := s.away.wait(address, s.opts.Now()); wait > 0 && !s.calls(r, address) {
			s.metrics.turnedAway.WithLabelValues("address").Inc()
			away(w, wait)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, &exchange{id: rand.Text(), address: address})))
	})
}

// observe gives every request its id, its log line and its figures, and catches panics.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x, start := exchangeOf(r.Context()), s.opts.Now()
		rec := &recorder{ResponseWriter: w}
		rec.before = func(h http.Header) {
			if x.window != nil {
				x.window.headers(h)
			}
		}
		w.Header().Set("X-Request-Id", x.id)
		s.metrics.inFlight.Inc()
		defer func() { //nolint:contextcheck // r carries it
			s.metrics.inFlight.Dec()
			if p := recover(); p != nil {
				s.panicked(rec, r, p)
			}
			s.record(r.Context(), r.Method, x, rec, s.opts.Now().Sub(start))
		}()
		next.ServeHTTP(rec, r)
	})
}

// panicked answers and counts a handler's panic; the server goes on.
func (s *Server) panicked(rec *recorder, r *http.Request, p any) {
	x := exchangeOf(r.Context())
	s.metrics.panics.Inc()
	s.log.LogAttrs(r.Context(), slog.LevelError, "handler panicked", slog.String("request_id", x.id), slog.String("route", x.route),
		slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
	if rec.status == 0 {
		s.refuse(rec, r, errInternal)
		return
	}
	panic(http.ErrAbortHandler) // half an answer must not look like a whole one
}

// methods are those that this server's routes use.
func methods() []string {
	return []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}
}

func (s *Server) record(ctx context.Context, method string, x *exchange, rec *recorder, took time.Duration) {
	route := x.route
	if route == "" {
		route = "none"
	}
	if !slices.Contains(methods(), method) {
		method = "other" // a client can send any word
	}
	s.metrics.observe(route, method, rec.status, took)
	s.deps.Latency.Observe("http "+route, took)
	s.log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("request_id", x.id), slog.String("method", method), slog.String("route", route),
		slog.Int("status", rec.status), slog.String("code", x.code), slog.Int64("bytes", rec.bytes), slog.Duration("took", took),
		slog.Int64("member", int64(x.user.ID)))
}

// secure sets the headers that keep a browser from doing more with an answer than reading it.
func (s *Server) secure(next http.Handler) http.Handler {
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

// limitAll keeps the process within what it can do. The operating endpoints stay open: they are needed most when it is busy.
func (s *Server) limitAll(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := neighbourhood(exchangeOf(r.Context()).address).String() // nothing that the client can choose anew for each request
		if strings.HasPrefix(r.URL.Path, "/api/") && !s.global.allow(key, s.opts.Now()) {
			s.metrics.turnedAway.WithLabelValues("global").Inc()
			p := problemOf(errOverloaded)
			p.retryAfter = time.Second
			s.refuse(w, r, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limitTime ends the work for a request that takes too long.
func (s *Server) limitTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeoutCause(r.Context(), requestTimeout, errRequestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// limitSize refuses a body that says it is too large without reading it, and cuts one that does not say so.
func (s *Server) limitSize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > bodyMost {
			w.Header().Set("Connection", "close")
			s.refuse(w, r, errTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyMost)
		next.ServeHTTP(w, r)
	})
}

// fallback serves the routes, notes which one matched, and answers in our own form where none does.
func (s *Server) fallback(mux *http.ServeMux) http.Handler {
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
			mux.ServeHTTP(w, r)
			return
		}
		if allowed := allowedMethods(mux, r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			s.refuse(w, r, errMethod)
			return
		}
		s.refuse(w, r, errNotFound)
	})
}

// allowedMethods asks the routes which other methods this address takes.
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
