package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"pavilion/internal/fault"
)

func TestProblem_MembersOfAFeatureAreSentAndDescribed(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	token := b.signIn(someone()).AccessToken
	add := request{Method: http.MethodPost, Path: APIPath + "/things", Token: token, Key: "k1", Body: thingBody{"bat & <ball>"}}
	b.Do(add).Want(t, "the first", http.StatusCreated, "")
	add.Key = "k2"
	refused := b.Do(add)
	want := fmt.Sprintf(`{"type":"/problems/name","title":"Conflict","status":409,"detail":"A name is needed that is not in use yet.","request_id":%q,"taken":["bat & <ball>"]}`, refused.Header.Get("X-Request-Id"))
	if string(refused.Body) != want+"\n" {
		t.Errorf("%s, want %s", refused.Body, want)
	}
	missing := b.Do(request{Path: APIPath + "/things/9", Token: token})
	if want := fmt.Sprintf(`{"type":"/problems/not-found","title":"Not Found","status":404,"detail":"There is nothing at this address.","request_id":%q}`, missing.Header.Get("X-Request-Id")); string(missing.Body) != want+"\n" {
		t.Errorf("%s, want %s", missing.Body, want)
	}
	var spec struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]json.RawMessage `json:"properties"`
				Required   []string                   `json:"required"`
			} `json:"schemas"`
		} `json:"components"`
	}
	b.Do(request{Path: "/api/openapi.json"}).Into(t, &spec)
	problem := spec.Components.Schemas["Problem"]
	if problem.Properties["taken"] == nil || problem.Properties["detail"] == nil || len(problem.Required) != 3 {
		t.Errorf("described as %s, required %q", problem.Properties, problem.Required)
	}
	if _, ok := spec.Components.Schemas["ThingMembers"]; ok {
		t.Error("the members have a schema of their own")
	}
}

func TestProblem_StatusIsTheKindsUnlessItHasItsOwn(t *testing.T) {
	t.Parallel()
	bad := fault.New(fault.Invalid, "bad")
	for name, c := range map[string]struct {
		err    error
		status int
		typ    string
	}{
		"of its kind":   {bad, http.StatusUnprocessableEntity, "/problems/bad"},
		"of its own":    {WithStatus(bad, http.StatusBadRequest), http.StatusBadRequest, "/problems/bad"},
		"wrapped twice": {fmt.Errorf("read: %w", WithStatus(fmt.Errorf("form: %w", bad), http.StatusBadRequest)), http.StatusBadRequest, "/problems/bad"},
		"without kind":  {errors.New("inside"), http.StatusInternalServerError, "/problems/internal"},
	} {
		if p := problemOf(c.err); p.Status != c.status || p.Type != c.typ {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for _, code := range []string{"53100", "53200", "53300", "25006", "55000", "57P01", "57P03"} { // full, out of memory or connections, read-only, a replica, stopping, starting
		p := problemOf(fmt.Errorf("hold: %w", &pgconn.PgError{Code: code}))
		if p.Status != http.StatusServiceUnavailable || p.Type != "/problems/dependency-down" || p.GetHeaders().Get("Retry-After") == "" {
			t.Errorf("Postgres says %s: %+v", code, p)
		}
	}
	if !errors.Is(WithStatus(bad, 400), bad) {
		t.Error("errors.Is lost the declared error")
	}
	if p := problemOf(fault.New(fault.Conflict, keyInProgress)); p.GetHeaders().Get("Retry-After") != "2" {
		t.Error("a key in progress has no Retry-After")
	}
}

// The page writes what the server says to the person, so the server says it in the language that the request accepts.
func TestProblem_IsWrittenInTheLanguageThatTheRequestAccepts(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for accepted, want := range map[string]string{"": "Sign in again", "hi": "फिर से साइन इन करें", "hi-IN,hi;q=0.9,en;q=0.8": "फिर से साइन इन करें", "fr, en;q=0.5": "Sign in again", "nonsense;;": "Sign in again"} {
		a := b.Do(request{Path: APIPath + "/things/1", Headers: map[string]string{"Accept-Language": accepted}})
		if p := a.Problem(t); !strings.Contains(p.Detail, want) {
			t.Errorf("%q: %d %q, want %q", accepted, a.Status, p.Detail, want)
		}
	}
}
