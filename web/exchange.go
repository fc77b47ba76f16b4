package web

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

// exchange is the record of one request while it is served.
type exchange struct {
	id      string
	address netip.Addr
	user    User    // zero where nobody is signed in
	path    string  // as requested; never logged
	route   string  // the pattern that matched; empty where none did
	accepts string  // Accept-Language
	code    string  // stable code of the problem in the answer
	window  *window // the limit with least left
	encoded []byte  // the answer's body where it is stored, so that it is encoded once
}

type exchangeKey struct{}

// exchangeOf returns the request's exchange, and an empty one outside of a request.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return new(exchange)
}

// UserOf returns the signed-in person of a request; zero where nobody is signed in.
func UserOf(ctx context.Context) User { return exchangeOf(ctx).user }

// ClientAddress returns the address that a request came from, behind trusted proxies.
func ClientAddress(ctx context.Context) netip.Addr { return exchangeOf(ctx).address }

// BearerToken returns the token of a request's Authorization header.
func BearerToken(r *http.Request) (token string, ok bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// responseRecorder records the status and the size of an answer.
type responseRecorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	before func(h http.Header) // runs once, before the header is sent
}

// WriteHeader records the first final status.
func (r *responseRecorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
		if r.before != nil {
			r.before(r.Header())
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the body.
func (r *responseRecorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *responseRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
