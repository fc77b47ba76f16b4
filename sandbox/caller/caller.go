package caller

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Caller asks one server, as a client behind a trusted proxy.
type Caller struct {
	URL     string
	Address string // in X-Forwarded-For
	Client  *http.Client

	t           *testing.T
	description *description // nil: answers are not checked
	seen        *Coverage
}

// New prepares a caller with an address of its own.
func New(t *testing.T, url string) *Caller {
	t.Helper()
	return &Caller{URL: url, Address: FreshAddress(), Client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}, t: t}
}

// Describe reads the API's description. Answers are checked against it from here on, and successes are recorded in seen.
func (c *Caller) Describe(seen *Coverage) {
	c.t.Helper()
	d, err := seen.describe(c.Do(Request{Path: "/api/openapi.json"}).Body)
	if err != nil {
		c.t.Fatal(err)
	}
	c.description, c.seen = d, seen
}

// Request is one request.
type Request struct {
	Method  string // GET where empty
	Path    string
	Token   string // Authorization: Bearer
	Key     string // Idempotency-Key
	Body    any    // marshalled, unless it is a string
	Headers map[string]string
}

// Answer is a whole response.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request.
func (c *Caller) Do(r Request) Answer {
	c.t.Helper()
	a, err := c.Try(r)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// Try is Do for a request that may get no answer, or that another goroutine sends.
func (c *Caller) Try(r Request) (Answer, error) {
	req, err := c.request(r)
	if err != nil {
		return Answer{}, err
	}
	res, err := c.Client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{res.StatusCode, res.Header, data}
	if c.description == nil {
		return a, nil
	}
	name, known := find(c.description.operations, req.Method, r.Path)
	if known && a.Status < http.StatusMultipleChoices {
		c.seen.record(name)
	}
	if known {
		res.Body = io.NopCloser(bytes.NewReader(data))
		if ok, errs := c.description.validator.ValidateHttpResponse(req, res); !ok {
			for _, e := range errs {
				c.t.Errorf("%s %s answered %d against its description: %s: %s\n%s", req.Method, r.Path, a.Status, e.Message, e.Reason, data)
			}
		}
	}
	return a, nil
}

func (c *Caller) request(r Request) (*http.Request, error) {
	var body io.Reader
	if text, ok := r.Body.(string); ok {
		body = strings.NewReader(text)
	} else if r.Body != nil {
		data, err := json.Marshal(r.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.URL+r.Path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("X-Forwarded-For", c.Address)
	if r.Token != "" {
		req.Header.Set("Authorization", "Bearer "+r.Token)
	}
	if r.Key != "" {
		req.Header.Set("Idempotency-Key", r.Key)
	}
	for k, v := range r.Headers {
		req.Header.Set(k, v)
	}
	return req, nil
}

// Problem is a problem detail (RFC 9457); Into reads the members of a feature.
type Problem struct {
	Type      string `json:"type"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	RequestID string `json:"request_id"`
	Errors    []struct {
		Pointer   string `json:"pointer"`
		Parameter string `json:"parameter"`
		Detail    string `json:"detail"`
	} `json:"errors"`
}

// Problem reads a problem detail and checks its form.
func (a Answer) Problem(t *testing.T) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(a.Body, &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" || p.Status != a.Status {
		t.Fatalf("not a problem: %d %s %s %v", a.Status, a.Header, a.Body, err)
	}
	return p
}

// Into reads a JSON body.
func (a Answer) Into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
}

// Want checks the status and, of a refusal, the last part of its type.
func (a Answer) Want(t *testing.T, what string, status int, kind string) {
	t.Helper()
	if a.Status != status || kind != "" && a.Problem(t).Type != "/problems/"+kind {
		t.Errorf("%s: %d %s, want %d %s", what, a.Status, a.Body, status, kind)
	}
}

var addresses atomic.Int64 //nolint:gochecknoglobals // numbers the tests' addresses

// FreshAddress is an address that no caller of this process has had before.
func FreshAddress() string {
	n := addresses.Add(1)
	return fmt.Sprintf("198.51.%d.%d", n/250%250, n%250+1)
}

// WaitFor waits for a condition that another process brings about.
func WaitFor(t *testing.T, ok func() bool) {
	t.Helper()
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s", patience)
		case <-tick.C:
		}
	}
}
