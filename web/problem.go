package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pavilion/booking"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Problem is an error as a client sees it (RFC 9457). Type is stable; Title and Detail are for people.
type Problem struct { //nolint:errname // the name that RFC 9457 and the clients know
	Type       string         `json:"type" format:"uri-reference" example:"/problems/slot-taken" doc:"Stable name of the kind of problem; the page there explains it."`
	Title      string         `json:"title" example:"Conflict"`
	Status     int            `json:"status" example:"409"`
	Detail     string         `json:"detail,omitempty" example:"That slot has just been taken."`
	RequestID  string         `json:"request_id,omitempty" doc:"Names this request in the server's log."`
	Errors     []ProblemField `json:"errors,omitempty" doc:"What is wrong with the request, field by field."`
	Choices    []time.Time    `json:"choices,omitempty" doc:"Of an ambiguous time: the instants to choose from."`
	Bookings   []int64        `json:"bookings,omitempty" doc:"Of a block: the bookings in its way, or the one that cannot go where it should."`
	Difference *MoneyBody     `json:"difference,omitempty" doc:"Of a move that costs more: how much more."`
	Skipped    []SkippedBody  `json:"skipped,omitempty" doc:"Of a series: the dates that cannot be had."`

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
	// retrySoon is how long a client should wait for a dependency: longer than a restart of Postgres, shorter than a person's patience.
	retrySoon = 2 * time.Second
)

// Faults of this edge; those of the domain are declared there.
var (
	errNotFound    = fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	errMethod      = fault.New(fault.Invalid, "method_not_allowed", "This address does not take that method.")
	errTooLarge    = fault.New(fault.Invalid, "too_large", "The request is larger than this address takes.")
	errMediaType   = fault.New(fault.Invalid, "unsupported_media_type", "Send JSON with Content-Type: application/json.")
	errSlowBody    = fault.New(fault.Invalid, "request_timeout", "The request did not arrive in time.")
	errValidation  = fault.New(fault.Invalid, "validation", "The request cannot be read as it stands; see errors.")
	errMalformed   = fault.New(fault.Invalid, "malformed", "The body is not the JSON that this address takes.")
	errDependency  = fault.New(fault.Unavailable, "dependency_down", "A part that this needs does not answer right now. Try again in a moment.")
	errLeft        = fault.New(fault.Invalid, "client_left", "The client did not wait for the answer.")
	errRateLimited = fault.New(fault.TooMany, "rate_limited", "Too many requests. Try again after the time in Retry-After.")
	errOverloaded  = fault.New(fault.TooMany, "overloaded", "The server is busy. Try again after the time in Retry-After.")
	errOperator    = fault.New(fault.Unauthenticated, "operator_only", "This address is for those who run the server.")
	errInternal    = fault.New(fault.Internal, "internal", "Something went wrong on our side. It has been noted.")
)

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

// statusByCode are the faults of HTTP itself, which has finer words for them than their kind.
func statusByCode(code string) (int, bool) {
	switch code {
	case "method_not_allowed":
		return http.StatusMethodNotAllowed, true
	case "too_large":
		return http.StatusRequestEntityTooLarge, true
	case "unsupported_media_type":
		return http.StatusUnsupportedMediaType, true
	case "request_timeout", "client_left":
		return http.StatusRequestTimeout, true
	case "malformed", "idempotency_key", "callback_signature", "callback_body":
		return http.StatusBadRequest, true
	}
	return 0, false
}

// problemOf translates any error. An error without a kind is a dependency that does not answer, or unforeseen; its text stays inside.
func problemOf(err error) *Problem {
	if done, ok := errors.AsType[*Problem](err); ok {
		return done
	}
	cause := err
	if fault.KindOf(err) == fault.Internal {
		switch {
		case errors.Is(err, context.Canceled):
			err = errLeft // nobody reads this; it is no fault of ours that someone must look at
		case storage.Unreachable(err):
			err = errDependency
		default:
			err = errInternal
		}
	}
	code := fault.CodeOf(err)
	status, ok := statusByCode(code)
	if !ok {
		status = statusOf(fault.KindOf(err))
	}
	p := &Problem{Type: typeOf(code), Title: http.StatusText(status), Status: status, Detail: fault.Sentence(err), cause: cause}
	if twice, ok := errors.AsType[*booking.AmbiguousTimeError](err); ok {
		p.Choices = []time.Time{twice.Earlier, twice.Later}
	}
	if inWay, ok := errors.AsType[*booking.BlockConflictError](err); ok {
		for _, b := range inWay.Bookings {
			p.Bookings = append(p.Bookings, int64(b.ID))
		}
	}
	if stuck, ok := errors.AsType[*booking.BlockMoveError](err); ok {
		p.Bookings = []int64{int64(stuck.Booking)}
	}
	if dearer, ok := errors.AsType[*booking.DearerError](err); ok {
		difference := moneyOf(dearer.Difference)
		p.Difference = &difference
	}
	if dates, ok := errors.AsType[*booking.SeriesConflictError](err); ok {
		p.Skipped = skippedOf(dates.Skipped)
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests || code == "idempotency_in_progress" {
		p.retryAfter = retrySoon
	}
	return p
}

func typeOf(code string) string { return problemsPath + strings.ReplaceAll(code, "_", "-") }

// code is the stable code that the type was made of.
func (p *Problem) code() string {
	return strings.ReplaceAll(strings.TrimPrefix(p.Type, problemsPath), "-", "_")
}

// Error names the problem for logs.
func (p *Problem) Error() string { return p.code() + ": " + p.Detail }

// Unwrap keeps what was behind it, for logs.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders tells huma the headers that belong to the status.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="pavilion"`)
	}
	return h
}

// refuse answers with a problem, outside of huma.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := s.noted(r.Context(), problemOf(err))
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", problemType)
	body, merr := json.Marshal(p)
	if merr != nil {
		panic(fmt.Errorf("marshal problem: %w", merr)) // strings and numbers only
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the client may be gone
}

// noted gives the problem its request id, and logs what nobody foresaw.
func (s *Server) noted(ctx context.Context, p *Problem) *Problem {
	x := exchangeOf(ctx)
	x.code = p.code()
	p.RequestID = x.id
	switch p.Status {
	case http.StatusInternalServerError:
		s.log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request_id", x.id), slog.Any("error", p.cause))
	case http.StatusServiceUnavailable:
		s.log.LogAttrs(ctx, slog.LevelInfo, "request refused: a dependency does not answer", slog.String("request_id", x.id), slog.Any("error", p.cause))
	}
	return p
}

// fromHuma turns huma's own errors, all about requests that it could not read, into ours. Values that a client sent are not repeated.
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
