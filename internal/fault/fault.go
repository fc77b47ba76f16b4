// Package fault gives errors that are shown to people a kind and a stable code. The code names their sentence in the message catalogue.
//
// A domain package declares such an error once (ErrSlotTaken = fault.New(...)), and callers compare it with errors.Is. Each edge translates the kind:
// the HTTP server into a status, the bot into a reply. An error without a kind is Internal: the edge answers with a neutral text and logs the whole
// chain.
package fault

import (
	"errors"
	"time"
)

// Kind decides how an edge answers an error. The zero Kind is Internal.
type Kind int

// The kinds.
const (
	// Internal is an unforeseen error: the answer is a neutral text, and the log gets the full chain.
	Internal Kind = iota
	// Invalid is wrong input; the sentence says what to type instead.
	Invalid
	// NotFound is a thing that does not exist, or that the person may not know of.
	NotFound
	// Conflict is a lost race, or a state that forbids the step.
	Conflict
	// Forbidden is a right that the person does not have.
	Forbidden
	// Unavailable is a dependency that does not answer; a retry can work.
	Unavailable
	// TooMany is a limit that was reached; a later retry works.
	TooMany
	// Gone is a thing that existed and was removed for good.
	Gone
	// Unauthenticated is a call without a valid session; signing in again can work.
	Unauthenticated
)

type fault struct {
	kind Kind
	code string
}

// Error returns the code, for logs.
func (f *fault) Error() string { return f.code }

// New declares an error of a kind. The phrase error.CODE of the catalogue is its sentence for people; a test holds that it exists in every
// language.
func New(kind Kind, code string) error { return &fault{kind: kind, code: code} }

// KindOf returns the kind of the first fault in err's tree, Internal if there is none.
func KindOf(err error) Kind {
	if f, ok := find(err); ok {
		return f.kind
	}
	return Internal
}

// CodeOf returns the stable code of the first fault in err's tree, "internal" if there is none.
func CodeOf(err error) string {
	if f, ok := find(err); ok {
		return f.code
	}
	return "internal"
}

// RetryError is an error with the time after which another try can succeed.
type RetryError struct {
	error

	After time.Duration
}

// WithRetry gives an error the time after which another try can succeed.
func WithRetry(err error, after time.Duration) error { return &RetryError{err, after} }

// Unwrap returns the error itself.
func (e *RetryError) Unwrap() error { return e.error }

func find(err error) (*fault, bool) {
	var f *fault
	ok := errors.As(err, &f)
	return f, ok
}
