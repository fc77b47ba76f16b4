package ops

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"pavilion/internal/fault"
)

type colour struct {
	Colour string `json:"colour"`
}

var errColour = fault.New(fault.Conflict, "setting_changed")

func TestPages_AreReadAndChangedByTheOperatorOnly(t *testing.T) {
	t.Parallel()
	now := colour{"red"}
	page := Page{Name: "colour", Read: Fixed(func(context.Context) (any, error) { return now, nil }), Act: Action(func(_ context.Context, c colour) error {
		if c.Colour == "" {
			return errColour
		}
		now = c
		return nil
	})}
	b := setup(t, func(o *Options) {
		o.Pages = []Page{page, {Name: "fixed", Read: Fixed(func(context.Context) (any, error) { return nil, errColour })}, {
			Name: "mixed", Read: func(_ context.Context, q url.Values) (any, error) { return colour{q.Get("with")}, nil },
			Act: Answer(func(_ context.Context, c colour) (any, error) { return colour{"dark " + c.Colour}, nil }),
		}}
	})
	for _, c := range []struct {
		what, method, path, token string
		body                      any
		status                    int
		colour                    string
	}{
		{"no token", http.MethodGet, "/operator/colour", "", nil, 401, ""},
		{"no token to change", http.MethodPost, "/operator/colour", "", colour{"blue"}, 401, ""},
		{"read", http.MethodGet, "/operator/colour", operatorToken, nil, 200, "red"},
		{"change", http.MethodPost, "/operator/colour", operatorToken, colour{"blue"}, 200, "blue"},
		{"an unknown field", http.MethodPost, "/operator/colour", operatorToken, map[string]string{"color": "green"}, 422, ""},
		{"a refused value", http.MethodPost, "/operator/colour", operatorToken, colour{}, 409, ""},
		{"still", http.MethodGet, "/operator/colour", operatorToken, nil, 200, "blue"},
		{"a query", http.MethodGet, "/operator/mixed?with=green", operatorToken, nil, 200, "green"},
		{"an action with an answer of its own", http.MethodPost, "/operator/mixed", operatorToken, colour{"blue"}, 200, "dark blue"},
		{"a page without an action", http.MethodPost, "/operator/fixed", operatorToken, colour{"blue"}, 405, ""},
		{"a page that cannot be read", http.MethodGet, "/operator/fixed", operatorToken, nil, 409, ""},
	} {
		a := b.Do(request{Method: c.method, Path: c.path, Token: c.token, Body: c.body})
		if a.Status != c.status {
			t.Errorf("%s: %d %s", c.what, a.Status, a.Body)
			continue
		}
		var got colour
		if c.colour != "" {
			if a.Into(t, &got); got.Colour != c.colour {
				t.Errorf("%s: %s", c.what, a.Body)
			}
		}
	}
}
