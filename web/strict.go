package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Errors of bodies.
var (
	errDuplicateName = errors.New("a name comes twice in one object")
	errNull          = errors.New("null is no value here")
)

// setStrict sets the switches that huma has as package variables: names are matched by exact case, as the description has them, and a list is
// never null. Otherwise validation could read one of two names and the decoder the other, and null would be an empty list.
var setStrict = sync.OnceFunc(func() { //nolint:gochecknoglobals // once for the whole process, as the variables are
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
})

// unmarshalStrict is json.Unmarshal that refuses a repeated name in one object, which two readers could understand differently, and null, which
// no schema of a request has. Huma reads a body twice: into an any for the validation, then into its type. Only the first reading checks.
func unmarshalStrict(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if _, validated := v.(*any); !validated {
		return nil
	}
	return checkTokens(data)
}

// refuseBody refuses a body of a route that takes none. Some clients always send an empty object.
func (a *API) refuseBody(hctx huma.Context, next func(huma.Context)) {
	req, w := humago.Unwrap(hctx)
	body, err := ReadBody(req)
	if text := string(bytes.TrimSpace(body)); err == nil && text != "" && text != "{}" {
		err = errMalformed
	}
	if err != nil {
		a.server.Refuse(w, req, err)
		return
	}
	req.Body = http.NoBody
	next(hctx)
}

func checkTokens(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	var open []map[string]bool // the names of each open object; nil for an array
	isName := false            // the next string is a name
	for {
		t, err := d.Token()
		if err != nil {
			return nil //nolint:nilerr // the end; the syntax was checked before
		}
		if t == nil {
			return errNull
		}
		if s, ok := t.(string); ok && isName {
			top := open[len(open)-1]
			if top[s] {
				return errDuplicateName
			}
			top[s] = true
			isName = false
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
		isName = len(open) > 0 && open[len(open)-1] != nil
	}
}
