package chatpage

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gotd/td/tgerr"

	"pavilion/sandbox/dc"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/telegramweb"
)

//go:embed static
var static embed.FS

// Options configure a Server.
type Options struct {
	DC       *dc.DC
	Bot      string // username
	BotToken string // signs the data for Mini Apps
}

// Server serves the page.
type Server struct {
	opts Options
	url  string
	http *http.Server
	stop chan struct{} // closed by Close; ends the streams
	done sync.WaitGroup

	mu      sync.Mutex
	app     string // URL of the Mini App; empty: there is none
	people  []Person
	clients map[int64]*driver.User
	phones  int // numbers given to new people
}

// Start starts the server on a free port.
func Start(ctx context.Context, o Options) (*Server, error) {
	files, err := fs.Sub(static, "static")
	if err != nil {
		return nil, fmt.Errorf("chat page: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("chat page: %w", err)
	}
	root := "/" + rand.Text()
	s := &Server{opts: o, url: "http://" + l.Addr().String() + root + "/", stop: make(chan struct{}), clients: map[int64]*driver.User{}}
	s.http = &http.Server{Handler: s.secured(http.StripPrefix(root, s.routes(files))), ReadHeaderTimeout: 5 * time.Second}
	s.done.Go(func() { _ = s.http.Serve(l) }) // ends with Close
	return s, nil
}

// Origin is the page's site, which may frame the Mini App.
func (s *Server) Origin() string {
	u, err := url.Parse(s.url)
	if err != nil {
		panic(err) // made by Start
	}
	return u.Scheme + "://" + u.Host
}

// URL returns the address of the page.
func (s *Server) URL() string { return s.url }

// PaidURL returns the address of the page that people see after they paid.
func (s *Server) PaidURL() string { return s.url + "paid.html" }

// closeTime is the time that open requests get.
const closeTime = 5 * time.Second

// Close stops the server and disconnects the people.
func (s *Server) Close() error {
	close(s.stop)
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	s.done.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.clients {
		u.Close()
	}
	return err
}

func (s *Server) routes(files fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /api/people", answer(s.listPeople))
	mux.HandleFunc("POST /api/people", answer(s.addPerson))
	mux.HandleFunc("GET /api/events", s.stream)
	mux.HandleFunc("GET /api/people/{person}/commands", answer(s.commands))
	mux.HandleFunc("POST /api/people/{person}/messages", answer(s.send))
	mux.HandleFunc("POST /api/people/{person}/taps", answer(s.tap))
	mux.HandleFunc("GET /api/people/{person}/invoices/{slug}", answer(s.showInvoice))
	mux.HandleFunc("POST /api/people/{person}/payments", answer(s.pay))
	mux.HandleFunc("GET /api/people/{person}/inline", answer(s.askInline))
	mux.HandleFunc("POST /api/people/{person}/inline", answer(s.chooseInline))
	mux.HandleFunc("GET /api/people/{person}/files/{message}", s.download)
	mux.HandleFunc("GET /api/people/{person}/prepared/{id}", answer(s.showPrepared))
	mux.HandleFunc("POST /api/people/{person}/prepared/{id}", answer(s.sendPrepared))
	mux.HandleFunc("POST /api/people/{person}/write-access", answer(s.letWrite))
	mux.HandleFunc("POST /api/people/{person}/app", answer(s.openApp))
	mux.Handle("GET /telegram.js", http.FileServerFS(telegramweb.Files()))
	return mux
}

// secured adds the headers of every answer. No-referrer keeps the secret from pages that links open.
func (s *Server) secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
			"frame-src "+s.framed()+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// requestError is a mistake in a request; its text is shown on the page.
type requestError struct {
	status int
	text   string
}

func (e *requestError) Error() string { return e.text }

// answer calls f and writes its result, or its error, as JSON.
func answer(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		value, err := f(r)
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(value) // the browser may be gone
	}
}

// refuse writes an error as {"error": text}.
func refuse(w http.ResponseWriter, err error) {
	status, text := http.StatusBadGateway, err.Error()
	if request, ok := errors.AsType[*requestError](err); ok {
		status = request.status
	} else if _, ok := errors.AsType[*driver.RefusedError](err); ok {
		status = http.StatusConflict
	} else if rpc, ok := tgerr.As(err); ok {
		if text = refusals[rpc.Type]; text == "" {
			text = "Telegram refused this: " + rpc.Type
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": text}) // the browser may be gone
}

// refusals are the sentences of Telegram's errors that people meet.
var refusals = map[string]string{ //nolint:gochecknoglobals // a table
	"BOT_RESPONSE_TIMEOUT":        "The bot did not answer in time.",
	"BOT_PRECHECKOUT_TIMEOUT":     "The bot did not answer in time, and nothing was paid.",
	"PAYMENT_FAILED":              "The bank refused the card.",
	"BALANCE_TOO_LOW":             "There are not enough Stars in this account.",
	"INVOICE_ALREADY_PAID":        "This invoice is paid already.",
	"MESSAGE_TOO_LONG":            "That message is too long.",
	"MESSAGE_ID_INVALID":          "That message is gone.",
	"INPUT_USER_DEACTIVATED":      "That account was deleted.",
	"YOU_BLOCKED_USER":            "This person has blocked the bot.",
	"FORM_SUBMIT_DUPLICATE":       "This payment is on its way already.",
	"ID_EXPIRED":                  "This message can no longer be shared.",
	"SLUG_INVALID":                "There is no such invoice.",
	"SUBSCRIPTION_ALREADY_ACTIVE": "This subscription is active already.",
}

// maxBody is the longest request body.
const maxBody = 64 << 10

// decode reads the JSON body of a request.
func decode(r *http.Request, into any) error {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(into); err != nil {
		return &requestError{http.StatusBadRequest, "The request cannot be read."}
	}
	return nil
}
