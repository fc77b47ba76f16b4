// Package gateway holds the payment providers behind booking.Gateway. Each has its own file: desk.go, razorpay.go, sandbox.go, stripe.go and
// telegram.go. They share rest.go (calls of a JSON API), secrets.go (settings), signature.go (callbacks) and units.go (amounts).
//
// A gateway translates between booking and one provider. It decides nothing: package booking decides what a report means for a booking. It
// stores nothing: the caller passes references, charges and keys. A call that is repeated with the same reference or key has one effect.
//
// Verify accepts a callback when its HMAC over the raw body matches one of at most two secrets, compared in constant time. Stripe and the
// sandbox also sign a time, which must be within five minutes of now. The desk and Telegram send no callbacks; their Verify refuses each one.
//
// Amounts are integers. Where a provider counts a currency in another unit than booking does, units.go converts exactly or refuses.
package gateway
