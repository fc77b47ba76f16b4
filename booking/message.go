package booking

import (
	"context"
	"fmt"
	"strconv"

	"pavilion/internal/phrase"
)

// Message is a notification in words, in the member's language.
type Message struct {
	Notification
	Once     string // names this message: a repeat has the same, nothing else has
	To       string // the address, where the channel is not Telegram
	Text     string // its first line says what it is about
	Foot     string // why it comes, for letters
	Language string // BCP 47
	Calendar []byte // the booking as a calendar file; empty where it is about none
	Silent   bool   // the member's quiet hours: no sound, where the channel can
}

// compose makes the words. They are made when the message is sent, so they say what is true then.
func (d *delivery) compose(ctx context.Context) error {
	setup, err := selectSetup(ctx, d.s.db, d.Club)
	if err != nil {
		return err
	}
	d.zone = setup.club.Zone
	in := d.s.phrases.In(d.options.languageOf(ctx, d.Member))
	d.message = Message{
		Notification: d.Notification, Language: in.Language(), Foot: in.Say("mail.foot", setup.club.Name),
		Once: fmt.Sprintf("notification %d of %d", d.ID, d.CreatedAt.UnixMicro()), // the time: ids begin again in a new database
	}
	if notice(d.Kind) == notifySheet {
		d.message.Text, err = d.composeSheet(ctx, setup, in)
		d.deadline = boundary(d.Day+1, 0, d.zone, Earlier)
		return err
	}
	b, err := selectBooking(ctx, d.s.db, d.Booking)
	if err != nil {
		return err
	}
	key, detail, err := d.phraseFor(ctx, b, in)
	if err != nil {
		return err
	}
	d.message.Calendar = b.Calendar(setup.club, setup.nets)
	d.message.Text = in.Say(key, setup.club.Name, b.NetNames(setup.nets), in.Span(b.Span.Start.In(d.zone), b.Span.End.In(d.zone)), strconv.FormatInt(int64(b.ID), 10), detail)
	return nil
}

// phraseFor chooses the phrase and what it says besides the booking.
func (d *delivery) phraseFor(ctx context.Context, b Booking, in *phrase.Speaker) (key, detail string, err error) {
	key = "notice." + d.Kind
	switch notice(d.Kind) {
	case notifyOffered:
		if b.ExpiresAt != nil {
			d.deadline, detail = *b.ExpiresAt, in.Clock(b.ExpiresAt.In(d.zone))
		}
	case notifyRefunded:
		list, err := selectRefunds(ctx, d.s.db, `WHERE id = $1`, d.Refund)
		if err != nil {
			return "", "", err
		}
		if len(list) != 1 {
			return "", "", ErrNoRefund
		}
		detail = in.Money(list[0].Amount.Minor, list[0].Amount.Currency)
	case notifyCancelled:
		d.deadline = b.Span.Start
		if fee := b.CancelFee; fee != nil && fee.Minor > 0 {
			key, detail = "notice.cancelled_fee", in.Money(fee.Minor, fee.Currency)
		}
	case notifyMoved, notifyReminder:
		d.deadline = b.Span.Start
	case notifyConfirmed, notifySlotLost, notifySheet:
	}
	return key, detail, nil
}
