package chatpage

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// Person is one of the people to choose from.
type Person struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// Add adds a person to the list.
func (s *Server) Add(u world.User, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people = append(s.people, Person{ID: u.ID, Name: u.First, Role: role})
}

func (s *Server) listPeople(*http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"bot": s.opts.Bot, "app": s.app != "", "people": slices.Clone(s.people)}, nil
}

const (
	longestName = 40
	newStars    = 1000 // Stars of a new person, to buy plans with
)

// addPerson makes a new account.
func (s *Server) addPerson(r *http.Request) (any, error) {
	var ask struct{ Name, Language string }
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	name := strings.Join(strings.Fields(ask.Name), " ")
	if name == "" || len([]rune(name)) > longestName || ask.Language != "en" && ask.Language != "hi" {
		return nil, &requestError{http.StatusBadRequest, "A new person needs a name of at most 40 letters and a language, English or Hindi."}
	}
	s.mu.Lock()
	s.phones++
	phone := fmt.Sprintf("999663%04d", s.phones)
	s.mu.Unlock()
	w := s.opts.DC.World()
	u, err := w.AddUser(phone, name, "", "", ask.Language)
	if err != nil {
		return nil, err
	}
	if err := w.GiveStars(u.ID, newStars); err != nil {
		return nil, err
	}
	p := Person{ID: u.ID, Name: name, Role: "new"}
	s.Add(u, p.Role)
	return p, nil
}

// personOf returns the client of the person in the request's path.
func (s *Server) personOf(r *http.Request) (*driver.User, error) {
	return s.client(r.Context(), r.PathValue("person"))
}

// client returns the client of a listed person. The first call signs them in.
func (s *Server) client(ctx context.Context, person string) (*driver.User, error) {
	id, err := strconv.ParseInt(person, 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || !slices.ContainsFunc(s.people, func(p Person) bool { return p.ID == id }) {
		return nil, &requestError{http.StatusNotFound, "There is no such person."}
	}
	if u := s.clients[id]; u != nil {
		return u, nil
	}
	u, err := driver.Connect(ctx, s.opts.DC, id)
	if err != nil {
		return nil, err
	}
	s.clients[id] = u
	return u, nil
}

// command is an entry of the bot's menu.
type command struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

// commands returns the bot's menu for a person.
func (s *Server) commands(r *http.Request) (any, error) {
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	bot, err := u.InputUser(r.Context(), s.opts.Bot)
	if err != nil {
		return nil, err
	}
	full, err := u.API.UsersGetFullUser(r.Context(), bot)
	if err != nil {
		return nil, err
	}
	list := []command{}
	for _, c := range full.FullUser.BotInfo.Commands {
		list = append(list, command{c.Command, c.Description})
	}
	return list, nil
}
