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
	in, k := s.Texts.InLanguage(m.Language), buttons{owner: int64(m.Member)}
	if m.Booking != 0 {
		k.row(in.Say("show.open"), step{Verb: stepShow, Booking: m.Booking})
	}
	if m.Day != 0 {
		k.row(in.Say("desk.sheet"), step{Verb: stepSheet, Club: m.Club, Day: m.Day})
	}
	return s.Client.Notify(ctx, int64(m.Member), telegram.Reply{Text: m.Text, Keyboard: k.rows}, m.Once, m.Silent)
}

// Alert tells the club's admins of a payment that needs a person. It is done when one of them has it. Admins who never wrote to the bot are
// passed over. A try that failed otherwise is repeated for all; those who have the message get nothing twice.
func (s *Screens) Alert(ctx context.Context, r booking.Review) error {
	var errs []error
	reached := false
	for _, admin := range s.Admins {
		text := s.Texts.InLanguage(s.Language(ctx, admin)).Say("review."+string(r.Reason), strconv.FormatInt(int64(r.ID), 10))
		err := s.Client.Notify(ctx, admin, telegram.Reply{Text: text}, fmt.Sprintf("review %d of %d", r.ID, r.OpenedAt.UnixMicro()), false)
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
