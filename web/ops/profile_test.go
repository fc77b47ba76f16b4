package ops

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestProfiles_AreForTheOperatorOnly is not parallel: a process has one CPU profile at a time.
func TestProfiles_AreForTheOperatorOnly(t *testing.T) {
	b := setup(t, nil)
	for _, name := range []string{"cpu?seconds=1", "heap", "goroutines"} {
		if a := b.Do(request{Method: http.MethodGet, Path: "/operator/profiles/" + name}); a.Status != http.StatusUnauthorized {
			t.Errorf("%s without the token: %d", name, a.Status)
		}
	}
	get := func(name string) (int, []byte) {
		a := b.Do(request{Method: http.MethodGet, Path: "/operator/profiles/" + name, Token: operatorToken})
		return a.Status, a.Body
	}
	if status, body := get("goroutines"); status != http.StatusOK || !strings.Contains(string(body), "web.(*Server).Serve") || !strings.Contains(string(body), "goroutine ") {
		t.Errorf("goroutines: %d\n%.300s", status, body)
	}
	began := time.Now()
	for _, name := range []string{"cpu?seconds=1", "heap", "mutex", "goroutine"} {
		status, body := get(name)
		if _, err := gzip.NewReader(bytes.NewReader(body)); status != http.StatusOK || err != nil {
			t.Errorf("%s: %d, %v", name, status, err)
		}
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("a second of CPU took %s", took)
	}
	for name, want := range map[string]int{"cpu?seconds=0": 422, "cpu?seconds=61": 422, "cpu?seconds=x": 422, "none": 404} {
		if status, _ := get(name); status != want {
			t.Errorf("%s: %d, want %d", name, status, want)
		}
	}
}

// TestProfiles_DoNotHoldUpTheEnd stops the server during a long profile.
func TestProfiles_DoNotHoldUpTheEnd(t *testing.T) {
	b := setup(t, nil)
	answered := make(chan int, 1)
	go func() {
		a, err := b.Try(request{Method: http.MethodGet, Path: "/operator/profiles/cpu?seconds=60", Token: operatorToken})
		if err != nil {
			t.Error(err)
		}
		answered <- a.Status
	}()
	for deadline := time.Now().Add(time.Minute); ; {
		a := b.Do(request{Method: http.MethodGet, Path: "/operator/profiles/goroutines", Token: operatorToken})
		if strings.Contains(string(a.Body), "ops.profileCPU") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the profile never began")
		}
	}
	if a := b.Do(request{Method: http.MethodGet, Path: "/operator/profiles/cpu", Token: operatorToken}); a.Status != http.StatusConflict {
		t.Errorf("a second profile at once: %d", a.Status)
	}
	began := time.Now()
	b.stop()
	if status := <-answered; status != http.StatusOK || time.Since(began) > 40*time.Second {
		t.Errorf("%d after %s", status, time.Since(began))
	}
}
