package web

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"pavilion/sandbox/engines"
)

func TestSessions_LifeOfASignIn(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := someone()
	tokens := b.signIn(id)
	if tokens.ExpiresIn != 600 || tokens.TokenType != "Bearer" {
		t.Errorf("%+v", tokens)
	}
	a := b.do(request{method: "POST", path: apiPath + "/sessions/refresh", body: map[string]string{"refresh_token": tokens.RefreshToken, "client_id": clientID}})
	var next TokensBody
	a.into(t, &next)
	if a.status != http.StatusOK || next.RefreshToken == tokens.RefreshToken {
		t.Errorf("%d %s", a.status, a.body)
	}
	other := b.signIn(id)
	if a := b.do(request{method: "DELETE", path: apiPath + "/sessions/current", token: next.AccessToken}); a.status != http.StatusNoContent {
		t.Errorf("sign out: %d %s", a.status, a.body)
	}
	for token, want := range map[string]int{next.AccessToken: 401, tokens.AccessToken: 401} {
		a := b.do(request{method: "DELETE", path: apiPath + "/sessions/current", token: token})
		if a.status != want || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("after sign-out: %d", a.status)
		}
	}
	if a := b.do(request{method: "DELETE", path: apiPath + "/sessions", token: other.AccessToken}); a.status != http.StatusNoContent {
		t.Errorf("the other device: %d", a.status)
	}
}

func TestSessions_BadProofsAreRefusedAlike(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	old := initData(testToken, userFields(1, time.Now().Add(-2*time.Hour)))
	future := initData(testToken, userFields(1, time.Now().Add(2*time.Minute)))
	for name, c := range map[string]struct{ data, typ string }{
		"forged":        {initData("7000000001:other", userFields(1, time.Now())), "/problems/init-data"},
		"no query":      {"x", "/problems/init-data"},
		"two hours old": {old, "/problems/proof-expired"},
		"from tomorrow": {future, "/problems/proof-expired"},
	} {
		a := b.do(request{method: "POST", path: apiPath + "/sessions", body: map[string]string{"init_data": c.data, "client_id": clientID}})
		if p := a.problem(t); a.status != http.StatusUnauthorized || p.Type != c.typ {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	var rows int
	if err := b.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM session_proof)`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows written for nobody, %v", rows, err)
	}
}

func TestSessions_RefreshRace(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	tokens := b.signIn(someone())
	body := map[string]string{"refresh_token": tokens.RefreshToken, "client_id": clientID}
	var mu sync.Mutex
	successors := map[string]bool{}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			a, err := b.try(request{method: "POST", path: apiPath + "/sessions/refresh", body: body})
			if err != nil || a.status != http.StatusOK {
				t.Errorf("%d %s %v", a.status, a.body, err)
				return
			}
			var next TokensBody
			a.into(t, &next)
			mu.Lock()
			defer mu.Unlock()
			successors[next.RefreshToken] = true
		})
	}
	wg.Wait()
	if len(successors) != 1 {
		t.Fatalf("%d successors of one token", len(successors))
	}
	body["client_id"] = "somebody-elses-device"
	a := b.do(request{method: "POST", path: apiPath + "/sessions/refresh", body: body})
	if p := a.problem(t); a.status != http.StatusUnauthorized || p.Type != "/problems/session-revoked" {
		t.Errorf("a thief: %d %s", a.status, a.body)
	}
	for next := range successors {
		a := b.do(request{method: "POST", path: apiPath + "/sessions/refresh", body: map[string]string{"refresh_token": next, "client_id": clientID}})
		if a.status != http.StatusUnauthorized {
			t.Errorf("the family lives on: %d", a.status)
		}
	}
}

func TestServer_PostgresDown(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	b := setupOn(t, e.PostgresURL, shared.RedisURL, nil)
	e.StopPostgres()
	start := time.Now()
	for range 5 {
		a := b.do(request{method: "POST", path: apiPath + "/sessions", body: map[string]string{"init_data": initData(testToken, userFields(1, time.Now())), "client_id": clientID}})
		if p := a.problem(t); a.status != http.StatusServiceUnavailable || p.Type != "/problems/dependency-down" || a.header.Get("Retry-After") == "" {
			t.Errorf("sign-in: %d %s", a.status, a.body)
		}
		if a := b.do(request{method: "DELETE", path: apiPath + "/sessions", token: fmt.Sprint("pva_", serial.Add(1))}); a.status != http.StatusServiceUnavailable {
			t.Errorf("with a token: %d %s", a.status, a.body)
		}
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("ten refusals took %s", took)
	}
}
