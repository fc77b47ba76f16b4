package chatpage

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"pavilion/sandbox/miniapp"
)

// ServeApp names the Mini App, which is opened in a frame beside a chat. Its server is usually started later than the page.
func (s *Server) ServeApp(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app = address
}

// framed is the site of the Mini App for the content policy.
func (s *Server) framed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := url.Parse(s.app)
	if err != nil || u.Host == "" {
		return "'none'"
	}
	return u.Scheme + "://" + u.Host
}

// opening has the data with which the page plays Telegram for the Mini App.
type opening struct {
	App      string `json:"app"`
	InitData string `json:"initData"`
	Version  string `json:"version"`
	Platform string `json:"platform"`
	Start    string `json:"start"`
}

// openApp signs the data that Telegram would pass to the Mini App when this person opens it.
func (s *Server) openApp(r *http.Request) (any, error) {
	var ask struct{ Start string }
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(r.PathValue("person"), 10, 64)
	s.mu.Lock()
	app, listed := s.app, slices.ContainsFunc(s.people, func(p Person) bool { return p.ID == id })
	s.mu.Unlock()
	who, ok := s.opts.DC.World().UserByID(id)
	switch {
	case err != nil || !listed || !ok:
		return nil, &requestError{http.StatusNotFound, "There is no such person."}
	case app == "":
		return nil, &requestError{http.StatusNotFound, "This bot has no Mini App."}
	}
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	writes, err := u.LetsWrite(r.Context(), s.opts.Bot)
	if err != nil {
		return nil, err
	}
	data, err := miniapp.InitDataIn(s.opts.BotToken, who, who.Lang, writes, time.Now())
	return opening{App: app, InitData: data, Version: "9.1", Platform: "web", Start: ask.Start}, err
}
