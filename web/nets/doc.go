// Package nets serves booking over HTTP: the resources of the API, and the callbacks of payment gateways. Its handlers translate between JSON
// and booking and decide nothing. A request's person becomes a booking.Actor in request.go; their role comes from the club or, for the admins of
// every club, from the settings.
//
// A callback is verified over its raw body, stored as an event together with the job that applies it, and then answered with 2xx.
package nets
