package telegram

import (
	"context"

	"github.com/gotd/td/tg"
)

const maxFirstName = 30 // runes

// FirstNames asks Telegram for the present first names of people. It leaves out those whom the bot does not know.
func (m *Messenger) FirstNames(ctx context.Context, people []int64) (map[int64]string, error) {
	names := map[int64]string{}
	var ask []tg.InputUserClass
	for _, id := range people {
		if hash, ok := m.hash(hashKey{"user", id}); ok {
			ask = append(ask, &tg.InputUser{UserID: id, AccessHash: hash})
		}
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
