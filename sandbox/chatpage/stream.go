package chatpage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/driver"
)

// change is an event of the stream: messages of a person's chat that are new, edited or gone. A full one replaces the chat.
type change struct {
	Person   json.Number       `json:"person"`
	Full     bool              `json:"full"`
	Messages []json.RawMessage `json:"messages"`
	Gone     []int             `json:"gone"`
}

var errNoPerson = errors.New("a stream is of one person or several")

// stream sends the chats of some people and their changes, until the browser leaves. One stream serves all chats of a tab, because a browser opens only six
// connections to a host.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["person"]
	clients := make([]*driver.User, len(ids))
	for i, id := range ids {
		var err error
		if clients[i], err = s.client(r.Context(), id); err != nil {
			refuse(w, err)
			return
		}
	}
	if len(ids) == 0 {
		refuse(w, &requestError{http.StatusBadRequest, errNoPerson.Error()})
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	changes := make(chan change)
	var followers sync.WaitGroup
	for i, u := range clients {
		followers.Go(func() {
			defer cancel() // a chat that cannot be read ends the stream, and the browser opens another
			_ = s.follow(ctx, u, json.Number(ids[i]), changes)
		})
	}
	defer followers.Wait()
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.stop:
			return
		case c := <-changes:
			if err := writeEvent(w, c); err != nil {
				return
			}
		}
	}
}

func writeEvent(w http.ResponseWriter, c change) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(append([]byte("data: "), data...), "\n\n"...)); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

// follow reads a chat again after each update and hands over the differences.
func (s *Server) follow(ctx context.Context, u *driver.User, person json.Number, to chan<- change) error {
	known := map[int][]byte{}
	for full := true; ; full = false {
		updated := u.Changed()
		all, err := u.History(ctx, s.opts.Bot)
		if err != nil {
			return err
		}
		c, err := compare(known, all)
		if err != nil {
			return err
		}
		c.Person, c.Full = person, full
		if full || len(c.Messages)+len(c.Gone) > 0 {
			select {
			case to <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case <-updated:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// compare returns the differences between the known messages and the chat, and makes them known.
func compare(known map[int][]byte, chat []tg.MessageClass) (change, error) {
	c := change{Messages: []json.RawMessage{}, Gone: []int{}}
	present := map[int]bool{}
	for _, m := range chat {
		view, ok := viewOf(m)
		if !ok {
			continue
		}
		text, err := json.Marshal(view)
		if err != nil {
			return c, err
		}
		present[view.ID] = true
		if !bytes.Equal(known[view.ID], text) {
			known[view.ID] = text
			c.Messages = append(c.Messages, text)
		}
	}
	for id := range known {
		if !present[id] {
			delete(known, id)
			c.Gone = append(c.Gone, id)
		}
	}
	return c, nil
}
