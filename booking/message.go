package booking

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pavilion/internal/phrase"
)

// Message is a notification as text, in the member's language.
type Message struct {
	Notification
	Once         string // identifies the message: a repeat has the same value, another message a different one
	To           string // the address; empty for Telegram
	Text         string // its first line is the subject
	Foot         string // of an email: why the member gets it
	Language     string // BCP 47
	Calendar     []byte // the booking as a calendar file; empty when there is no booking
	CalendarType string // its media type
	Silent       bool   // sent in the member's quiet hours: no sound, if the channel supports that
}

// compose writes the text, when the message is sent, from the state of that moment.
func (d *delivery) compose(ctx context.Context) error {
	setup, err := selectSetup(ctx, d.s.db, d.Club)
	if err != nil {
		return err
	}
	d.zone = setup.club.Zone
	in := d.s.phrases.In(d.options.languageOf(ctx, d.Member))
	d.message = Message{
		Notification: d.Notification, Language: in.Language(), Foot: in.Say("mail.foot", setup.club.Name),
		Once: fmt.Sprintf("notification %d of %d", d.ID, d.CreatedAt.UnixMicro()), // with the time, because ids start again in a new database
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
	if notice(d.Kind).aboutSeries() {
		return d.composeSeries(ctx, setup, b.Series, in)
	}
	if notice(d.Kind) == notifyClosed {
		return d.composeClosed(ctx, setup, b, in)
	}
	key, detail, err := d.phraseFor(ctx, b, in)
	if err != nil {
		return err
	}
	d.message.Calendar, d.message.CalendarType = b.Calendar(setup.club, setup.nets), b.CalendarType()
	d.message.Text = in.Say(key, setup.club.Name, b.NetNames(setup.nets), in.Span(b.Span.Start.In(d.zone), b.Span.End.In(d.zone)), strconv.FormatInt(int64(b.ID), 10), detail)
	return nil
}

// phraseFor chooses the phrase and its detail, such as an amount, and sets the deadline.
func (d *delivery) phraseFor(ctx context.Context, b Booking, in *phrase.Speaker) (key, detail string, err error) {
	key = "notice." + d.Kind
	switch notice(d.Kind) {
	case notifyOffered:
		if b.ExpiresAt != nil {
			d.deadline, detail = *b.ExpiresAt, in.Clock(b.ExpiresAt.In(d.zone))
		}
	case notifyRefunded:
		r, err := selectRefund(ctx, d.s.db, d.Refund)
		if err != nil {
			return "", "", err
		}
		p, err := selectPayment(ctx, d.s.db, r.Payment)
		if err != nil {
			return "", "", err
		}
		detail = r.Amount.say(in)
		if p.Provider == Desk || p.Provider.inChat() {
			key = "notice.given_back" // not through a bank, so the text names no delay
		}
	case notifyCancelled:
		d.deadline = b.Span.Start
		payments, err := selectPaymentsOf(ctx, d.s.db, b.ID)
		if err != nil {
			return "", "", err
		}
		detail = strings.Join(b.RefundSentences(in, payments), "\n")
	case notifyMoved, notifyReminder:
		d.deadline = b.Span.Start
	case notifyReviewed:
		list, err := selectPaymentsOf(ctx, d.s.db, b.ID)
		if err != nil {
			return "", "", err
		}
		if i := slices.IndexFunc(list, Payment.IsReviewed); i >= 0 {
			detail = in.Money(list[i].Received.Minor, list[i].Received.Currency)
		}
		if b.State == Held {
			key = "notice.payment_review_kept"
		}
	case notifyConfirmed, notifySlotLost, notifySheet, notifyClosed, notifySeriesBooked, notifySeriesMoved, notifySeriesEnded:
	}
	return key, detail, nil
}
