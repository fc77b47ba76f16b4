package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pavilion/internal/fault"
	"pavilion/internal/phrase"
	"pavilion/storage"
)

// Problem is an error as a client sees it (RFC 9457). Type is stable; Title and Detail are for people.
type Problem struct { //nolint:errname // the name that RFC 9457 and the clients know
	Type      string         `json:"type" format:"uri-reference" example:"/problems/slot-taken" doc:"Stable name of the kind of problem; the page there explains it."`
	Title     string         `json:"title" example:"Conflict"`
	Status    int            `json:"status" example:"409"`
	Detail    string         `json:"detail,omitempty" example:"That slot has just been taken."`
	RequestID string         `json:"request_id,omitempty" doc:"Names this request in the server's log."`
	Errors    []ProblemField `json:"errors,omitempty" doc:"What is wrong with the request, field by field."`

	members    []any // structs with a feature's extension members
	retryAfter time.Duration
	cause      error // for the log; never sent
}

// ProblemField is one mistake in a request.
type ProblemField struct {
	Pointer   string `json:"pointer,omitempty" example:"#/nets/0" doc:"JSON pointer into the body."`
	Parameter string `json:"parameter,omitempty" example:"query.date" doc:"The parameter, where the mistake is not in the body."`
	Detail    string `json:"detail" example:"unexpected property"`
}

const (
	problemType  = "application/problem+json"
	problemsPath = "/problems/"
	// retrySoon is the Retry-After of a dependency that is down: longer than a restart of Postgres, shorter than a person's patience.
	retrySoon = 2 * time.Second
)

// ErrNotFound is an address without a route.
var ErrNotFound = fault.New(fault.NotFound, "not_found")

// Faults of the HTTP layers; a feature declares its own.
var (
	errMethod      = WithStatus(fault.New(fault.Invalid, "method_not_allowed"), http.StatusMethodNotAllowed)
	errTooLarge    = WithStatus(fault.New(fault.Invalid, "too_large"), http.StatusRequestEntityTooLarge)
	errMediaType   = WithStatus(fault.New(fault.Invalid, "unsupported_media_type"), http.StatusUnsupportedMediaType)
	errSlowBody    = WithStatus(fault.New(fault.Invalid, "request_timeout"), http.StatusRequestTimeout)
	errClientLeft  = WithStatus(fault.New(fault.Invalid, "client_left"), http.StatusRequestTimeout)
	errMalformed   = WithStatus(fault.New(fault.Invalid, "malformed"), http.StatusBadRequest)
	errKeyForm     = WithStatus(fault.New(fault.Invalid, "idempotency_key"), http.StatusBadRequest)
	errValidation  = fault.New(fault.Invalid, "validation")
	errDependency  = fault.New(fault.Unavailable, "dependency_down")
	errRateLimited = fault.New(fault.TooMany, "rate_limited")
	errOverloaded  = fault.New(fault.TooMany, "overloaded")
	errInternal    = fault.New(fault.Internal, "internal")
)

// keyInProgress is the code of a feature's error for a key whose first request still runs. It is answered with Retry-After.
const keyInProgress = "idempotency_in_progress"

