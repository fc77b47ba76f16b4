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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pavilion/sandbox/engines"
	"pavilion/sandbox/nginx"
)

// startNginx runs nginx in front of processes, the bots among them. bots may be nil: all processes answer for the archive.
func startNginx(t *testing.T, processes, bots []string) (addr string, proxy *nginx.Proxy) {
	t.Helper()
	text, err := os.ReadFile("nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	if addr, err = engines.FreeAddr(); err != nil {
		t.Fatal(err)
	}
	if proxy, err = nginx.Start(t.Context(), nginx.Options{Config: string(text), Addr: addr, Processes: processes, Bots: bots}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("nginx: %s", proxy.Log("error.log"))
		}
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	return addr, proxy
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
	addr, proxy := startNginx(t, []string{strings.TrimPrefix(upstream.URL, "http://")}, nil)
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
		logged = proxy.Log("access.log") + proxy.Log("error.log")
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
	addr, _ := startNginx(t, []string{other}, []string{standby, connected})
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, path := range []string{"/api/v1/archive/search", "/api/v1/prepared-messages"} {
			if got := burst(t, 6, method, "http://"+addr+path); got[http.StatusAccepted] != 6 {
				t.Errorf("%s %s: %v", method, path, got)
			}
		}
	}
	if got := burst(t, 6, http.MethodGet, "http://"+addr+"/api/v1/clubs"); got[http.StatusNoContent] != 6 {
		t.Errorf("another address: %v", got)
	}
}

// send sends a small request with an Idempotency-Key, unless the key is empty.
func send(t *testing.T, method, url, key string) (status int, took time.Duration) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	began := time.Now()
	a, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = a.Body.Close()
	return a.StatusCode, time.Since(began)
}

// deaf listens and never accepts. Its queue is full, so connecting to it takes until the timeout.
func deaf(t *testing.T) (addr string) {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if addr, err = engines.FreeAddr(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(addr, ":")
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1), // FreeAddr keeps the port for such sockets
		syscall.Bind(socket, &syscall.SockaddrInet4{Port: number, Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(socket, 0),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		cancel()
		if err != nil {
			return addr // full
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Fatal("the queue never fills")
	return ""
}

// A process that is gone refuses connections, and a container that is gone does not answer. The next process answers within the second.
func TestNginx_AProcessThatIsGoneIsSkipped(t *testing.T) {
	t.Parallel()
	alive := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(alive.Close)
	gone, err := engines.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	const slack = 2 * time.Second // of a busy machine
	for name, dead := range map[string]string{"refuses": gone, "does not answer": deaf(t)} {
		addr, _ := startNginx(t, []string{dead, strings.TrimPrefix(alive.URL, "http://")}, nil)
		for _, path := range []string{"/api/v1/clubs", "/callbacks/stripe", "/api/v1/archive/search", "/api/v1/calendars/x"} {
			for range 2 { // the processes take turns
				for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
					if status, took := send(t, method, "http://"+addr+path, ""); status != http.StatusNoContent || took > time.Second+slack {
						t.Errorf("one process %s: %s %s: %d after %s", name, method, path, status, took)
					}
				}
			}
		}
	}
}

// A process dies after it got a request. nginx sends the request to the next process only if it can be repeated: a read, a request with a key, or a callback.
func TestNginx_OnlyRepeatableRequestsAreSentTwice(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	dying := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived.Add(1)
		panic(http.ErrAbortHandler)
	}))
	alive := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(dying.Close)
	t.Cleanup(alive.Close)
	addr, _ := startNginx(t, []string{strings.TrimPrefix(dying.URL, "http://"), strings.TrimPrefix(alive.URL, "http://")}, nil)
	const tries = 8
	for _, c := range []struct {
		method, path, key string
		repeated          bool
	}{
		{http.MethodGet, "/api/v1/clubs", "", true},
		{http.MethodPost, "/api/v1/clubs/1/holds", `"a key"`, true},
		{http.MethodPost, "/api/v1/clubs/1/holds", "", false},
		{http.MethodDelete, "/api/v1/clubs/1/closures/1", `"a key"`, true},
		{http.MethodDelete, "/api/v1/clubs/1/closures/1", "", false},
		{http.MethodPut, "/api/v1/clubs/1/hours", "", false},
		{http.MethodPost, "/callbacks/stripe", "", true},
		{http.MethodPost, "/api/v1/archive/files/1/deliveries", "", true},
	} {
		arrived.Store(0)
		statuses := map[int]int{}
		for range tries {
			status, _ := send(t, c.method, "http://"+addr+c.path, c.key)
			statuses[status]++
		}
		if c.repeated && (statuses[http.StatusNoContent] != tries || arrived.Load() <= tries) || !c.repeated && (statuses[http.StatusBadGateway] == 0 || arrived.Load() != tries) {
			t.Errorf("%s %s with the key %q: %v; %d of %d arrived", c.method, c.path, c.key, statuses, arrived.Load(), tries)
		}
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
	addr, _ := startNginx(t, []string{strings.TrimPrefix(server.URL, "http://")}, nil)
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
