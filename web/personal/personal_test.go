package personal

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"pavilion/filter"
	"pavilion/sandbox/caller"
	"pavilion/web"
)

func get(path, token string) caller.Request {
	return caller.Request{Path: web.APIPath + path, Token: token}
}

func post(path, token string, body any) caller.Request {
	return caller.Request{Method: http.MethodPost, Path: web.APIPath + path, Token: token, Body: body}
}

// note stores something about a person: a language, and an entry in the archive's audience.
func (d *desk) note(t *testing.T, person int64) {
	t.Helper()
	if err := d.audience.MarkActive(t.Context(), filter.UserID(person), "hi"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.db.Exec(t.Context(), `INSERT INTO bot_language (person, language) VALUES ($1, 'hi')`, person); err != nil {
		t.Fatal(err)
	}
}

func TestExport_IsOnesOwnWithinALimit(t *testing.T) {
	t.Parallel()
	d := open(t)
	const me, other = 6001, 6002
	d.note(t, me)
	d.note(t, other)
	d.page.Do(get("/me/export", "")).Want(t, "without a session", http.StatusUnauthorized, "sign-in-required")
	token := d.signIn(t, me)
	var e ExportBody
	a := d.page.Do(get("/me/export", token))
	a.Want(t, "my data", http.StatusOK, "")
	a.Into(t, &e)
	names := map[string]string{}
	for _, r := range e.Records {
		names[r.Name] = r.About
	}
	if e.Person != me || names["bot_language"] != "आपकी चुनी हुई भाषा।" || names["audience"] == "" || names["session"] == "" || strings.Contains(string(a.Body), fmt.Sprint(other)) {
		t.Errorf("%s", a.Body)
	}
	for range 2 {
		d.page.Do(get("/me/export", token)).Want(t, "again", http.StatusOK, "")
	}
	a = d.page.Do(get("/me/export", token))
	a.Want(t, "too often", http.StatusTooManyRequests, "personal-too-often")
	if a.Header.Get("Retry-After") == "" {
		t.Error("the refusal does not say when to come again")
	}
}

func TestErasure_TakesTwoStepsAndARepetitionGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	d := open(t)
	const me = 6003
	d.note(t, me)
	token := d.signIn(t, me)
	var asked ErasureBody
	a := d.page.Do(post("/me/erasures", token, nil))
	a.Want(t, "ask", http.StatusCreated, "")
	a.Into(t, &asked)
	if asked.Token == "" || asked.ExpiresIn != 600 || len(asked.Obstacles) != 0 {
		t.Fatalf("%s", a.Body)
	}
	if _, err := d.audience.Person(t.Context(), me); err != nil {
		t.Errorf("the question erased something: %v", err)
	}
	confirm := post("/me/erasures/confirmation", token, map[string]string{"token": asked.Token})
	d.page.Do(post("/me/erasures/confirmation", token, map[string]string{"token": strings.Repeat("x", 24)})).Want(t, "a guessed token", http.StatusGone, "erase-stale")
	answers := make([]caller.Answer, 3)
	var clients sync.WaitGroup
	confirm.Token = "" // the session goes with the data
	for i := range answers {
		clients.Go(func() { answers[i] = d.page.Do(confirm) })
	}
	clients.Wait()
	for _, a := range append(answers, d.page.Do(confirm)) {
		a.Want(t, "confirm", http.StatusOK, "")
		var erased ErasedBody
		a.Into(t, &erased)
		if !erased.Done {
			t.Errorf("%s", a.Body)
		}
	}
	d.page.Do(get("/me/export", token)).Want(t, "the session afterwards", http.StatusUnauthorized, "sign-in-required")
	if _, err := d.audience.Person(t.Context(), me); !errors.Is(err, filter.ErrPersonUnknown) {
		t.Errorf("the archive's databases know the person: %v", err)
	}
	var rows int
	if err := d.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM bot_language WHERE person = $1) + (SELECT count(*) FROM session WHERE member_id = $1) + (SELECT count(*) FROM erasure WHERE person = $1)`, me).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows are left, %v", rows, err)
	}
}

func TestErasure_SaysWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	d := open(t)
	const me = 6004
	token := d.signIn(t, me)
	if _, err := d.db.Exec(t.Context(), `INSERT INTO delivery_job (origin, person, chat, topic, language, quiet, documents, channels, messages, total, protect, delete_after, caption, priority, state)
		VALUES ('here', $1, $1, 0, 'en', false, '{1}', '{1}', '{1}', 1, false, '0', '', false, 'new')`, me); err != nil {
		t.Fatal(err)
	}
	var asked ErasureBody
	a := d.page.Do(post("/me/erasures", token, nil))
	a.Want(t, "ask", http.StatusCreated, "")
	a.Into(t, &asked)
	if asked.Token != "" || len(asked.Obstacles) != 1 || asked.Obstacles[0].Type != "/problems/erase-delivery" || !strings.Contains(asked.Obstacles[0].Detail, "फ़ाइलें") {
		t.Errorf("%s", a.Body)
	}
}
