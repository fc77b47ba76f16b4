package web

import (
	"context"
	"net/http"
	"net/netip"
)

// exchange is what is known of one request while it is served: who asks, from where, along which route.
type exchange struct {
	id      string
	address netip.Addr
	user    User    // zero where nobody is signed in
	path    string  // as it was asked for; never logged
	route   string  // the pattern that matched; empty where none did
	code    string  // stable code of the problem that was answered
	window  *window // the limit with least left
}

type exchangeKey struct{}

// exchangeOf returns the request's exchange; outside of a request it returns an empty one.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return new(exchange)
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	before func(h http.Header) // runs once, before the header is sent
}

// WriteHeader notes the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
		if r.before != nil {
			r.before(r.Header())
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the body.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
