package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

// APIPath is the path of the API; those of routes are below it.
const APIPath = "/api/v1"

// APIOptions configure the API.
type APIOptions struct {
	About    string // first paragraph of the description
	Version  string
	BotToken secret.String // verifies Mini App data
}

// API is the API of a server: routes with sessions, limits and a description, which is served as /api/openapi.json and, for people, as /api/docs/.
type API struct {
	server     *Server
	sessions   *Sessions
	opts       APIOptions
	huma       huma.API
	problem    *huma.Schema          // of Problem, with the members that features add
	problemRef *huma.Schema          // refers to it
	extensions []func(err error) any // a feature's members of an error's problem; nil for none
}

const conventions = `Times are RFC 3339 instants; dates are the club's own. Errors are problem details (RFC 9457) whose type is stable. Actions that change
something take an Idempotency-Key: the same key with the same body gives the first answer again. Limits answer 429 with Retry-After;
RateLimit and RateLimit-Policy tell what is left.

Things that can change have a version, in the body and as the ETag. A change that would overwrite another person's decision takes it as If-Match: 428 without
it, and 409 with the type /problems/changed and the present version when the thing has changed since. Changes that the present state alone allows or
refuses, such as confirm, compare it where it is sent. What is only added and removed has no version.`

// NewAPI adds an API to a server, with the routes of sessions and the pages of its description.
func NewAPI(s *Server, sessions *Sessions, o APIOptions) *API {
	setStrict()
	a := &API{server: s, sessions: sessions, opts: o}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	format := huma.Format{Marshal: marshalAnswer, Unmarshal: unmarshalStrict}
	a.huma = humago.New(s.mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Pavilion", Version: o.Version, Description: o.About + "\n\n" + conventions},
			Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
				"session": {Type: "http", Scheme: "bearer", Description: "The access token of POST " + APIPath + "/sessions."},
			}},
		},
		OpenAPIPath: "/api/openapi", DefaultFormat: "application/json",
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{s.transform},
	})
	a.problem = registry.Schema(reflect.TypeFor[Problem](), false, "Problem")
	a.problemRef = registry.Schema(reflect.TypeFor[Problem](), true, "Problem")
	s.hasAPI = true
	a.addSessions()
	s.addPages()
	return a
}

// Route describes one operation of the API.
type Route struct {
	ID       string // operationId of the description
	Method   string
	Path     string // below APIPath
	Summary  string
	Tag      string
	Status   int  // of success
	Public   bool // needs no session
	Limit    Limit
	Media    string // of the answer; JSON where empty
	Problems []int  // statuses of this route's own problems; those of every route are added
	Cached   bool   // answers with Conditional: 304 to a client that has the answer already
}

// Body is an answer with a JSON body.
type Body[B any] struct{ Body B }

// Conditional is an answer with an entity tag, or 304 without a body.
type Conditional[B any] struct {
	Status int
	ETag   string `header:"ETag" doc:"Send it as If-None-Match: 304 means that the answer is still true."`
	Body   *B
}

// Answer answers with a body under its tag.
func Answer[B any](tag string, body B) *Conditional[B] {
	return &Conditional[B]{Status: http.StatusOK, ETag: weakTag(tag), Body: &body}
}

// NotModified answers that the client's copy is still true.
func NotModified[B any](tag string) *Conditional[B] {
	return &Conditional[B]{Status: http.StatusNotModified, ETag: weakTag(tag)}
}

