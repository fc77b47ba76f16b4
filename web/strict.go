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

// unmarshalStrict is json.Unmarshal that refuses null and a repeated name in one object. Two readers could understand a repeated name differently. No
// schema of a request allows null. Huma reads a body twice: into an any for the validation, then into its type. Only the first reading checks.
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

// checkTokens refuses a repeated name and null. data is valid JSON, so outside of strings only null has the letter n. A json.Decoder would allocate every
// token, for each request with a body.
func checkTokens(data []byte) error {
	var open []map[string]bool // the names of each open object; nil for an array
	isName := false            // the next string is a name
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case 'n':
			return errNull
		case '{':
			open, isName = append(open, map[string]bool{}), true
		case '[':
			open, isName = append(open, nil), false
		case '}', ']':
			open = open[:len(open)-1]
		case ',':
			isName = open[len(open)-1] != nil
		case '"':
			text := data[i : i+stringLength(data[i:])]
			i += len(text) - 1
			if !isName {
				continue
			}
			var name string
			if err := json.Unmarshal(text, &name); err != nil { // it reads escapes
				return err
			}
			names := open[len(open)-1]
			if names[name] {
				return errDuplicateName
			}
			names[name], isName = true, false
		}
	}
	return nil
}

// stringLength returns the length of the string at the beginning of valid JSON, with its quotes.
func stringLength(data []byte) int {
	for i := 1; ; i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}
