// Package web is the HTTP server beside the bot: the booking API under /api/v1, the operating endpoints, and the page that explains both.
//
// A request passes, in this order: the threshold for each address, which answers before any work; the record that becomes its log line,
// its metrics and its request id; the global limiter; size and time limits; the route's own limit; the session; strict JSON; the handler.
// Handlers translate between JSON and the domain and decide nothing.
//
// Invariants: every error leaves as a problem detail (RFC 9457) through problem.go, and no text of an unforeseen error leaves at all; a
// client's address comes from a header only when the sender is a trusted proxy; nothing that a client sent is logged except the method,
// the route's pattern and sizes. It knows HTTP and no SQL; rules are in booking.
package web
