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
	a := b.Do(request{Method: "POST", Path: APIPath + "/sessions/refresh", Body: map[string]string{"refresh_token": tokens.RefreshToken, "client_id": clientID}})
	var next TokensBody
	a.Into(t, &next)
	if a.Status != http.StatusOK || next.RefreshToken == tokens.RefreshToken {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	other := b.signIn(id)
	if a := b.Do(request{Method: "DELETE", Path: APIPath + "/sessions/current", Token: next.AccessToken}); a.Status != http.StatusNoContent {
		t.Errorf("sign out: %d %s", a.Status, a.Body)
	}
	for token, want := range map[string]int{next.AccessToken: 401, tokens.AccessToken: 401} {
		a := b.Do(request{Method: "DELETE", Path: APIPath + "/sessions/current", Token: token})
		if a.Status != want || a.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("after sign-out: %d", a.Status)
		}
	}
	if a := b.Do(request{Method: "DELETE", Path: APIPath + "/sessions", Token: other.AccessToken}); a.Status != http.StatusNoContent {
		t.Errorf("the other device: %d", a.Status)
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
		"two hours old": {old, "/problems/init-data-stale"},
		"from tomorrow": {future, "/problems/init-data-stale"},
	} {
		a := b.Do(request{Method: "POST", Path: APIPath + "/sessions", Body: map[string]string{"init_data": c.data, "client_id": clientID}})
		if p := a.Problem(t); a.Status != http.StatusUnauthorized || p.Type != c.typ {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
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
			a, err := b.Try(request{Method: "POST", Path: APIPath + "/sessions/refresh", Body: body})
			if err != nil || a.Status != http.StatusOK {
				t.Errorf("%d %s %v", a.Status, a.Body, err)
				return
			}
			var next TokensBody
			a.Into(t, &next)
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
	a := b.Do(request{Method: "POST", Path: APIPath + "/sessions/refresh", Body: body})
	if p := a.Problem(t); a.Status != http.StatusUnauthorized || p.Type != "/problems/session-revoked" {
		t.Errorf("a thief: %d %s", a.Status, a.Body)
	}
	for next := range successors {
		a := b.Do(request{Method: "POST", Path: APIPath + "/sessions/refresh", Body: map[string]string{"refresh_token": next, "client_id": clientID}})
		if a.Status != http.StatusUnauthorized {
			t.Errorf("the family lives on: %d", a.Status)
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
		a := b.Do(request{Method: "POST", Path: APIPath + "/sessions", Body: map[string]string{"init_data": initData(testToken, userFields(1, time.Now())), "client_id": clientID}})
		if p := a.Problem(t); a.Status != http.StatusServiceUnavailable || p.Type != "/problems/dependency-down" || a.Header.Get("Retry-After") == "" {
			t.Errorf("sign-in: %d %s", a.Status, a.Body)
		}
		if a := b.Do(request{Method: "DELETE", Path: APIPath + "/sessions", Token: fmt.Sprint("pva_", serial.Add(1))}); a.Status != http.StatusServiceUnavailable {
			t.Errorf("with a token: %d %s", a.Status, a.Body)
		}
	}
	if took := time.Since(start); took > 20*time.Second { // 40 s, if each waited for a connection
		t.Errorf("ten refusals took %s", took)
	}
}
