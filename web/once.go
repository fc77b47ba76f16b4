package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// keyHeader is the header of Keyed.
const keyHeader = "Idempotency-Key"

// Keyed is the Idempotency-Key header. It is embedded in the input of every route of AddOnce.
type Keyed struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Required. 1 to 255 printable characters, new for each new action; the same key with the same body gives the first answer again. May be quoted." example:"\"8e03978e-40d5-43e8-bc93-6894a57f9324\""`
}

func (k *Keyed) header() string { return k.IdempotencyKey }

// keyedInput is an input with that header; P is a pointer to the input I.
type keyedInput[I any] interface {
	*I
	header() string
}

// Key names a request with an Idempotency-Key. The same value of another principal or route is another key.
type Key struct {
	Principal string
	Method    string
	Route     string
	Value     string // as the client chose it
	Path      string // as requested; Path and Body tell two requests under one key apart
	Body      []byte // JSON, empty for none
}

// StoredAnswer is a response that is kept for repetitions of its request.
type StoredAnswer struct {
	Status    int
	MediaType string
	Body      []byte
}

// AnswerStore runs requests with an Idempotency-Key in the transactions of a feature. S is the feature's service inside the transaction.
type AnswerStore[S any] interface {
	// Once commits the effect of run together with its answer, or returns the answer that the key has already, as replayed. After an error of
	// run it rolls back; refuse makes the answer of the error and tells whether to store it. A key whose first request still runs gives an error with
	// the code idempotency_in_progress. run may be called for a key that has an answer; its first statement then fails.
	Once(ctx context.Context, k Key, run func(ctx context.Context, s S) (StoredAnswer, error), refuse func(err error) (a StoredAnswer, keep bool)) (a StoredAnswer, replayed bool, err error)
	// Refuse stores the refusal of a request that had no transaction, or returns the answer that the key has already.
	Refuse(ctx context.Context, k Key, refusal StoredAnswer) (a StoredAnswer, replayed bool, err error)
}

// Actions adds a feature's routes that take an Idempotency-Key.
type Actions[S any] struct {
	API     *API
	Answers AnswerStore[S]
	Count   func(route, outcome string) // counts answers: ok, replayed, or the problem's code; nil: not counted
}

// Effect is the part of an action inside the transaction of its key. It holds a connection already and must not ask for a second one: as many
// requests as there are connections would wait for each other.
type Effect[S, B any] func(ctx context.Context, s S) (B, error)

// AddOnce adds a route that takes an Idempotency-Key: its effect and its answer are committed together, and a repetition gets the same
// answer. prepare reads everything that the effect needs, before the transaction.
func AddOnce[I, B, S any, P keyedInput[I]](actions Actions[S], r Route, prepare func(ctx context.Context, in *I) (Effect[S, B], error)) {
	a := actions.API
	r.Problems = append(slices.Clone(r.Problems), http.StatusConflict)
	_, versioned := any(new(I)).(interface{ requiresVersion() })
	if versioned {
		r.Problems = append(r.Problems, http.StatusPreconditionRequired)
	}
	Add(a, r, func(ctx context.Context, in *I) (*Body[B], error) {
		key, err := keyOf(ctx, r, P(in).header(), in)
		if err != nil {
			return nil, err
		}
		var out Body[B]
		var refused *Problem
		refuse := func(err error) (StoredAnswer, bool) {
			refused = a.problemOf(ctx, err)
			refused.RequestID = exchangeOf(ctx).id
			data, merr := marshalUnescaped(refused)
			return StoredAnswer{Status: refused.Status, MediaType: problemType, Body: data}, merr == nil && isLasting(refused.Status)
		}
		var answer StoredAnswer
		var replayed bool
		effect, err := prepare(ctx, in)
		switch {
		case err == nil:
			answer, replayed, err = actions.Answers.Once(ctx, key, func(ctx context.Context, s S) (StoredAnswer, error) {
				refused = nil // of an earlier attempt of the transaction
				if out.Body, err = effect(ctx, s); err != nil {
					return StoredAnswer{}, err
				}
				data, err := marshalUnescaped(out.Body)
				return StoredAnswer{Status: r.Status, MediaType: "application/json", Body: data}, err
			}, refuse)
		case problemOf(err).Status == http.StatusConflict: // a statement about the present state, stored like the effect's own
			refusal, _ := refuse(err)
			answer, replayed, err = actions.Answers.Refuse(ctx, key, refusal)
		}
		if actions.Count != nil {
			actions.Count(r.ID, outcomeOf(err, refused, replayed))
		}
		switch {
		case err != nil:
			return nil, err
		case replayed:
			return nil, &replayedAnswer{answer, tagOf[B](answer)}
		case refused != nil:
			return nil, refused
		}
		exchangeOf(ctx).encoded = answer.Body
		return &out, nil
	})
	// The parameters become required in the description only. If huma enforced this, it would answer 422; missing headers are answered with 400 and 428.
	for _, p := range a.operation(r).Parameters {
		p.Required = p.Required || p.Name == keyHeader || versioned && p.Name == matchHeader
	}
}

// tagOf returns the ETag of a stored answer; empty if its body has no version.
func tagOf[B any](answer StoredAnswer) string {
	var body B
	if t, ok := any(&body).(tagged); ok && answer.Status < http.StatusMultipleChoices && json.Unmarshal(answer.Body, &body) == nil {
		return t.ETag()
	}
	return ""
}

// isLasting tells whether a later attempt would get the same refusal: for a taken slot it would, for a limit or an outage it would not.
func isLasting(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return status < http.StatusInternalServerError
}

func outcomeOf(err error, refused *Problem, replayed bool) string {
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

// keyOf names a request by its person, route and body.
func keyOf(ctx context.Context, r Route, header string, in any) (Key, error) {
	x := exchangeOf(ctx)
	value, err := parseKey(header)
	if err != nil {
		return Key{}, err
	}
	var body []byte
	if field := reflect.ValueOf(in).Elem().FieldByName("Body"); field.IsValid() { // read strictly: it holds everything that was sent
		if body, err = json.Marshal(field.Interface()); err != nil {
			return Key{}, fmt.Errorf("fingerprint: %w", err)
		}
	}
	return Key{Principal: fmt.Sprintf("member:%d", x.user.ID), Method: r.Method, Route: APIPath + r.Path, Value: value, Path: x.path, Body: body}, nil
}

const maxKey = 255

// parseKey reads a structured-field string (RFC 9651), quoted, and accepts a bare word as well.
func parseKey(header string) (string, error) {
	key := strings.TrimSpace(header)
	if quoted, ok := strings.CutPrefix(key, `"`); ok {
		inner, ok := strings.CutSuffix(quoted, `"`)
		if !ok || strings.HasSuffix(strings.ReplaceAll(inner, `\\`, ""), `\`) {
			return "", errKeyForm
		}
		key = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(inner)
	}
	if key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", errKeyForm
	}
	return key, nil
}

// replayedAnswer is the stored answer of a repeated request. It is an error for huma, which writes errors with their own status, type and body.
type replayedAnswer struct { //nolint:errname // an answer that huma writes like an error
	answer StoredAnswer
	tag    string
}

// Error names it for logs.
func (r *replayedAnswer) Error() string { return fmt.Sprintf("replayed %d", r.answer.Status) }

// GetStatus is the stored one.
func (r *replayedAnswer) GetStatus() int { return r.answer.Status }

// ContentType is the stored one.
func (r *replayedAnswer) ContentType(string) string { return r.answer.MediaType }

// GetHeaders marks the answer as replayed.
func (r *replayedAnswer) GetHeaders() http.Header {
	h := http.Header{"Idempotency-Replayed": {"true"}}
	if r.tag != "" {
		h.Set(tagHeader, r.tag)
	}
	return h
}

// MarshalJSON writes the stored body.
func (r *replayedAnswer) MarshalJSON() ([]byte, error) { return r.answer.Body, nil }
