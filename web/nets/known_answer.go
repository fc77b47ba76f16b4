package nets

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"

	"pavilion/booking"
	"pavilion/web"
)

// question is all on which an answer about free times depends, beside the state of the club.
type question struct {
	route    string
	club     booking.ClubID
	from, to booking.Day
	more     string // the other parameters, and the role of the person who asks
}

// taggedQuestion is a question and the tag of an answer to it.
type taggedQuestion struct {
	question
	tag string
}

// knownAnswers maps tags of answers to the state of the club in which each was last made. While this state lasts, the answer is still true and need not be
// made again. A process that has forgotten an answer makes it and compares the tags.
type knownAnswers struct {
	states *lru.Cache[taggedQuestion, string] // booking.Availability.Tag
}

const maxKnownAnswers = 8192

func newKnownAnswers() (knownAnswers, error) {
	states, err := lru.New[taggedQuestion, string](maxKnownAnswers)
	return knownAnswers{states}, err
}

// undated is a body without the instant for which it is true. Two bodies that differ in nothing else are one answer.
type undated interface{ undated() any }

// contentTag is the tag of an answer: a digest of the question and the body.
func contentTag(q question, body undated) (string, error) {
	var content bytes.Buffer
	fmt.Fprintf(&content, "%+v\n", q)
	if err := json.NewEncoder(&content).Encode(body.undated()); err != nil {
		return "", fmt.Errorf("tag of an answer: %w", err)
	}
	return web.DigestTag(content.Bytes()), nil
}

// answerTagged answers with a body, or with 304 if the client has an answer with the same content. read returns the body and the state of the club in which it
// is true.
func answerTagged[B undated](ctx context.Context, h clubs, q question, has string, read func() (body B, state string, err error)) (*web.Conditional[B], error) {
	if state, ok := h.known.states.Get(taggedQuestion{q, has}); ok {
		if same, err := h.booking.Unchanged(ctx, q.club, q.from, q.to, state); same || err != nil {
			return web.NotModified[B](has), err
		}
	}
	body, state, err := read()
	if err != nil {
		return nil, err
	}
	tag, err := contentTag(q, body)
	if err != nil {
		return nil, err
	}
	h.known.states.Add(taggedQuestion{q, tag}, state)
	if tag == has {
		return web.NotModified[B](tag), nil
	}
	return web.Answer(tag, body), nil
}
