package miniapp

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pavilion/sandbox/world"
)

// Client is one person's session.
type Client struct {
	base  string // http://host:port
	token string
	http  *http.Client
}

// Answer is a response of the server.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// patience ends a request that hangs. It is longer than any request of the server.
const patience = 40 * time.Second

var errUnexpected = errors.New("unexpected answer")

// Open starts a session for a person with data signed by Telegram, as a Mini App does.
func Open(ctx context.Context, base, botToken string, who world.User) (*Client, error) {
	data, err := InitData(botToken, who, time.Now())
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, http: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	a, err := c.Send(ctx, http.MethodPost, "/sessions", "", map[string]string{"init_data": data, "client_id": rand.Text()})
	if err != nil {
		return nil, err
	}
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if err := a.Into(http.StatusCreated, &tokens); err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	c.token = tokens.AccessToken
	return c, nil
}

// Close closes the connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// changes reports whether a request needs If-Match. thing is the path from which the version is read.
func changes(method, path string) (thing string, ok bool) {
	if method == http.MethodPut {
		return path, true
	}
	for _, action := range []string{"/cancel", "/reschedule", "/swap", "/guests"} {
		if thing, ok := strings.CutSuffix(path, action); ok {
			return thing, true
		}
	}
	return "", false
}

// Send sends one request under /api/v1. key is the Idempotency-Key of an action. Before a change that needs If-Match it reads the present version. If
// that fails, it returns the answer of the read.
func (c *Client) Send(ctx context.Context, method, path, key string, body any) (Answer, error) {
	var version string
	if club, net, ok := netOf(method, path); ok {
		var err error
		if version, err = c.netVersion(ctx, club, net); err != nil {
			return Answer{}, err
		}
	} else if thing, ok := changes(method, path); ok {
		seen, err := c.exchange(ctx, http.MethodGet, thing, "", "", nil)
		if err != nil || seen.Status != http.StatusOK {
			return seen, err
		}
		version = seen.Header.Get("ETag")
	}
	return c.exchange(ctx, method, path, key, version, body)
}

// netOf reports whether a request changes a net. A net has no address to read it from; its club lists the nets.
func netOf(method, path string) (club string, net int64, ok bool) {
	club, id, ok := strings.Cut(path, "/nets/")
	net, err := strconv.ParseInt(id, 10, 64)
	return club, net, ok && err == nil && method == http.MethodPut
}

// netVersion reads the version of a net, for If-Match.
func (c *Client) netVersion(ctx context.Context, club string, net int64) (string, error) {
	var list struct {
		Items []struct {
			ID      int64
			Version int
		}
	}
	if err := c.Get(ctx, club+"/nets/all", &list); err != nil {
		return "", err
	}
	for _, n := range list.Items {
		if n.ID == net {
			return strconv.Itoa(n.Version), nil
		}
	}
	return "", fmt.Errorf("%w: no net %d", errUnexpected, net)
}

func (c *Client) exchange(ctx context.Context, method, path, key, version string, body any) (Answer, error) {
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
		}
		sent = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, sent)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", `"`+key+`"`)
	}
	if version != "" {
		req.Header.Set("If-Match", version)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return Answer{res.StatusCode, res.Header, data}, nil
}

// Get reads a resource, which must exist.
func (c *Client) Get(ctx context.Context, path string, to any) error {
	a, err := c.Ask(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	return a.Into(http.StatusOK, to)
}

// busyFor is how long a server may answer "busy" before its answer counts.
const busyFor = 2 * time.Minute

// Ask is Send for a server that may have too much to do: it sends a request that was answered "busy" again after the time in Retry-After.
func (c *Client) Ask(ctx context.Context, method, path, key string, body any) (Answer, error) {
	for begun := time.Now(); ; {
		a, err := c.Send(ctx, method, path, key, body)
		if err != nil || a.Problem() != "busy" || time.Since(begun) > busyFor {
			return a, err
		}
		wait, err := strconv.Atoi(a.Header.Get("Retry-After"))
		if err != nil {
			return a, fmt.Errorf("%s %s: busy without Retry-After: %w", method, path, err)
		}
		select {
		case <-time.After(time.Duration(wait) * time.Second):
		case <-ctx.Done():
			return a, ctx.Err()
		}
	}
}

// Do asks for an action with a new key. The answer must have the status.
func (c *Client) Do(ctx context.Context, method, path string, body any, status int, to any) error {
	a, err := c.Ask(ctx, method, path, rand.Text(), body)
	if err != nil {
		return err
	}
	if err := a.Into(status, to); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// Into decodes an answer, which must have the status.
func (a Answer) Into(status int, to any) error {
	if a.Status != status {
		return fmt.Errorf("%w: %d, not %d: %s", errUnexpected, a.Status, status, a.Body)
	}
	if err := json.Unmarshal(a.Body, to); err != nil {
		return fmt.Errorf("answer %s: %w", a.Body, err)
	}
	return nil
}

// Problem returns the problem type of an answer without its prefix, empty if it is none.
func (a Answer) Problem() string {
	var p struct {
		Type string `json:"type"`
	}
	if a.Status < http.StatusBadRequest || json.Unmarshal(a.Body, &p) != nil {
		return ""
	}
	return p.Type[min(len("/problems/"), len(p.Type)):]
}
