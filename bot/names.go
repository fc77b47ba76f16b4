package bot

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/booking"
)

const namesWithin = 2 * time.Second

// names asks Telegram what the members of some bookings are called now; nothing of it is kept. Whom it does not know has their number.
func (b *Bot) names(ctx context.Context, list []booking.Booking) map[booking.MemberID]string {
	names := map[booking.MemberID]string{}
	var ask []tg.InputUserClass
	for _, x := range list {
		if _, ok := names[x.Member]; ok {
			continue
		}
		names[x.Member] = strconv.FormatInt(int64(x.Member), 10)
		if hash, ok := b.state.hash(hashKey{"user", int64(x.Member)}); ok {
			ask = append(ask, &tg.InputUser{UserID: int64(x.Member), AccessHash: hash})
		}
	}
	if len(ask) == 0 {
		return names
	}
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	people, err := b.tg.people(ctx, ask)
	if err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "members are shown by their numbers", slog.Any("error", err))
	}
	for _, p := range people {
		if u, ok := p.(*tg.User); ok && u.FirstName != "" {
			names[booking.MemberID(u.ID)] = clean(u.FirstName, 30)
		}
	}
	return names
}

// people reads what Telegram says of some people.
func (m *messenger) people(ctx context.Context, ask []tg.InputUserClass) (people []tg.UserClass, err error) {
	err = m.queue.do(ctx, call{lane: LaneAnswer, method: "users.getUsers", invoke: func(ctx context.Context) error {
		people, err = m.api.UsersGetUsers(ctx, ask)
		return err
	}})
	return people, err
}
