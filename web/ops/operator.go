package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"pavilion/internal/fault"
	"pavilion/web"
)

// Page is a resource for the operator under /operator/. app makes the pages, because this package knows none of the parts behind them.
type Page struct {
	Name string
	Read func(ctx context.Context, query url.Values) (any, error)       // the answer to GET, as JSON
	Act  func(ctx context.Context, body []byte) (answer any, err error) // the answer to POST; nil: what Read returns afterwards
}

// Fixed makes a page's Read that takes no query.
func Fixed(read func(ctx context.Context) (any, error)) func(ctx context.Context, query url.Values) (any, error) {
	return func(ctx context.Context, _ url.Values) (any, error) { return read(ctx) }
}

// OperatorPath begins the addresses of pages.
const OperatorPath = "/operator/"

var errActionBody = fault.New(fault.Invalid, "operator_body")

// Action makes a page's Act from a function that takes the fields of a JSON object. The page is the answer.
func Action[T any](do func(ctx context.Context, fields T) error) func(ctx context.Context, body []byte) (any, error) {
	return Answer(func(ctx context.Context, fields T) (any, error) { return nil, do(ctx, fields) })
}

// Answer makes a page's Act from a function that takes the fields of a JSON object and returns the answer. It refuses fields that T does not have.
func Answer[T any](do func(ctx context.Context, fields T) (any, error)) func(ctx context.Context, body []byte) (any, error) {
	return func(ctx context.Context, body []byte) (any, error) {
		var fields T
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&fields); err != nil || d.More() {
			return nil, errors.Join(errActionBody, err)
		}
		return do(ctx, fields)
	}
}

// addPages adds each page behind the operator's token.
func addPages(s *web.Server, o Options) {
	for _, p := range o.Pages {
		read := func(w http.ResponseWriter, r *http.Request) {
			value, err := p.Read(r.Context(), r.URL.Query())
			if err != nil {
				s.Refuse(w, r, err)
				return
			}
			writeJSON(w, http.StatusOK, value)
		}
		s.Handle("GET "+OperatorPath+p.Name, operatorOnly(s, o.Token, read))
		if p.Act == nil {
			continue
		}
		s.Handle("POST "+OperatorPath+p.Name, operatorOnly(s, o.Token, func(w http.ResponseWriter, r *http.Request) {
			body, err := web.ReadBody(r)
			var answer any
			if err == nil {
				answer, err = p.Act(r.Context(), body)
			}
			switch {
			case err != nil:
				s.Refuse(w, r, err)
			case answer != nil:
				writeJSON(w, http.StatusOK, answer)
			default:
				read(w, r)
			}
		}))
	}
}
