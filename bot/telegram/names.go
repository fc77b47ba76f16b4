package telegram

import (
	"context"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/internal/fault"
)

// ErrPersonNotFound means that no person has the username.
var ErrPersonNotFound = fault.New(fault.Invalid, "person_not_found")

// PersonByName asks Telegram for the person with a username.
func (m *Messenger) PersonByName(ctx context.Context, username string) (Person, error) {
	var found Person
	err := m.queue.do(ctx, call{lane: LaneAnswer, method: "contacts.resolveUsername", invoke: func(ctx context.Context) error {
		r, err := m.api.ContactsResolveUsername(ctx, &tg.ContactsResolveUsernameRequest{Username: username})
		if tgerr.Is(err, "USERNAME_NOT_OCCUPIED", "USERNAME_INVALID") {
			return nil
		}
		if err != nil {
			return err
		}
		peer, _ := r.Peer.(*tg.PeerUser)
		for _, p := range r.Users {
			if u, ok := p.(*tg.User); ok && peer != nil && u.ID == peer.UserID && !u.Bot {
				found = Person{ID: u.ID, Name: u.FirstName}
				m.setHash(hashKey{"user", u.ID}, u.AccessHash)
			}
		}
		return nil
	}})
	if err == nil && found.ID == 0 {
		err = ErrPersonNotFound
	}
	return found, err
}

const maxFirstName = 30 // runes

// FirstNames asks Telegram for the present first names of people. Telegram leaves out people who share no chat with the bot. A bot names a person
// without a known access hash by 0, which Telegram accepts for members of the bot's groups.
func (m *Messenger) FirstNames(ctx context.Context, people []int64) (map[int64]string, error) {
	names := map[int64]string{}
	ask := make([]tg.InputUserClass, len(people))
	for i, id := range people {
		hash, _ := m.hash(hashKey{"user", id})
		ask[i] = &tg.InputUser{UserID: id, AccessHash: hash}
	}
	if len(ask) == 0 {
		return names, nil
	}
	var users []tg.UserClass
	err := m.queue.do(ctx, call{lane: LaneAnswer, method: "users.getUsers", invoke: func(ctx context.Context) (err error) {
		users, err = m.api.UsersGetUsers(ctx, ask)
		return err
	}})
	for _, p := range users {
		if u, ok := p.(*tg.User); ok && u.FirstName != "" {
			names[u.ID] = CleanLine(u.FirstName, maxFirstName)
		}
	}
	return names, err
}
