package booking

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
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
	// keyLease is how long a silent owner keeps the key. It is longer than any request may run.
	keyLease = 60 * time.Second
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
// While the first request runs, others with its key get ErrKeyInProgress; afterwards its stored response, with replayed set. The key of a dead
// process is free when its lease ends.
func (s *Service) Once(ctx context.Context, k IdempotencyKey, run func(ctx context.Context, s *Service) (Response, error), refuse func(err error) (r Response, keep bool)) (r Response, replayed bool, err error) {
	if k.Key == "" || len(k.Key) > maxKey {
		return Response{}, false, ErrKeyForm
	}
	owner := newOwner()
	old, err := s.claim(ctx, k, owner)
	if err != nil || old != nil {
		if err != nil {
			return Response{}, false, err
		}
		return *old, true, nil
	}
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		r, err = run(ctx, s.within(tx))
		if _, lost := errors.AsType[lostError](err); lost {
			if refusal, keep := refuse(err); keep {
				r, err = refusal, nil
			}
		}
		if err != nil {
			return err
		}
		return storeAnswer(ctx, tx, k, owner, r)
	})
	if err == nil {
		return r, false, nil
	}
	refusal, keep := refuse(err)
	cctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if !keep {
		_ = release(cctx, s.db, k, owner) // the lease ends by itself
		return Response{}, false, err
	}
	if aerr := storeAnswer(cctx, s.db, k, owner, refusal); aerr != nil {
		return Response{}, false, translate(ctx, aerr)
	}
	return refusal, false, nil
}

const releaseTimeout = 3 * time.Second

// StoreRefusal stores the response of a request that was refused before its transaction. If the key already has a response, it returns that one with
// replayed set.
func (s *Service) StoreRefusal(ctx context.Context, k IdempotencyKey, refusal Response) (r Response, replayed bool, err error) {
	if k.Key == "" || len(k.Key) > maxKey {
		return Response{}, false, ErrKeyForm
	}
	kept, err := insertAnswer(ctx, s.db, k, refusal)
	if err != nil || kept {
		return refusal, false, translate(ctx, err)
	}
	owner := newOwner()
	old, err := s.claim(ctx, k, owner)
	switch {
	case err != nil:
		return Response{}, false, err
	case old != nil:
		return *old, true, nil
	}
	return refusal, false, translate(ctx, storeAnswer(ctx, s.db, k, owner, refusal)) // the key's owner had died
}

// newOwner returns a random id for one run of a request.
func newOwner() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// claim takes the key, or returns its stored response. It first tries an INSERT without a transaction: most keys are new, and this saves two round
// trips.
func (s *Service) claim(ctx context.Context, k IdempotencyKey, owner string) (old *Response, err error) {
	if taken, err := insertKey(ctx, s.db, k, owner); err != nil || taken {
		return nil, translate(ctx, err)
	}
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		old = nil
		taken, err := insertKey(ctx, tx, k, owner)
		if err != nil || taken {
			return err
		}
		row, err := lockKey(ctx, tx, k)
		switch {
		case err != nil:
			return err
		case row.fingerprint != k.Fingerprint:
			return ErrKeyMismatch
		case row.answer != nil:
			old = row.answer
			return nil
		case row.leased:
			return ErrKeyInProgress
		}
		return takeOverKey(ctx, tx, k, owner)
	})
	return old, err
}

// keyRow is a stored key.
type keyRow struct {
	fingerprint [sha256.Size]byte
	leased      bool
	answer      *Response
}
