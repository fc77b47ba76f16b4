package nets

import (
	"context"

	"pavilion/booking"
	"pavilion/web"
)

// answers runs the kit's keyed requests in booking's transactions.
type answers struct{ booking *booking.Service }

// Once runs a request, or returns its stored answer.
func (a answers) Once(ctx context.Context, k web.Key, run func(ctx context.Context, s *booking.Service) (web.StoredAnswer, error), refuse func(err error) (answer web.StoredAnswer, keep bool)) (answer web.StoredAnswer, replayed bool, err error) {
	key, err := keyOf(k)
	if err != nil {
		return web.StoredAnswer{}, false, err
	}
	r, replayed, err := a.booking.Once(ctx, key, func(ctx context.Context, s *booking.Service) (booking.Response, error) {
		answer, err := run(ctx, s)
		return booking.Response(answer), err
	}, func(err error) (booking.Response, bool) {
		answer, keep := refuse(err)
		return booking.Response(answer), keep
	})
	return web.StoredAnswer(r), replayed, err
}

// Refuse stores a refusal, or returns the stored answer.
func (a answers) Refuse(ctx context.Context, k web.Key, refusal web.StoredAnswer) (answer web.StoredAnswer, replayed bool, err error) {
	key, err := keyOf(k)
	if err != nil {
		return web.StoredAnswer{}, false, err
	}
	r, replayed, err := a.booking.StoreRefusal(ctx, key, booking.Response(refusal))
	return web.StoredAnswer(r), replayed, err
}

// keyOf makes booking's key. Bodies that differ only in white space or the order of fields have one fingerprint.
func keyOf(k web.Key) (booking.IdempotencyKey, error) {
	fingerprint, err := booking.Fingerprint(k.Method, k.Path, k.Body)
	return booking.IdempotencyKey{Principal: k.Principal, Method: k.Method, Route: k.Route, Key: k.Value, Fingerprint: fingerprint}, err
}
