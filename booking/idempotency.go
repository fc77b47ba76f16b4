package booking

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// IdempotencyKey names one request of one principal. The same key of another principal, method or route is another request.
type IdempotencyKey struct {
	Principal   string
	Method      string
	Route       string
	Key         string
	Fingerprint [sha256.Size]byte
}

// Response is a stored answer for repeated requests.
type Response struct {
	Status    int
	MediaType string
	Body      []byte
}

// Errors of idempotency keys.
var (
	ErrKeyForm       = fault.New(fault.Invalid, "idempotency_key")
	ErrKeyMismatch   = fault.New(fault.Invalid, "idempotency_mismatch")
	ErrKeyInProgress = fault.New(fault.Conflict, "idempotency_in_progress")
	ErrBody          = fault.New(fault.Invalid, "body")
)

const (
	maxKey = 255
	// KeyRetention is how long an answer is kept; a client that retries longer gets a new effect.
	KeyRetention = 48 * time.Hour
)

// Fingerprint tells requests with one key apart. Bodies that differ only in the order of fields or in white space are the same.
func Fingerprint(method, path string, body []byte) ([sha256.Size]byte, error) {
	canonical := []byte{}
	if len(bytes.TrimSpace(body)) > 0 {
		var value any
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber() // a float would make different numbers the same
		if err := d.Decode(&value); err != nil {
			return [sha256.Size]byte{}, fmt.Errorf("%w: %w", ErrBody, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return [sha256.Size]byte{}, ErrBody
		}
		var err error
		if canonical, err = json.Marshal(value); err != nil { // maps are written in the order of their keys
			return [sha256.Size]byte{}, fmt.Errorf("%w: %w", ErrBody, err)
		}
	}
	return sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", method, path, canonical)), nil
}

// Once runs a request once per key. run gets a Service inside a transaction; its changes and its response commit together. If run fails, the
// transaction rolls back, except after a lostError. refuse then makes the response and tells whether to store it: a lasting refusal is stored (slot
// taken), one that a retry may change is not (401, 403, 429, 5xx).
//
// While the first request runs, others with its key get ErrKeyInProgress. Afterwards they get its stored response, with replayed set. The transaction
// locks the key with an advisory lock. Postgres releases it at the end of the transaction, also when the connection breaks or the process dies.
//
// The key is locked and looked up in one round trip with the first statement of run, so run may be called for a key that has a response. That statement
// then fails, and run must return its error.
func (s *Service) Once(ctx context.Context, k IdempotencyKey, run func(ctx context.Context, s *Service) (Response, error), refuse func(err error) (r Response, keep bool)) (r Response, replayed bool, err error) {
	if k.Key == "" || len(k.Key) > maxKey {
		return Response{}, false, ErrKeyForm
	}
	var held keyHold
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		held = keyHold{}
		if err := takeKey(ctx, tx, k, &held); err != nil {
			return err
		}
		var err error
		r, err = run(ctx, s.within(tx))
		if !held.known { // run sent no statement
			err = cmp.Or(storage.Flush(ctx, tx), err)
		}
		if held.refused != nil {
			return held.refused
		}
		if _, lost := errors.AsType[lostError](err); lost {
			if refusal, keep := refuse(err); keep {
				r, err = refusal, nil
			}
		}
		if err != nil {
			return err
		}
		return insertAnswer(ctx, tx, k, held, r)
	})
	switch {
	case err == nil:
		return r, false, nil
	case held.answer != nil:
		return *held.answer, true, nil
	case storage.Violated(err, answerOnce):
		return s.storedAnswer(ctx, k)
	case held.refused != nil:
		return Response{}, false, held.refused
	}
	refusal, keep := refuse(err)
	if !keep {
		return Response{}, false, err
	}
	rctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalTimeout)
	defer cancel()
	return s.StoreRefusal(rctx, k, refusal)
}

// keyHold is the result of taking a key.
type keyHold struct {
	known   bool      // the fields below are known
	refused error     // why the request must not run
	answer  *Response // of an earlier request
	stale   bool      // an older release has left an expired lease
}

// errKeyAnswered makes the next statement of the transaction fail: the stored response counts.
var errKeyAnswered = errors.New("the key has an answer")

const refusalTimeout = 3 * time.Second // for storing a refusal, which continues after the client has disconnected

// StoreRefusal stores the response of a request without an effect. If the key already has a response, it returns that one with replayed set.
func (s *Service) StoreRefusal(ctx context.Context, k IdempotencyKey, refusal Response) (r Response, replayed bool, err error) {
	if k.Key == "" || len(k.Key) > maxKey {
		return Response{}, false, ErrKeyForm
	}
	stored, err := insertRefusal(ctx, s.db, k, refusal)
	if err != nil || stored {
		return refusal, false, translate(ctx, err)
	}
	return s.storedAnswer(ctx, k)
}

// storedAnswer returns the stored response of a key, or ErrKeyInProgress if an older release still holds it by a lease.
func (s *Service) storedAnswer(ctx context.Context, k IdempotencyKey) (r Response, replayed bool, err error) {
	old, err := readAnswer(ctx, s.db, k)
	if err != nil {
		return Response{}, false, translate(ctx, err)
	}
	if old == nil {
		return Response{}, false, ErrKeyInProgress
	}
	return *old, true, nil
}
