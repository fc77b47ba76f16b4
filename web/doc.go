// Package web is the HTTP kit: a server with its layers, and an API to which features add routes. It knows no feature. web/nets adds the
// booking resources and the payment callbacks, web/ops the operating endpoints.
//
// A request passes these layers in order: the address threshold, which answers before any work; the request record (request id, log line,
// metrics); the global limit; the time and size limits; the compression of reads. A route of the API then checks the session, its own limit and
// the JSON, and calls its handler. Handlers translate between JSON and their feature and decide nothing.
//
// Invariants: every error leaves as a problem detail (RFC 9457) made in problem.go; the text of an unexpected error goes to the log only; a
// client's address comes from a header only behind a trusted proxy; of a request only method, route pattern and sizes are logged.
package web
