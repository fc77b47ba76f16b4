// Package fault gives errors that reach a person a kind, a stable code and a sentence.
//
// A domain package declares such an error once (ErrSlotTaken = fault.New(...)); callers compare it with errors.Is, and each
// edge translates the kind into its own words: an HTTP status, a chat reply. Errors without a kind are Internal: the edge
// answers with a neutral text and logs the whole chain.
package fault

import "errors"

// Kind says what an edge should do with an error; the zero Kind is Internal.
type Kind int

// The kinds, from "our mistake" to "the person's turn".
const (
	// Internal is anything not foreseen: neutral text out, full chain to the log.
	Internal Kind = iota
	// Invalid is input that can never work as it stands; the sentence says what to type instead.
	Invalid
	// NotFound is a thing that does not exist, or that the person may not know of.
	NotFound
	// Conflict is a lost race or a state that forbids the step now.
	Conflict
	// Forbidden is a right that the person does not have.
	Forbidden
	// Unavailable is a dependency that does not answer; trying later can work.
	Unavailable
	// TooMany is a limit reached; trying later works.
	TooMany
	// Gone is a thing that existed and will not come back.
	Gone
	// Unauthenticated is a call whose sender is not known, or not known any more; signing in again can work.
	Unauthenticated
)

type fault struct {
	kind     Kind
	code     string
	sentence string
}

// Error returns the stable code and the sentence, for logs.
func (f *fault) Error() string { return f.code + ": " + f.sentence }

// New declares an error of a kind, with a stable machine code and a sentence for people.
func New(kind Kind, code, sentence string) error {
	return &fault{kind: kind, code: code, sentence: sentence}
}

// KindOf returns the kind of the first fault in err's tree, Internal where there is none.
func KindOf(err error) Kind {
	if f, ok := find(err); ok {
		return f.kind
	}
	return Internal
}

// CodeOf returns the stable code of the first fault in err's tree, "internal" where there is none.
func CodeOf(err error) string {
	if f, ok := find(err); ok {
		return f.code
	}
	return "internal"
}

// Sentence returns the words for a person, empty where err holds no fault.
func Sentence(err error) string {
	if f, ok := find(err); ok {
		return f.sentence
	}
	return ""
}

func find(err error) (*fault, bool) {
	var f *fault
	ok := errors.As(err, &f)
	return f, ok
}