// statusOf is the one place where kinds become statuses.
func statusOf(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Gone:
		return http.StatusGone
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// statusError is an error with its own status.
type statusError struct {
	error
	status int
}

// Unwrap returns the error itself.
func (e *statusError) Unwrap() error { return e.error }

// WithStatus gives an error a status in place of that of its kind, where HTTP has a more exact one.
func WithStatus(err error, status int) error { return &statusError{err, status} }

// problemOf translates any error. An error without a kind is a dependency that is down, or unexpected; its text is not sent.
func problemOf(err error) *Problem {
	if done, ok := errors.AsType[*Problem](err); ok {
		return done
	}
	cause := err
	if fault.KindOf(err) == fault.Internal {
		switch {
		case errors.Is(err, context.Canceled):
			err = errClientLeft // no failure of ours that an operator must look at
		case storage.Unreachable(err):
			err = errDependency
		default:
			err = errInternal
		}
	}
	code, status := fault.CodeOf(err), statusOf(fault.KindOf(err))
	if own, ok := errors.AsType[*statusError](err); ok {
		status = own.status
	}
	p := &Problem{Type: problemTypeOf(code), Title: http.StatusText(status), Status: status, cause: cause}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests || code == keyInProgress {
		p.retryAfter = retrySoon
	}
	if own, ok := errors.AsType[*fault.RetryError](err); ok {
		p.retryAfter = own.After
	}
	return p
}

// problemTypeOf makes the stable type of a problem out of a fault's code.
func problemTypeOf(code string) string { return problemsPath + strings.ReplaceAll(code, "_", "-") }

// ProblemType returns the type of the problem that an error is answered with.
func ProblemType(err error) string { return problemTypeOf(fault.CodeOf(err)) }

// Extend adds members to the problems of some errors (RFC 9457, section 3.2). members returns nil for an error without them. The fields of E
// are optional, and are described with Problem.
func Extend[E any](a *API, members func(err error) *E) {
	schemas := a.huma.OpenAPI().Components.Schemas
	maps.Copy(a.problem.Properties, huma.SchemaFromType(schemas, reflect.TypeFor[E]()).Properties)
	a.extensions = append(a.extensions, func(err error) any {
		if m := members(err); m != nil {
			return m
		}
		return nil
	})
}

// problemOf adds the features' members to the result of problemOf(err).
func (a *API) problemOf(ctx context.Context, err error) *Problem {
	if done, ok := errors.AsType[*Problem](err); ok {
		return done
	}
	p := a.server.describe(ctx, problemOf(err))
	for _, members := range a.extensions {
		if m := members(err); m != nil {
			p.members = append(p.members, m)
		}
	}
	return p
}

// MarshalJSON writes the problem and its members as one object.
func (p *Problem) MarshalJSON() ([]byte, error) {
	type own Problem
	object, err := marshalUnescaped((*own)(p))
	if err != nil {
		return nil, err
	}
	for _, m := range p.members {
		more, err := marshalUnescaped(m)
		if err != nil {
			return nil, err
		}
		if len(more) > len("{}") {
			object = append(append(object[:len(object)-1], ','), more[1:]...)
		}
	}
	return object, nil
}

// marshalUnescaped leaves <, > and & as they are: the encoder that calls MarshalJSON decides about them.
func marshalUnescaped(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// code is the fault's code that the type was made of.
func (p *Problem) code() string {
	return strings.ReplaceAll(strings.TrimPrefix(p.Type, problemsPath), "-", "_")
}

// Error names the problem for logs.
func (p *Problem) Error() string { return p.code() + ": " + p.Detail }

// Unwrap returns the translated error, for logs.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders tells huma the headers that belong to the status.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(ceilSeconds(p.retryAfter)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="pavilion"`)
	}
	return h
}

// Refuse answers a plain route with the problem of an error.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := s.logProblem(r.Context(), problemOf(err))
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", problemType)
	body, merr := json.Marshal(p)
	if merr != nil {
		panic(fmt.Errorf("marshal problem: %w", merr)) // strings and numbers only
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the client may be gone
}

// describe gives a problem its sentence from the catalogue, in the language that the request accepts.
func (s *Server) describe(ctx context.Context, p *Problem) *Problem {
	if p.Detail == "" {
		p.Detail = s.deps.Texts.Accepted(exchangeOf(ctx).accepts).Error(p.code())
	}
	return p
}

// Sentence is the sentence of an error in members of problems, in English.
func (a *API) Sentence(err error) string {
	return a.server.deps.Texts.In(phrase.Fallback).Error(fault.CodeOf(err))
}

// logProblem gives the problem its sentence and its request id, and logs a failure or a dependency that is down.
func (s *Server) logProblem(ctx context.Context, p *Problem) *Problem {
	x := exchangeOf(ctx)
	x.code = p.code()
	s.describe(ctx, p).RequestID = x.id
	switch p.Status {
	case http.StatusInternalServerError:
		s.log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request_id", x.id), slog.Any("error", p.cause))
	case http.StatusServiceUnavailable:
		s.log.LogAttrs(ctx, slog.LevelInfo, "request refused: a dependency does not answer", slog.String("request_id", x.id), slog.Any("error", p.cause))
	}
	return p
}

// fromHuma turns huma's own errors, all about requests that it could not read, into problems. Values that a client sent are not repeated.
func fromHuma(m *huma.ErrorModel) *Problem {
	var err error
	switch m.Status {
	case http.StatusRequestEntityTooLarge:
		err = errTooLarge
	case http.StatusUnsupportedMediaType:
		err = errMediaType
	case http.StatusRequestTimeout:
		err = errSlowBody
	case http.StatusBadRequest:
		err = errMalformed
	case http.StatusUnprocessableEntity:
		err = errValidation
	default:
		err = fmt.Errorf("%d %s", m.Status, m.Detail)
	}
	p := problemOf(err)
	for _, e := range m.Errors {
		if e == nil || p.Status == http.StatusInternalServerError || e.Location == "" {
			continue
		}
		p.Errors = append(p.Errors, fieldOf(e.Location, e.Message))
	}
	return p
}

// fieldOf turns body.nets[0].id into #/nets/0/id and leaves the names of parameters.
func fieldOf(location, detail string) ProblemField {
	path, inBody := strings.CutPrefix(location, "body")
	if !inBody {
		return ProblemField{Parameter: location, Detail: detail}
	}
	return ProblemField{Pointer: "#" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(path), Detail: detail}
}
