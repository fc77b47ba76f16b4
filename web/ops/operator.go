package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"pavilion/internal/fault"
	"pavilion/web"
)

// Page is a resource for the operator under /operator/. app makes the pages, because this package knows none of the parts behind them.
type Page struct {
	Name string
	Read func(ctx context.Context) (any, error) // the answer to GET, as JSON
	Act  func(ctx context.Context, body []byte) error
}

// OperatorPath begins the addresses of pages.
const OperatorPath = "/operator/"

var errActionBody = fault.New(fault.Invalid, "operator_body")

// Action makes a page's Act from a function that takes the fields of a JSON object. It refuses fields that T does not have.
func Action[T any](do func(ctx context.Context, fields T) error) func(ctx context.Context, body []byte) error {
	return func(ctx context.Context, body []byte) error {
		var fields T
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&fields); err != nil || d.More() {
			return errors.Join(errActionBody, err)
		}
		return do(ctx, fields)
	}
}

// addPages adds each page behind the operator's token.
func addPages(s *web.Server, o Options) {
	for _, p := range o.Pages {
		read := func(w http.ResponseWriter, r *http.Request) {
			value, err := p.Read(r.Context())
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
			if err == nil {
				err = p.Act(r.Context(), body)
			}
			if err != nil {
				s.Refuse(w, r, err)
				return
			}
			read(w, r)
		}))
	}
}
