package booking

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// notice is the kind of a notification.
type notice string

// The notices. An empty notice sends nothing.
const (
	notifyConfirmed notice = "confirmed"
	notifyCancelled notice = "cancelled"
	notifyMoved     notice = "moved"
	notifyReminder  notice = "reminder"
	notifyOffered   notice = "offered"
	notifySlotLost  notice = "slot_lost" // the money came too late and is refunded
	notifyRefunded  notice = "refunded"
	notifyReviewed  notice = "payment_review" // the payment differs from the request; staff decide
	notifySheet     notice = "day_sheet"      // to the staff
	notifyClosed    notice = "closed"         // a closure run cancelled the member's bookings

	// About several bookings of a series.
	notifySeriesBooked notice = "series_booked"
	notifySeriesMoved  notice = "series_moved"
	notifySeriesEnded  notice = "series_ended"
)

// aboutSeries reports whether the notice is about all bookings of a series that changed in one transaction.
func (n notice) aboutSeries() bool {
	return n == notifySeriesBooked || n == notifySeriesMoved || n == notifySeriesEnded
}

// Notification is one message to one member. It has no text: the text is composed when it is sent, in the member's language.
type Notification struct {
	ID        int64
	Club      ClubID
	Member    MemberID
	Kind      string
	Booking   ID       // 0: about a day
	Refund    RefundID // of a notice of a refund; otherwise 0
	Day       Day      // of a day sheet
	CreatedAt time.Time
	DueAt     time.Time // later than CreatedAt when quiet hours postpone it
	Channel   Channel
	HandedAt  *time.Time // when it was handed to the channel
	SentAt    *time.Time
	DroppedAt *time.Time // it was no longer true
	FailedAt  *time.Time // no channel delivered it
	Failures  []Failure
}

// Failure is a channel that was given up for a notification.
type Failure struct {
	Channel Channel
	Reason  string // the error's code
}

// DeliveryState is the state of a notification.
type DeliveryState string

// The states.
const (
	DeliveryWaiting DeliveryState = "waiting"
	DeliverySent    DeliveryState = "sent"
	DeliveryDropped DeliveryState = "dropped" // it was no longer true
	DeliveryFailed  DeliveryState = "failed"  // no channel delivered it
	DeliveryUnsure  DeliveryState = "unsure"  // it may have arrived, so it is not sent again
)

// State derives the state from the times.
func (n Notification) State() DeliveryState {
	switch {
	case n.SentAt != nil:
		return DeliverySent
	case n.DroppedAt != nil:
		return DeliveryDropped
	case n.FailedAt != nil && n.HandedAt != nil:
		return DeliveryUnsure
	case n.FailedAt != nil:
		return DeliveryFailed
	}
	return DeliveryWaiting
}

// announcement holds the values of a new notification.
type announcement struct {
	club    ClubID
	member  MemberID
	kind    notice
	booking ID
	version int
	refund  RefundID // 0: none
	day     Day      // of a day sheet, which has no booking
	at      time.Time
	shown   bool // the message that the member tapped will show the change: Telegram gets the notice after screenGrace, unless NoticeShown ends it before
}

// screenGrace is how long a notification waits for the message in the chat to show the change.
const screenGrace = 15 * time.Second

// announce writes a notification and the job that delivers it, in one transaction with their cause. A repeated call writes nothing.
func (s *Service) announce(ctx context.Context, tx pgx.Tx, a announcement) error {
	id, by, err := insertNotification(ctx, tx, a)
	if err != nil || id == 0 {
		return err
	}
	return s.enqueue(ctx, tx, a.kind, id, by)
}

// notify announces a notice about a booking to its member.
func (c *change) notify(ctx context.Context, kind notice, b Booking) error {
	if kind == "" {
		return nil
	}
	a := announcement{club: b.Club, member: b.Member, kind: kind, booking: b.ID, version: b.Version, at: c.at}
	a.shown = kind.isShownInChat() && (c.isFromChat(b) || c.paidFromChat)
	return c.announce(ctx, c.tx, a)
}

// isFromChat reports whether the booking's own member makes the change in the chat with the bot.
func (c *change) isFromChat(b Booking) bool {
	return c.actor.Origin == OriginChat && c.actor.ID == b.Member
}

// isShownInChat reports whether the booking's message in the chat has the content of the notice.
func (n notice) isShownInChat() bool {
	return n == notifyConfirmed || n == notifyCancelled || n == notifyMoved
}

// NoticeShown marks notifications about the member's changes in the chat as sent. The bot calls it after a message there shows this version of the
// booking.
func (s *Service) NoticeShown(ctx context.Context, b Booking) error {
	return translate(ctx, markShown(ctx, s.db, b.Member, b.ID, b.Version))
}

// Notifications lists the actor's notifications in a club, sent and waiting, oldest first.
func (s *Service) Notifications(ctx context.Context, actor Actor, club ClubID, after int64) ([]Notification, error) {
	list, err := selectNotificationsOf(ctx, s.db, club, actor.ID, after)
	return list, translate(ctx, err)
}

// Deliveries lists the notifications of all members of a club, oldest first; for staff. An empty state stands for all states.
func (s *Service) Deliveries(ctx context.Context, actor Actor, club ClubID, state DeliveryState, after int64) ([]Notification, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	list, err := selectDeliveries(ctx, s.db, club, state, after)
	return list, translate(ctx, err)
}
