// Saving and loading the world, so that it survives a restart of its data centre.

package world

import (
	"encoding/gob"
	"fmt"
	"io"
)

// Save writes the state that survives a restart.
func (w *World) Save(to io.Writer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := gob.NewEncoder(to).Encode(&w.state); err != nil {
		return fmt.Errorf("save the world: %w", err)
	}
	return nil
}

// Load replaces the state by one that Save wrote. Call it before clients connect.
func (w *World) Load(from io.Reader) error {
	s := newState(0)
	if err := gob.NewDecoder(from).Decode(&s); err != nil {
		return fmt.Errorf("load the world: %w", err)
	}
	s.mend()
	w.mu.Lock()
	defer w.unlock()
	w.state = s
	w.keys = map[int64]map[[8]byte]bool{}
	for key, id := range s.Logins {
		if w.keys[id] == nil {
			w.keys[id] = map[[8]byte]bool{}
		}
		w.keys[id][key] = true
	}
	return nil
}

// mend makes the maps that gob leaves nil because they were empty.
func (s *state) mend() {
	makeMap(&s.Slugs)
	makeMap(&s.Invites)
	for _, a := range s.Accounts {
		makeMap(&a.Blocked)
		makeMap(&a.Joined)
		makeMap(&a.Box)
		makeMap(&a.Dialogs)
		makeMap(&a.Sent)
		if a.Bot != nil {
			makeMap(&a.Bot.Commands)
			makeMap(&a.Bot.Profiles)
			makeMap(&a.Bot.Buttons)
		}
	}
	for _, ch := range s.Channels {
		makeMap(&ch.Members)
		makeMap(&ch.Messages)
		makeMap(&ch.ReadMax)
		makeMap(&ch.Requests)
	}
	for _, g := range s.Groups {
		makeMap(&g.Members)
	}
	for _, m := range s.Messages {
		makeMap(&m.Copies)
	}
}

func makeMap[K comparable, V any](m *map[K]V) {
	if *m == nil {
		*m = map[K]V{}
	}
}
