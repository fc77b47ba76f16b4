package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"pavilion/internal/secret"
)

// reopened runs the job that a request left behind and returns the code that was sent.
func (b *bundle) reopened(t *testing.T, user UserID) string {
	t.Helper()
	tag, err := b.db.Exec(t.Context(), `DELETE FROM river_job WHERE kind = 'session_reopen' AND queue = 'buttons' AND args ->> 'user' = $1::bigint::text`, user)
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatalf("%d jobs, %v", tag.RowsAffected(), err)
	}
	var sent string
	err = b.sessions.SendCode(t.Context(), user, func(_ context.Context, to UserID, code secret.String) error {
		if to != user {
			t.Errorf("the button goes to %d", to)
		}
		sent = code.Reveal()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// Telegram Desktop hands out data that is almost a day old, and repeats it at a reload. A button that the bot sends opens a session with it, once.
func TestReopen_OldDataSignsInWithTheCodeThatTheBotSent(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id, stranger := someone(), someone()
	old := initData(testToken, userFields(id, time.Now().Add(-23*time.Hour)))
	signIn := func(data, code, client string) int {
		body := map[string]string{"init_data": data, "client_id": client}
		if code != "" {
			body["code"] = code
		}
		return b.Do(request{Method: "POST", Path: APIPath + "/sessions", Body: body}).Status
	}
	ask := func(data string) (int, string) {
		a := b.Do(request{Method: "POST", Path: APIPath + "/sessions/reopen", Body: map[string]string{"init_data": data}})
		if a.Status == http.StatusAccepted {
			if string(a.Body) != `{"requested":true}`+"\n" {
				t.Errorf("the answer is %s", a.Body)
			}
			return a.Status, ""
		}
		if wait := a.Header.Get("Retry-After"); a.Status == http.StatusTooManyRequests && wait != "60" {
			t.Errorf("Retry-After is %q", wait)
		}
		return a.Status, a.Problem(t).Type
	}
	if status := signIn(old, "", clientID); status != http.StatusUnauthorized {
		t.Fatalf("old data signs in: %d", status)
	}
	if status, _ := ask(old); status != http.StatusAccepted {
		t.Fatalf("asking: %d", status)
	}
	if status, kind := ask(old); status != http.StatusTooManyRequests || kind != "/problems/reopen-soon" {
		t.Errorf("asking twice within a minute: %d %s", status, kind)
	}
	code := b.reopened(t, UserID(id))
	if status := signIn(initData(testToken, userFields(stranger, time.Now().Add(-23*time.Hour))), code, clientID); status != http.StatusUnauthorized {
		t.Errorf("another person's data with this code: %d", status)
	}
	if status := signIn(old, code+"A", clientID); status != http.StatusUnauthorized {
		t.Errorf("a wrong code: %d", status)
	}
	for range 2 { // the second is the retry of a lost answer
		if status := signIn(old, code, clientID); status != http.StatusCreated {
			t.Fatalf("the code: %d", status)
		}
	}
	if status := signIn(old, code, "another-device-0123"); status != http.StatusUnauthorized {
		t.Errorf("the code on another device: %d", status)
	}
	exec(t, b.db, `UPDATE session_reopening SET used_at = used_at - interval '11 seconds'`)
	if status := signIn(old, code, clientID); status != http.StatusUnauthorized {
		t.Errorf("the code again later: %d", status)
	}

	exec(t, b.db, `UPDATE session_reopening SET asked_at = asked_at - interval '61 seconds'`)
	if status, _ := ask(old); status != http.StatusAccepted {
		t.Fatalf("asking a minute later: %d", status)
	}
	late := b.reopened(t, UserID(id))
	exec(t, b.db, `UPDATE session_reopening SET expires_at = clock_timestamp()`)
	if status := signIn(old, late, clientID); status != http.StatusUnauthorized {
		t.Errorf("a code after two minutes: %d", status)
	}
	for what, data := range map[string]string{
		"two days old": initData(testToken, userFields(stranger, time.Now().Add(-48*time.Hour))),
		"forged":       initData("7000000001:other", userFields(stranger, time.Now())),
	} {
		if status, _ := ask(data); status != http.StatusUnauthorized {
			t.Errorf("asking with data that is %s: %d", what, status)
		}
	}
}

// The page repeats the code of its address beside whatever data the client hands out.
func TestReopen_FreshDataSignsInBesideACodeThatHasRunOut(t *testing.T) {
	t.Parallel()
	db := database(t)
	s := sessions(t, db, SessionOptions{ReopenQueue: "buttons"})
	fresh := proof("fresh", time.Now())
	if _, err := s.Open(t.Context(), fresh, phone, secret.New(codePrefix+"EXPIRED")); err != nil {
		t.Errorf("fresh data with an old code: %v", err)
	}
	_, err := s.Open(t.Context(), fresh, laptop, secret.New(codePrefix+"EXPIRED"))
	wantErr(t, "used data with an old code", err, ErrInitDataStale)
	if err := s.RequestReopening(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	var code secret.String
	keep := func(_ context.Context, _ UserID, c secret.String) error { code = c; return nil }
	if err := s.SendCode(t.Context(), player, keep); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), fresh, laptop, code); err != nil {
		t.Errorf("used data with the code: %v", err)
	}
}

func TestReopen_ACodeOfARestoredBackupIsRefused(t *testing.T) {
	t.Parallel()
	db := database(t)
	s := sessions(t, db, SessionOptions{ReopenQueue: "buttons"})
	stale := proof("stale", time.Now().Add(-2*time.Hour))
	if err := s.RequestReopening(t.Context(), stale); err != nil {
		t.Fatal(err)
	}
	var code secret.String
	keep := func(_ context.Context, _ UserID, c secret.String) error { code = c; return nil }
	if err := s.SendCode(t.Context(), player, keep); err != nil {
		t.Fatal(err)
	}
	exec(t, db, `INSERT INTO session_epoch (incarnation, since) VALUES (session_incarnation(), clock_timestamp()) ON CONFLICT (incarnation) DO UPDATE SET since = excluded.since`)
	_, err := s.Open(t.Context(), stale, phone, code)
	wantErr(t, "a code of before the restore", err, ErrInitDataStale)
}

func TestReopen_WithoutAMiniAppThereIsNothingToSend(t *testing.T) {
	t.Parallel()
	s := sessions(t, database(t), SessionOptions{})
	wantErr(t, "without a queue", s.RequestReopening(t.Context(), proof("any", time.Now())), ErrNoReopen)
}
