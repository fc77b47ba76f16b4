package post

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
)

// The provider's account.
const (
	Account = "AC0123456789abcdef0123456789abcdef"
	Token   = "0123456789abcdef0123456789abcdef"
)

// Text is an SMS that was delivered.
type Text struct{ To, From, Body string }

// SMS is an HTTP server that accepts SMS.
type SMS struct {
	server *httptest.Server

	mu     sync.Mutex
	mood   Mood
	nobody []string
	texts  []Text
	change chan struct{}
}

// OpenSMS starts a server on a local port.
func OpenSMS() *SMS {
	s := &SMS{change: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2010-04-01/Accounts/"+Account+".json", s.account)
	mux.HandleFunc("POST /2010-04-01/Accounts/"+Account+"/Messages.json", s.take)
	s.server = httptest.NewServer(s.known(mux))
	return s
}

// URL returns the server's address.
func (s *SMS) URL() string { return s.server.URL }

// Close stops the server.
func (s *SMS) Close() { s.server.Close() }

// Be changes the server's behaviour.
func (s *SMS) Be(m Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mood = m
}

// Evict makes a number unknown.
func (s *SMS) Evict(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nobody = append(s.nobody, number)
}

// Texts returns the delivered SMS, and a channel that is closed at the next one.
func (s *SMS) Texts() ([]Text, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.texts), s.change
}

func (s *SMS) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, token, _ := r.BasicAuth()
		if user != Account || subtle.ConstantTimeCompare([]byte(token), []byte(Token)) != 1 {
			refuse(w, http.StatusUnauthorized, 20003)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *SMS) account(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"sid":%q,"status":"active"}`, Account)
}

func (s *SMS) take(w http.ResponseWriter, r *http.Request) {
	t := Text{To: r.PostFormValue("To"), From: r.PostFormValue("From") + r.PostFormValue("MessagingServiceSid"), Body: r.PostFormValue("Body")}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.mood == Closed:
		refuse(w, http.StatusServiceUnavailable, 20500)
		return
	case t.To == "" || t.From == "" || t.Body == "":
		refuse(w, http.StatusBadRequest, 21602)
		return
	case slices.Contains(s.nobody, t.To):
		refuse(w, http.StatusBadRequest, 21211)
		return
	}
	s.texts = append(s.texts, t)
	close(s.change)
	s.change = make(chan struct{})
	if s.mood == Mute {
		panic(http.ErrAbortHandler) // the connection ends here
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"sid":"SM%032d","status":"queued","error_code":null}`, len(s.texts))
}

func refuse(w http.ResponseWriter, status, code int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"code":%d,"message":"refused","status":%d}`, code, status)
}
