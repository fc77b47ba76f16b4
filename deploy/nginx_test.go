package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pavilion/sandbox/install"
	"pavilion/sandbox/process"
)

// startNginx runs nginx in front of an upstream, and of the bot's processes. The configuration is the shipped one with other addresses and folders:
// access.log and error.log are in dir.
func startNginx(t *testing.T, upstream string, bots ...string) (addr, dir string) {
	t.Helper()
	path, ok := install.Binary("nginx", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")
	if !ok {
		if err := install.Apt(t.Context(), "nginx-light"); err != nil {
			t.Fatalf("no nginx found: install it (Debian: apt install nginx-light): %v", err)
		}
		if path, ok = install.Binary("nginx", "/usr/sbin"); !ok {
			t.Fatal("nginx was installed and is not there")
		}
	}
	text, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if len(bots) == 0 {
		bots = []string{upstream}
	}
	dir = t.TempDir()
	conf := strings.NewReplacer("listen 8080 default_server", "listen "+addr+" default_server", "pavilion:8080", upstream, "archive:8080", "bots", "\tserver {\n", group(bots...)+"\tserver {\n", "/tmp/", dir+"/", "/dev/stdout", dir+"/access.log", "/dev/stderr", dir+"/error.log").Replace(string(text))
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte("daemon off;\n"+conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-c", file, "-p", dir, "-e", dir+"/error.log") //nolint:noctx // stopped in the cleanup
	ended, err := process.Start(cmd, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // fails if it has ended
		<-ended
		if log, _ := os.ReadFile(dir + "/error.log"); t.Failed() {
			t.Logf("nginx: %s", log)
		}
	})
	deadline := time.Now().Add(20 * time.Second)
	for {
		if conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr); err == nil {
			_ = conn.Close()
			return addr, dir
		}
		if time.Now().After(deadline) {
			t.Fatal("nginx does not answer")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// group is the group of upstreams that the name of the bot's processes resolves to.
func group(bots ...string) string {
	var b strings.Builder
	b.WriteString("upstream bots {\n")
	for _, addr := range bots {
		b.WriteString("server " + addr + ";\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// burst sends n requests concurrently and counts the answers by status.
func burst(t *testing.T, n int, method, url string) map[int]int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	counts := map[int]int{}
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
			if err != nil {
				t.Error(err)
				return
			}
			a, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			_ = a.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			counts[a.StatusCode]++
		})
	}
	wg.Wait()
	return counts
}

func TestNginx_ABurstOfCallbacksPassesAndVisitorsAreLimited(t *testing.T) {
	t.Parallel()
	var callbacks atomic.Int32
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/callbacks/") && r.Header.Get("X-Forwarded-For") == "127.0.0.1" {
			callbacks.Add(1)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(upstream.Close)
	addr, dir := startNginx(t, strings.TrimPrefix(upstream.URL, "http://"))
	for range 3 {
		if got := burst(t, 200, http.MethodPost, "http://"+addr+"/callbacks/stripe"); got[http.StatusNoContent] != 200 {
			t.Errorf("200 callbacks at once: %v", got)
		}
	}
	if n := callbacks.Load(); n != 600 {
		t.Errorf("%d of 600 callbacks arrived", n)
	}
	if got := burst(t, 200, http.MethodGet, "http://"+addr+"/api/v1/clubs"); got[http.StatusTooManyRequests] < 50 || got[http.StatusNoContent] < 30 {
		t.Errorf("200 requests of one visitor: %v", got)
	}
	for _, path := range []string{"/metrics", "/operator/profiles/heap"} {
		if got := burst(t, 1, http.MethodGet, "http://"+addr+path); got[http.StatusNotFound] != 1 {
			t.Errorf("the operator's address %s: %v", path, got)
		}
	}
	// Some pass and some are refused, and neither log has the token.
	burst(t, 200, http.MethodGet, "http://"+addr+"/api/v1/calendars/KX3B4Q2O6ZJ7N5T2/nets.ics")
	upstream.Close()
	burst(t, 1, http.MethodGet, "http://"+addr+"/api/v1/calendars/KX3B4Q2O6ZJ7N5T2/nets.ics")
	var logged string
	for deadline := time.Now().Add(20 * time.Second); strings.Count(logged, "/api/v1/calendars/***") < 201; time.Sleep(20 * time.Millisecond) {
		logged = ""
		for _, name := range []string{"access.log", "error.log"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			logged += string(text)
		}
		if strings.Contains(logged, "KX3B4Q2O6ZJ7N5T2") || time.Now().After(deadline) {
			t.Fatalf("the token is in the logs, or a request is not: %d of 201 are there", strings.Count(logged, "/api/v1/calendars/***"))
		}
	}
}

// A standby refuses the archive with 503 and the connected bot answers, whichever of them nginx asks first.
func TestNginx_TheArchiveIsAnsweredByTheConnectedBot(t *testing.T) {
	t.Parallel()
	serve := func(status int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(s.Close)
		return strings.TrimPrefix(s.URL, "http://")
	}
	other, standby, connected := serve(http.StatusNoContent), serve(http.StatusServiceUnavailable), serve(http.StatusAccepted)
	addr, _ := startNginx(t, other, standby, connected)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if got := burst(t, 6, method, "http://"+addr+"/api/v1/archive/search"); got[http.StatusAccepted] != 6 {
			t.Errorf("%s: %v", method, got)
		}
	}
	if got := burst(t, 6, http.MethodGet, "http://"+addr+"/api/v1/clubs"); got[http.StatusNoContent] != 6 {
		t.Errorf("another address: %v", got)
	}
}

// The server's read timeout ends a request whose body does not arrive or arrives byte by byte.
func TestNginx_ASlowBodyEndsInSeconds(t *testing.T) {
	t.Parallel()
	const limit, most = 3 * time.Second, 15 * time.Second
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
	}))
	server.Config.ReadTimeout = limit
	server.Start()
	t.Cleanup(server.Close)
	addr, _ := startNginx(t, strings.TrimPrefix(server.URL, "http://"))
	for name, pause := range map[string]time.Duration{"silent": time.Hour, "byte by byte": 500 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close() //nolint:errcheck // a test's connection
			if _, err := fmt.Fprint(conn, "POST /callbacks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				for {
					select {
					case <-ctx.Done():
						return
					case <-time.After(pause):
						_, _ = conn.Write([]byte(" ")) // until the other side closes the connection
					}
				}
			}()
			if err := conn.SetReadDeadline(began.Add(2 * most)); err != nil {
				t.Fatal(err)
			}
			_, err = io.Copy(io.Discard, conn)
			if took := time.Since(began); took > most || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the connection was held for %s, %v", took, err)
			}
		})
	}
}
