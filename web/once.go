package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"pavilion/booking"
)

// Keyed is the header of every action that may come again.
type Keyed struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Required. 1 to 255 printable characters, new for each new action; the same key with the same body gives the first answer again. May be quoted." example:"\"8e03978e-40d5-43e8-bc93-6894a57f9324\""`
}

func (k *Keyed) header() string { return k.IdempotencyKey }

// keyedInput is an input with that header; P is a pointer to the input I.
type keyedInput[I any] interface {
	*I
	header() string
}

// bodyOut is an answer with a body.
type bodyOut[B any] struct{ Body B }

// effect is what an action does inside the transaction of its key. It has a connection in hand already, so it must not ask for another: a
// hundred of them would wait for each other.
type effect[B any] func(ctx context.Context, s *booking.Service) (B, error)

// addOnce registers an action that takes an Idempotency-Key: its effect and its answer are committed together, and given again to whoever
// repeats it. prepare reads what the effect needs, before the transaction.
func addOnce[I, B any, P keyedInput[I]](a *routes, r route, prepare func(ctx context.Context, in *I) (effect[B], error)) {
	r.problems = append(r.problems, http.StatusConflict)
	add(a, r, func(ctx context.Context, in *I) (*bodyOut[B], error) {
		key, err := a.keyOf(ctx, r, P(in).header(), in)
		if err != nil {
			return nil, err
		}
		var out bodyOut[B]
		var refused *Problem
		refuse := func(err error) (booking.Response, bool) {
			refused = problemOf(err)
			refused.RequestID = exchangeOf(ctx).id
			data, merr := json.Marshal(refused)
			return booking.Response{Status: refused.Status, MediaType: problemType, Body: data}, merr == nil && lasting(refused.Status)
		}
		var answer booking.Response
		var replayed bool
		act, err := prepare(ctx, in)
		switch {
		case err == nil:
			answer, replayed, err = a.deps.Booking.Once(ctx, key, func(ctx context.Context, s *booking.Service) (booking.Response, error) {
				refused = nil // of a try before this one
				if out.Body, err = act(ctx, s); err != nil {
					return booking.Response{}, err
				}
				data, err := json.Marshal(out.Body)
				return booking.Response{Status: r.status, MediaType: "application/json", Body: data}, err
			}, refuse)
		case problemOf(err).Status == http.StatusConflict: // as things are now: an answer like the effect's own
			refusal, _ := refuse(err)
			answer, replayed, err = a.deps.Booking.Refuse(ctx, key, refusal)
		}
		a.metrics.bookings.WithLabelValues(r.id, outcome(err, refused, replayed)).Inc()
		switch {
		case err != nil:
			return nil, err
		case replayed:
			return nil, &replay{answer}
		case refused != nil:
			return nil, refused
		}
		return &out, nil
	})
}

// lasting tells whether a refusal would be the same at the next try: a taken slot is, a limit or an outage is not.
func lasting(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return status < http.StatusInternalServerError
}

func outcome(err error, refused *Problem, replayed bool) string {
	switch {
	case err != nil:
		return problemOf(err).code()
	case replayed:
		return "replayed"
	case refused != nil:
		return refused.code()
	}
	return "ok"
}

// keyOf names the request: who, what and with which body. A body that says the same in another order is the same.
func (a *routes) keyOf(ctx context.Context, r route, header string, in any) (booking.IdempotencyKey, error) {
	x := exchangeOf(ctx)
	key, err := parseKey(header)
	if err != nil {
		return booking.IdempotencyKey{}, err
	}
	var body []byte
	if field := reflect.ValueOf(in).Elem().FieldByName("Body"); field.IsValid() { // strictly read, so nothing that was sent is missing in it
		if body, err = json.Marshal(field.Interface()); err != nil {
			return booking.IdempotencyKey{}, fmt.Errorf("fingerprint: %w", err)
		}
	}
	fingerprint, err := booking.Fingerprint(r.method, x.path, body)
	return booking.IdempotencyKey{
		Principal: fmt.Sprintf("member:%d", x.user.ID), Method: r.method, Route: apiPath + r.path, Key: key, Fingerprint: fingerprint,
	}, err
}

// parseKey reads a structured-field string (RFC 9651), quoted, and takes a bare word as well.
func parseKey(header string) (string, error) {
	key := strings.TrimSpace(header)
	if quoted, ok := strings.CutPrefix(key, `"`); ok {
		inner, ok := strings.CutSuffix(quoted, `"`)
		if !ok || strings.HasSuffix(strings.ReplaceAll(inner, `\\`, ""), `\`) {
			return "", booking.ErrKeyForm
		}
		key = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(inner)
	}
	if key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", booking.ErrKeyForm
	}
	return key, nil
}

// replay is an answer that was given before, as huma writes errors: with its own status, type and body.
type replay struct{ answer booking.Response }

// Error makes it an error for huma's sake.
func (r *replay) Error() string { return fmt.Sprintf("replayed %d", r.answer.Status) }

// GetStatus is the first answer's.
func (r *replay) GetStatus() int { return r.answer.Status }

// ContentType is the first answer's.
func (r *replay) ContentType(string) string { return r.answer.MediaType }

// GetHeaders marks it.
func (r *replay) GetHeaders() http.Header { return http.Header{"Idempotency-Replayed": {"true"}} }

// MarshalJSON writes the first answer's body.
func (r *replay) MarshalJSON() ([]byte, error) { return r.answer.Body, nil }
