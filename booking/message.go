package booking

import (
	"context"
	"fmt"
	"strconv"
)

// Message is a notification in words, in the member's language.
type Message struct {
	Notification
	Once     string // names this message: a repeat has the same, nothing else has
	Text     string
	Language string // Telegram's code for the language of Text; empty is English
}

// message makes the words. They are made when it is sent, so they say what is true then.
func (s *Service) message(ctx context.Context, n Notification, language string) (Message, error) {
	in := s.phrases.In(language)
	m := Message{Notification: n, Language: language, Once: fmt.Sprintf("notification %d of %d", n.ID, n.CreatedAt.UnixMicro())} // the time: ids begin again in a new database
	b, err := selectBooking(ctx, s.db, n.Booking)
	if err != nil {
		return m, err
	}
	setup, err := selectSetup(ctx, s.db, n.Club)
	if err != nil {
		return m, err
	}
	zone := setup.club.Zone
	key, detail := "notice."+n.Kind, ""
	switch notice(n.Kind) {
	case notifyOffered:
		if b.ExpiresAt != nil {
			detail = in.Clock(b.ExpiresAt.In(zone))
		}
	case notifyRefunded:
		list, err := selectRefunds(ctx, s.db, `WHERE id = $1`, n.Refund)
		if err != nil {
			return m, err
		}
		if len(list) != 1 {
			return m, ErrNoRefund
		}
		detail = in.Money(list[0].Amount.Minor, list[0].Amount.Currency)
	case notifyCancelled:
		if fee := b.CancelFee; fee != nil && fee.Minor > 0 {
			key, detail = "notice.cancelled_fee", in.Money(fee.Minor, fee.Currency)
		}
	case notifyConfirmed, notifyMoved, notifyReminder, notifySlotLost:
	}
	m.Text = in.Say(key, setup.club.Name, b.NetNames(setup.nets), in.Span(b.Span.Start.In(zone), b.Span.End.In(zone)), strconv.FormatInt(int64(b.ID), 10), detail)
	return m, nil
}