// File is a file as an answer, or 304 without one.
type File struct {
	Status       int
	ETag         string `header:"ETag"`
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// IfNoneMatch is the header of a client that has an answer. It is embedded in the inputs of routes that answer with Conditional or File.
type IfNoneMatch struct {
	IfNoneMatch string `header:"If-None-Match" maxLength:"200" doc:"The ETag of the answer that you have."`
}

// Tag returns the tag of the client's answer; empty for none.
func (h IfNoneMatch) Tag() string {
	return strings.Trim(strings.TrimPrefix(strings.TrimSpace(h.IfNoneMatch), "W/"), `"`)
}

// File answers with a file whose tag is a digest of its content, or with 304 if the client has it. A client keeps the file but asks before each use, so that
// a right that ended also ends for kept files.
func (h IfNoneMatch) File(contentType string, content []byte) *File {
	tag := DigestTag(content)
	f := &File{Status: http.StatusOK, ETag: `"` + tag + `"`, ContentType: contentType, CacheControl: "private, no-cache", Body: content}
	if h.Tag() == tag {
		f.Status, f.Body = http.StatusNotModified, nil
	}
	return f
}

// DigestTag is the tag of an answer, made of its content.
func DigestTag(content []byte) string {
	sum := sha256.Sum256(content)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// weakTag is weak, because the answer may be compressed or not.
func weakTag(tag string) string { return `W/"` + tag + `"` }

// ListOf is a JSON body with a list.
type ListOf[B any] struct {
	Items []B `json:"items"`
}

// List answers with a list, which is never null.
func List[T, B any](list []T, body func(T) B) *Body[ListOf[B]] {
	out := &Body[ListOf[B]]{}
	out.Body.Items = make([]B, 0, len(list))
	for _, x := range list {
		out.Body.Items = append(out.Body.Items, body(x))
	}
	return out
}

// Add adds a route. Session and limit are checked before the body is read; the handler's error is answered as its problem. I and O are structs
// as huma reads and writes them: fields tagged path, query or header, and Body.
func Add[I, O any](a *API, r Route, handle func(ctx context.Context, in *I) (*O, error)) {
	op := huma.Operation{
		OperationID: r.ID, Method: r.Method, Path: APIPath + r.Path, Summary: r.Summary, Tags: []string{r.Tag}, DefaultStatus: r.Status,
		MaxBodyBytes: maxBody, Responses: map[string]*huma.Response{},
		Middlewares: huma.Middlewares{a.admit(r)},
	}
	problems := r.Problems
	if !r.Public {
		op.Security = []map[string][]string{{"session": {}}}
		problems = slices.Concat(problems, []int{http.StatusUnauthorized, http.StatusForbidden})
	}
	common := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if r.Method != http.MethodGet {
		common = append(common, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusRequestTimeout)
	}
	for _, status := range slices.Concat(common, problems) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: a.problemRef}},
		}
	}
	if r.Media != "" {
		op.Responses[strconv.Itoa(r.Status)] = &huma.Response{
			Description: http.StatusText(r.Status), Content: map[string]*huma.MediaType{r.Media: {Schema: &huma.Schema{Type: huma.TypeString}}},
		}
	}
	if r.Cached {
		op.Responses[strconv.Itoa(http.StatusNotModified)] = &huma.Response{Description: http.StatusText(http.StatusNotModified)}
	}
	if _, takesBody := reflect.TypeFor[I]().FieldByName("Body"); !takesBody && r.Method != http.MethodGet {
		op.Middlewares = append(op.Middlewares, a.refuseBody)
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if again, ok := errors.AsType[*replayedAnswer](err); ok {
			return nil, again
		}
		if err != nil {
			return nil, a.problemOf(ctx, err)
		}
		return out, nil
	})
	if body, ok := reflect.TypeFor[O]().FieldByName("Body"); ok && body.Type.Implements(reflect.TypeFor[tagged]()) {
		a.operation(r).Responses[strconv.Itoa(r.Status)].Headers = map[string]*huma.Param{
			tagHeader: {Description: "The version.", Schema: &huma.Schema{Type: huma.TypeString}, Example: ETag(3)},
		}
	}
}

// operation returns a route's operation in the OpenAPI description.
func (a *API) operation(r Route) *huma.Operation {
	item := a.huma.OpenAPI().Paths[APIPath+r.Path]
	for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete, item.Patch} {
		if op != nil && op.OperationID == r.ID {
			return op
		}
	}
	return nil
}

// admit checks a request's session and counts it against the route's limit. It runs before the body is read.
func (a *API) admit(r Route) func(ctx huma.Context, next func(huma.Context)) {
	return func(hctx huma.Context, next func(huma.Context)) {
		req, w := humago.Unwrap(hctx)
		ctx := req.Context()
		x := exchangeOf(ctx)
		if err := a.identify(ctx, req, r.Public); err != nil {
			if fault.KindOf(err) == fault.Unauthenticated {
				// Guessing tokens is limited like signing in.
				if limited := a.server.limits.countRequest(ctx, SignIns, x); limited != nil {
					err = limited
				}
			}
			a.server.Refuse(w, req, err)
			return
		}
		if err := a.server.limits.countRequest(ctx, r.Limit, x); err != nil {
			a.server.Refuse(w, req, err)
			return
		}
		next(hctx)
	}
}

// identify finds the signed-in person. A public route accepts a token and needs none; while Postgres is down it serves without checking it.
func (a *API) identify(ctx context.Context, r *http.Request, public bool) error {
	token, ok := BearerToken(r)
	if !ok {
		if public {
			return nil
		}
		return ErrSignIn
	}
	user, err := a.sessions.Check(ctx, secret.New(token))
	switch {
	case err != nil && public && fault.KindOf(err) != fault.Unauthenticated:
		return nil
	case err != nil:
		return err
	}
	exchangeOf(ctx).user = user
	return nil
}

// transform converts every error of huma to a Problem, and sets the ETag header for a body with a version.
func (s *Server) transform(ctx huma.Context, _ string, v any) (any, error) {
	switch v := v.(type) {
	case *huma.ErrorModel:
		return s.logProblem(ctx.Context(), fromHuma(v)), nil
	case *Problem:
		return s.logProblem(ctx.Context(), v), nil
	case tagged:
		ctx.SetHeader(tagHeader, v.ETag())
	}
	if encoded := exchangeOf(ctx.Context()).encoded; encoded != nil {
		return encodedAnswer(encoded), nil
	}
	return v, nil
}

// encodedAnswer is a body in JSON.
type encodedAnswer []byte

// marshalAnswer writes a body as huma does by default, and an encoded one as it is.
func marshalAnswer(w io.Writer, v any) error {
	encoded, ok := v.(encodedAnswer)
	if !ok {
		return huma.DefaultJSONFormat.Marshal(w, v)
	}
	_, err := w.Write(append(encoded, '\n'))
	return err
}
