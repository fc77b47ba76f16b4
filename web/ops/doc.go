// Package ops adds the endpoints for the operators of a server: health for everybody; metrics and performance figures behind the operator's token.
// app makes the probes, so the package knows none of the parts that they ask.
package ops
