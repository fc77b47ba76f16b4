// Package gateway holds the payment providers, one file each, behind booking.Gateway.
//
// A gateway translates and decides nothing: what a report means for a booking is in package booking. It keeps nothing: references, charges
// and keys are handed in, and the same reference or key has its effect once, however often a call is made.
//
// A callback is believed when its HMAC over the raw body fits one of at most two secrets, compared in constant time, and, where the
// provider signs a time, when that time is within five minutes of now on either side. Amounts are integers on the way in and out; where a
// provider's smallest unit is not ours, units.go converts exactly or not at all.
package gateway
