package telegramweb

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

//go:embed page.html page.css page.js telegram.js
var files embed.FS

// Files are the client's page and its module telegram.js, for servers that show more than a Mini App.
func Files() fs.FS { return files }

// Visit is one opening of the Mini App by a person.
type Visit struct {
	Who      world.User
	Language string        // of the person's client; English where empty
	Theme    string        // light where empty, dark, or harsh: colours that cannot be read
	Version  string        // of the client; 9.1 where empty
	Platform string        // weba where empty
	Start    string        // start parameter
	Age      time.Duration // of the signed data: some clients hand out old data
	Silent   bool          // the person did not let the bot write to them
	InitData string        // in place of new data: a client that repeats what it passed before
}

// Options configure a Client.
type Options struct {
	BotToken string // signs the data
	App      string // URL of the Mini App
}

// Client serves the web client.
type Client struct {
	url    string
	server *http.Server
	done   sync.WaitGroup
	opts   Options

	mu     sync.Mutex
	visits map[string]opening
	faults []string
}

// opening is what the page needs to open the app.
type opening struct {
	App      string `json:"app"`
	InitData string `json:"initData"`
	Theme    string `json:"theme"`
	Version  string `json:"version"`
	Platform string `json:"platform"`
	Start    string `json:"start"`
}

// Start starts the client at an address of the host, such as 127.0.0.1:0.
func Start(ctx context.Context, addr string) (*Client, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("web client: %w", err)
	}
	c := &Client{url: "http://" + l.Addr().String(), visits: map[string]opening{}}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /visits/{id}", c.showVisit)
	mux.HandleFunc("POST /faults", c.noteFault)
	c.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	c.done.Go(func() { _ = c.server.Serve(l) }) // ends with Close
	return c, nil
}

// Serve says which app the client opens. The app is usually started later than the client, because it has to know the client's origin.
func (c *Client) Serve(o Options) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opts = o
}

// Origin is the client's site.
func (c *Client) Origin() string { return c.url }

// Close stops the server.
func (c *Client) Close() error {
	err := c.server.Close()
	c.done.Wait()
	return err
}

// Open returns the address at which a person's client opens the app, and the signed data that it passes. A reload of the address passes the same data again.
func (c *Client) Open(v Visit) (url, initData string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if initData = v.InitData; initData == "" {
		if initData, err = miniapp.InitDataIn(c.opts.BotToken, v.Who, or(v.Language, "en"), !v.Silent, time.Now().Add(-v.Age)); err != nil {
			return "", "", err
		}
	}
	id := rand.Text()
	c.visits[id] = opening{App: c.opts.App, InitData: initData, Theme: or(v.Theme, "light"), Version: or(v.Version, "9.1"), Platform: or(v.Platform, "weba"), Start: v.Start}
	return c.url + "/page.html?visit=" + id, initData, nil
}

func or(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

// Faults are the mistakes of the app in the protocol so far.
func (c *Client) Faults() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.faults)
}

func (c *Client) showVisit(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	v, ok := c.visits[r.PathValue("id")]
	c.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // the browser may be gone
}

func (c *Client) noteFault(w http.ResponseWriter, r *http.Request) {
	var fault string
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&fault) == nil {
		c.mu.Lock()
		c.faults = append(c.faults, fault)
		c.mu.Unlock()
	}
	w.WriteHeader(http.StatusNoContent)
}
