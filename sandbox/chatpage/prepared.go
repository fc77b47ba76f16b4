package chatpage

import (
	"net/http"

	"github.com/gotd/td/tg"
)

// preview is a prepared message as the person sees it before they send it.
type preview struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// showPrepared reads a message that the bot prepared for the person.
func (s *Server) showPrepared(r *http.Request) (any, error) {
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	m, err := u.ReadPrepared(r.Context(), s.opts.Bot, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	var v preview
	switch result := m.Result.(type) {
	case *tg.BotInlineResult:
		v.Title = result.Title
		if text, ok := result.SendMessage.(*tg.BotInlineMessageText); ok {
			v.Text = text.Message
		}
	case *tg.BotInlineMediaResult:
		v.Title, v.Text = result.Title, result.Description
	}
	return v, nil
}

// sendPrepared sends the message into the chat with the bot, the only one of this page.
func (s *Server) sendPrepared(r *http.Request) (any, error) {
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	m, err := u.ReadPrepared(r.Context(), s.opts.Bot, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return done{}, u.Choose(r.Context(), s.opts.Bot, m.QueryID, m.Result.GetID())
}
