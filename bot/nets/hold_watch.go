package nets

import (
	"context"
	"time"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// readWatched reads the bookings that watched messages show.
func (s *Screens) readWatched(ctx context.Context, ids []int64) ([]chat.Subject, time.Time, error) {
	wanted := make([]booking.ID, len(ids))
	for i, id := range ids {
		wanted[i] = booking.ID(id)
	}
	found, at, err := s.Booking.BookingsByID(ctx, wanted)
	if err != nil {
		return nil, at, err
	}
	subjects := make([]chat.Subject, len(found))
	for i, b := range found {
		subjects[i] = chat.Subject{ID: int64(b.ID), Version: b.Revision, Draw: func(ctx context.Context, m chat.WatchedMessage) (chat.Drawn, error) {
			return s.drawWatched(ctx, m, b, at)
		}}
	}
	return subjects, at, nil
}

// drawWatched brings a watched message up to date. A live hold stays watched, so that it counts down; a booking that was confirmed gets its
// calendar file and place.
func (s *Screens) drawWatched(ctx context.Context, m chat.WatchedMessage, b booking.Booking, at time.Time) (chat.Drawn, error) {
	to, err := s.Client.PrivateChat(ctx, m.Chat)
	if err != nil {
		return chat.Drawn{}, err
	}
	v := s.visit(&telegram.Event{Kind: telegram.Tap, From: telegram.Person{ID: m.Chat, Language: m.Language}, Chat: to, MessageID: m.Message})
	shown, err := readBookingView(ctx, s.Booking, booking.Actor{ID: b.Member, Role: booking.Player, Origin: booking.OriginChat}, b, at)
	if err != nil {
		return chat.Drawn{}, err
	}
	if err := s.Client.Messenger.EditText(ctx, to, m.Message, shown.draw(v.drawing())); err != nil {
		return chat.Drawn{}, err
	}
	v.changed = b
	v.noticeShown(ctx)
	if shown.isHeld() {
		return shown.drawn(), nil
	}
	if b.State == booking.Confirmed {
		return chat.Drawn{}, confirmation{v, telegram.LaneBulk}.sendAll(ctx, shown)
	}
	return chat.Drawn{}, nil
}
