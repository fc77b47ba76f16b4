package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

const apiPath = "/api/v1"

// access is who may use a route.
type access int

const (
	public access = iota
	members
)

// api adds the routes of /api/v1 and their description.
func (s *Server) api(mux *http.ServeMux) {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshalStrict}
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Pavilion", Version: s.opts.Version, Description: description},
			Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
				"session": {Type: "http", Scheme: "bearer", Description: "The access token of POST " + apiPath + "/sessions."},
			}},
		},
		OpenAPIPath: "/api/openapi", DefaultFormat: "application/json",
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{s.problems},
	}
	api := humago.New(mux, config)
	problem := registry.Schema(problemGoType(), true, "Problem")
	a := &routes{Server: s, api: api, problem: problem}
	a.sessions()
	a.domain()
}

const description = `Nets of a cricket club: what is free, holds, bookings.

Times are RFC 3339 instants; dates are the club's own. Errors are problem details (RFC 9457) whose type is stable. Actions that change
something take an Idempotency-Key: the same key with the same body gives the first answer again. Limits answer 429 with Retry-After;
RateLimit and RateLimit-Policy tell what is left.`

// routes registers operations.
type routes struct {
	*Server
	api     huma.API
	problem *huma.Schema
}

// route describes one operation.
type route struct {
	id       string
	method   string
	path     string // under /api/v1
	summary  string
	tag      string
	status   int // of success
	access   access
	policy   policy
	media    string // of the answer, where it is no JSON
	problems []int  // statuses that are this route's own; those that every route has are added
}

// add registers an operation: limits and session before its body is read, and one translator for its errors.
func add[I, O any](a *routes, r route, handle func(ctx context.Context, in *I) (*O, error)) {
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: apiPath + r.path, Summary: r.summary, Tags: []string{r.tag}, DefaultStatus: r.status,
		MaxBodyBytes: bodyMost, Responses: map[string]*huma.Response{},
		Middlewares: huma.Middlewares{a.admit(r)},
	}
	if r.access != public {
		op.Security = []map[string][]string{{"session": {}}}
		r.problems = append(r.problems, http.StatusUnauthorized, http.StatusForbidden)
	}
	common := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if r.method != http.MethodGet {
		common = append(common, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusRequestTimeout)
	}
	for _, status := range slices.Concat(common, r.problems) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: a.problem}},
		}
	}
	if r.media != "" {
		op.Responses[strconv.Itoa(r.status)] = &huma.Response{
			Description: http.StatusText(r.status), Content: map[string]*huma.MediaType{r.media: {Schema: &huma.Schema{Type: huma.TypeString}}},
		}
	}
	huma.Register(a.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if again, ok := errors.AsType[*replay](err); ok {
			return nil, again
		}
		if err != nil {
			return nil, problemOf(err)
		}
		return out, nil
	})
}

// admit lets a request in: who asks, may they, and not too often. It runs before the body is read.
func (a *routes) admit(r route) func(ctx huma.Context, next func(huma.Context)) {
	return func(hctx huma.Context, next func(huma.Context)) {
		req, w := humago.Unwrap(hctx)
		ctx := req.Context()
		x := exchangeOf(ctx)
		if err := a.identify(ctx, req, r.access); err != nil {
			if fault.KindOf(err) == fault.Unauthenticated {
				// Guessing tokens is limited like signing in.
				if limited := a.limits.take(ctx, a.opts.Limits.signIns(), x); limited != nil {
					err = limited
				}
			}
			a.refuse(w, req, err)
			return
		}
		if err := a.limits.take(ctx, r.policy, x); err != nil {
			a.refuse(w, req, err)
			return
		}
		next(hctx)
	}
}

// identify finds out who asks. A public route takes a token and needs none; while Postgres is down it serves whoever it is.
func (a *routes) identify(ctx context.Context, r *http.Request, need access) error {
	token, ok := bearer(r.Header.Get("Authorization"))
	if !ok {
		if need == public {
			return nil
		}
		return ErrSignIn
	}
	who, err := a.deps.Sessions.Check(ctx, secret.New(token))
	switch {
	case err != nil && need == public && fault.KindOf(err) != fault.Unauthenticated:
		return nil
	case err != nil:
		return err
	}
	exchangeOf(ctx).user = who
	return nil
}

// problems gives every error that huma writes our form.
func (s *Server) problems(ctx huma.Context, _ string, v any) (any, error) {
	switch v := v.(type) {
	case *huma.ErrorModel:
		return s.noted(ctx.Context(), fromHuma(v)), nil
	case *Problem:
		return s.noted(ctx.Context(), v), nil
	}
	return v, nil
}

var errDuplicateKey = errors.New("a name comes twice in one object")

// unmarshalStrict is encoding/json without its leniency about names that come twice: two readers of one body must not read different things.
func unmarshalStrict(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	return uniqueNames(data)
}

func uniqueNames(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	var open []map[string]bool // nil for an array
	name := false              // the next string is a name
	for {
		t, err := d.Token()
		if err != nil {
			return nil //nolint:nilerr // the end; the form was checked before
		}
		if s, ok := t.(string); ok && name {
			top := open[len(open)-1]
			if top[s] {
				return errDuplicateKey
			}
			top[s] = true
			name = false
			continue
		}
		switch t {
		case json.Delim('{'):
			open = append(open, map[string]bool{})
		case json.Delim('['):
			open = append(open, nil)
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}
