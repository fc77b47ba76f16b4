package nets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// Send delivers a notification to a member's private chat. Sends of one name are one message to Telegram, also from different processes.
func (s *Screens) Send(ctx context.Context, m booking.Message) error {
	d := drawing{in: s.Texts.InLanguage(m.Language), owner: int64(m.Member)}
	return s.Client.Notify(ctx, int64(m.Member), notificationView{m}.draw(d), m.Once, m.Silent)
}

// notificationView is a notification with buttons to its booking and to its day sheet.
type notificationView struct{ message booking.Message }

func (v notificationView) draw(d drawing) telegram.Reply {
	m, k := v.message, d.keyboard()
	if m.Booking != 0 {
		k.add(d.in.Say("show.open"), step{Verb: stepBooking, Booking: m.Booking})
	}
	if m.Day != 0 {
		k.add(d.in.Say("desk.sheet"), step{Verb: stepDaySheet, Club: m.Club, Day: m.Day})
	}
	return telegram.Reply{Text: m.Text, Keyboard: k.rows}
}

// Alert sends a review to the club's admins. It skips admins whom the bot cannot write to. Any other error makes the job retry for all admins; the
// message name prevents duplicates.
func (s *Screens) Alert(ctx context.Context, r booking.Review) error {
	var errs []error
	reached := false
	for _, admin := range s.Admins {
		d := drawing{in: s.Texts.InLanguage(s.Language(ctx, admin)), owner: admin}
		err := s.Client.Notify(ctx, admin, alertView{r}.draw(d), fmt.Sprintf("review %d of %d", r.ID, r.OpenedAt.UnixMicro()), false)
		switch {
		case err == nil:
			reached = true
		case fault.KindOf(err) != fault.Gone:
			errs = append(errs, err)
		}
	}
	if !reached && len(errs) == 0 {
		s.Logger.LogAttrs(ctx, slog.LevelError, "no admin can be told of a review: none has written to the bot", slog.Int64("review", int64(r.ID)))
	}
	return errors.Join(errs...)
}

// alertView is a review of a payment.
type alertView struct{ review booking.Review }

func (v alertView) draw(d drawing) telegram.Reply {
	return telegram.Reply{Text: d.in.Say("review."+string(v.review.Reason), strconv.FormatInt(int64(v.review.ID), 10))}
}
