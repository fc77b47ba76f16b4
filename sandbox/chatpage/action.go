package chatpage

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/driver"
)

// done is the answer of an action without a result.
type done struct{}

// send sends a text, or a reply where Reply is set.
func (s *Server) send(r *http.Request) (any, error) {
	var ask struct {
		Text  string
		Reply int
	}
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	u, err := s.personOf(r)
	switch {
	case err != nil:
		return nil, err
	case strings.TrimSpace(ask.Text) == "":
		return nil, &requestError{http.StatusBadRequest, "An empty message cannot be sent."}
	case ask.Reply != 0:
		return done{}, u.Reply(r.Context(), s.opts.Bot, ask.Reply, ask.Text)
	}
	return done{}, u.Send(r.Context(), s.opts.Bot, ask.Text)
}

// tap taps a button. The data comes from the page, because the message may have been edited since it was drawn.
func (s *Server) tap(r *http.Request) (any, error) {
	var ask struct {
		Message int
		Data    []byte
	}
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	p, err := u.Peer(r.Context(), s.opts.Bot)
	if err != nil {
		return nil, err
	}
	a, err := u.TapData(r.Context(), p, ask.Message, ask.Data)
	if err != nil {
		return nil, err
	}
	return map[string]any{"text": a.Message, "alert": a.Alert, "url": a.URL}, nil
}

// pay pays the invoice of a message or of a link.
func (s *Server) pay(r *http.Request) (any, error) {
	var ask struct {
		Message    int
		Slug, Card string
	}
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	var invoice tg.InputInvoiceClass = &tg.InputInvoiceSlug{Slug: ask.Slug}
	if ask.Slug == "" {
		p, err := u.Peer(r.Context(), s.opts.Bot)
		if err != nil {
			return nil, err
		}
		invoice = &tg.InputInvoiceMessage{Peer: p, MsgID: ask.Message}
	}
	return done{}, u.PayInvoice(r.Context(), invoice, ask.Card)
}

// showInvoice reads the invoice of a link.
func (s *Server) showInvoice(r *http.Request) (any, error) {
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	bill, err := u.ReadInvoice(r.Context(), &tg.InputInvoiceSlug{Slug: r.PathValue("slug")})
	return invoice{Title: bill.Title, Currency: bill.Currency, Amount: bill.Total}, err
}

// download streams the file of a message to the disk of the person.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	u, err := s.personOf(r)
	if err != nil {
		refuse(w, err)
		return
	}
	m, err := s.messageWithFile(r, u)
	if err != nil {
		refuse(w, err)
		return
	}
	doc, name := driver.Document(m)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Set("Content-Length", strconv.FormatInt(doc.Size, 10))
	if err := u.DownloadTo(r.Context(), m, w); err != nil && r.Context().Err() == nil {
		panic(http.ErrAbortHandler) // the browser sees that the file is cut off
	}
}

func (s *Server) messageWithFile(r *http.Request, u *driver.User) (*tg.Message, error) {
	all, err := u.Messages(r.Context(), s.opts.Bot)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if doc, _ := driver.Document(m); doc != nil && strconv.Itoa(m.ID) == r.PathValue("message") {
			return m, nil
		}
	}
	return nil, &requestError{http.StatusNotFound, "There is no such file."}
}

// result is a result of inline mode.
type result struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	About string `json:"about"`
}

// askInline sends an inline query.
func (s *Server) askInline(r *http.Request) (any, error) {
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	found, err := u.Inline(r.Context(), s.opts.Bot, r.URL.Query().Get("q"), "")
	if err != nil {
		return nil, err
	}
	list := []result{}
	for _, one := range found.Results {
		v := result{ID: one.GetID()}
		v.Title, _ = one.GetTitle()
		v.About, _ = one.GetDescription()
		list = append(list, v)
	}
	hint, _ := found.GetSwitchPm()
	return map[string]any{"query": strconv.FormatInt(found.QueryID, 10), "results": list, "hint": hint.Text, "start": hint.StartParam}, nil
}

var errQuery = errors.New("inline query id")

// chooseInline sends a result of an inline query to the chat.
func (s *Server) chooseInline(r *http.Request) (any, error) {
	var ask struct{ Query, Result string }
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	query, err := strconv.ParseInt(ask.Query, 10, 64)
	if err != nil {
		return nil, errors.Join(errQuery, err)
	}
	return done{}, u.Choose(r.Context(), s.opts.Bot, query, ask.Result)
}
