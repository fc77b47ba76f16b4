package web

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pavilion/internal/fault"
)

func TestAddOnce_AnswersOnceAndRepeats(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	token := b.signIn(someone()).AccessToken
	add := request{Method: http.MethodPost, Path: APIPath + "/things", Token: token, Key: "k1", Body: thingBody{"bat"}}
	first, second := b.Do(add), b.Do(add)
	if first.Status != http.StatusCreated || second.Status != http.StatusCreated || !bytes.Equal(bytes.TrimSpace(first.Body), bytes.TrimSpace(second.Body)) {
		t.Errorf("%d %s, then %d %s", first.Status, first.Body, second.Status, second.Body)
	}
	if first.Header.Get("Idempotency-Replayed") != "" || second.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%v, then %v", first.Header, second.Header)
	}
	var thing thingBody
	b.Do(request{Path: APIPath + "/things/1", Token: token}).Into(t, &thing)
	if thing.Name != "bat" {
		t.Errorf("%+v", thing)
	}
	add.Key = "k2"
	first, second = b.Do(add), b.Do(add)
	if p := first.Problem(t); first.Status != http.StatusConflict || p.Type != "/problems/name" || p.RequestID != second.Problem(t).RequestID || second.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("a refusal: %d %s, then %d %s", first.Status, first.Body, second.Status, second.Body)
	}
	busy := fault.New(fault.Unavailable, "busy")
	b.things.work = func() error { return busy }
	add.Key, add.Body = "k3", thingBody{"ball"}
	b.Do(add).Want(t, "while a part is down", http.StatusServiceUnavailable, "busy")
	b.things.work = func() error { return errors.New("a secret") }
	if a := b.Do(add); a.Status != http.StatusInternalServerError || bytes.Contains(a.Body, []byte("secret")) {
		t.Errorf("an unexpected error: %d %s", a.Status, a.Body)
	}
	b.things.work = nil
	b.Do(add).Want(t, "the same key, when the part is back", http.StatusCreated, "")
	if want := []string{"add-thing ok", "add-thing replayed", "add-thing name", "add-thing replayed", "add-thing busy", "add-thing internal", "add-thing ok"}; !slices.Equal(b.things.counts, want) {
		t.Errorf("counted %q", b.things.counts)
	}
}

// TestAddOnce_ARepetitionHasTheBytesOfTheFirstAnswer: < and & have two spellings in JSON.
func TestAddOnce_ARepetitionHasTheBytesOfTheFirstAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	add := request{Method: http.MethodPost, Path: APIPath + "/things", Token: b.signIn(someone()).AccessToken, Key: "k1", Body: thingBody{"<bat> & ball"}}
	first, second := b.Do(add), b.Do(add)
	if !bytes.Equal(first.Body, second.Body) || !bytes.Contains(first.Body, []byte("<bat> & ball")) {
		t.Errorf("%q, then %q", first.Body, second.Body)
	}
}

func TestParseKey_ReadsQuotedAndBareWords(t *testing.T) {
	t.Parallel()
	if k, err := parseKey(`"a\\b\"c"`); err != nil || k != `a\b"c` {
		t.Errorf("%q %v", k, err)
	}
	if k, err := parseKey(strings.Repeat("k", 255)); err != nil || len(k) != 255 {
		t.Errorf("%q %v", k, err)
	}
	for _, header := range []string{"", strings.Repeat("k", 256), `""`, `"abc`, `"abc\"`, "a\tb"} {
		if k, err := parseKey(header); !errors.Is(err, errKeyForm) || problemOf(err).Status != http.StatusBadRequest {
			t.Errorf("%q was read as %q, %v", header, k, err)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{"", "abc", `"abc"`, `"a\"b"`, `"`, `"\`, strings.Repeat("x", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		k, err := parseKey(header)
		if err == nil && (k == "" || len(k) > 255) {
			t.Fatalf("%q was read as %q", header, k)
		}
	})
}
