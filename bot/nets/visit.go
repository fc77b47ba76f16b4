package nets

import (
	"context"
	"log/slog"
	"time"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

// visit is one command, tap or typed answer of a person. The screen groups embed it.
type visit struct {
	Deps
	event   *telegram.Event
	in      *phrase.Speaker
	isTyped bool            // the event is a typed answer
	answer  string          // shown on the tapped button; empty: nothing
	alert   bool            // the answer is a dialog that the person closes
	watched chat.Drawn      // the hold that the screen shows
	changed booking.Booking // the booking that the step changed, as its screen shows it
	awaits  *step           // takes a typed answer to the screen; nil: the screen has buttons only
}

func (s *Screens) visit(e *telegram.Event) *visit {
	return &visit{Deps: s.Deps, event: e, in: s.Texts.In(e)}
}

func (v *visit) drawing() drawing {
	d := drawing{in: v.in, owner: v.event.From.ID}
	if v.event.Chat.Type == telegram.Private { // Telegram allows such buttons in private chats only
		d.page = v.Page
	}
	return d
}

func (v *visit) member() booking.MemberID { return booking.MemberID(v.event.From.ID) }

// typed is the person's typed answer; false where the step was reached by a button.
func (v *visit) typed() (string, bool) { return v.event.Text, v.isTyped }

// confirmSaved says on the tapped button that a change is saved.
func (v *visit) confirmSaved() { v.answer = v.in.Say("notifications.saved") }

// noticeShown ends the notification about the person's change, because their message shows it. After an error the notification is sent as well.
func (v *visit) noticeShown(ctx context.Context) {
	if v.changed.ID == 0 || v.changed.Member != v.member() {
		return
	}
	if err := v.Booking.NoticeShown(ctx, v.changed); err != nil {
		v.Logger.LogAttrs(ctx, slog.LevelInfo, "a notification comes though the chat shows the change", slog.Any("error", err))
	}
}

// clock reads the database's clock.
func (v *visit) clock(ctx context.Context) (time.Time, error) {
	_, at, err := v.Booking.BookingsByID(ctx, nil)
	return at, err
}

// readBooking reads any member's booking, and the database's clock. It checks no right.
func (v *visit) readBooking(ctx context.Context, id booking.ID) (booking.Booking, time.Time, error) {
	found, at, err := v.Booking.BookingsByID(ctx, []booking.ID{id})
	if err == nil && len(found) == 0 {
		err = booking.ErrNoBooking
	}
	if err != nil {
		return booking.Booking{}, at, err
	}
	return found[0], at, nil
}

// clubNets reads a club and all its nets. Retired nets are included for their names.
func (v *visit) clubNets(ctx context.Context, id booking.ClubID) (booking.Club, []booking.Net, error) {
	club, err := v.Booking.Club(ctx, id)
	if err != nil {
		return club, nil, err
	}
	nets, err := v.Booking.NamedNets(ctx, id)
	return club, nets, err
}
