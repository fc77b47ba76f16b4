package nets

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"pavilion/booking"
)

const namesWithin = 2 * time.Second

// names asks Telegram for the members' present first names, which are not stored. A member whom Telegram does not name has their number, and an
// erased member has a word.
func (v *visit) names(ctx context.Context, members []booking.MemberID) map[booking.MemberID]string {
	names := map[booking.MemberID]string{}
	var unknown []int64
	for _, id := range members {
		if _, ok := names[id]; ok {
			continue
		}
		if id < 0 { // Telegram refuses a request with such a number
			names[id] = v.in.Say("audit.erased")
			continue
		}
		names[id] = strconv.FormatInt(int64(id), 10)
		unknown = append(unknown, int64(id))
	}
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	known, err := v.Client.Messenger.FirstNames(ctx, unknown)
	if err != nil {
		v.Logger.LogAttrs(ctx, slog.LevelInfo, "members are shown by their numbers", slog.Any("error", err))
	}
	for id, name := range known {
		names[booking.MemberID(id)] = name
	}
	return names
}

func membersOf(list []booking.Booking) []booking.MemberID {
	members := make([]booking.MemberID, len(list))
	for i, b := range list {
		members[i] = b.Member
	}
	return members
}
