package booking

import (
	"context"
	"time"
)

// notice is what a member is told.
type notice string

// The notices; the empty one says nothing.
const (
	notifyConfirmed notice = "confirmed"
	notifyCancelled notice = "cancelled"
	notifyMoved     notice = "moved"
	notifyReminder  notice = "reminder"
	notifyOffered   notice = "offered"
	notifySlotLost  notice = "slot_lost" // the money came too late, and goes back
	notifyRefunded  notice = "refunded"
	notifySheet     notice = "day_sheet" // to the staff, of a day
)

// Notification is one thing to say to one member. It carries no words: they are made when it is sent, in the member's language.
type Notification struct {
	ID        int64
	Club      ClubID
	Member    MemberID
	Kind      string
	Booking   ID       // 0 where it is about a day
	Refund    RefundID // that it tells of; else 0
	Day       Day      // of a day sheet
	CreatedAt time.Time
	DueAt     time.Time  // later where quiet hours came between
	Channel   Channel    // by which it goes or went
	HandedAt  *time.Time // when the channel was given it
	SentAt    *time.Time
	DroppedAt *time.Time // no longer true when its turn came
	FailedAt  *time.Time // no way led to the member
	Failures  []Failure
}

// Failure is a channel that was given up for a notification.
type Failure struct {
	Channel Channel
	Reason  string // an error's code
}

// DeliveryState is how far a notification has come.
type DeliveryState string

// The states.
const (
	DeliveryWaiting DeliveryState = "waiting"
	DeliverySent    DeliveryState = "sent"
	DeliveryDropped DeliveryState = "dropped" // no longer true when its turn came
	DeliveryFailed  DeliveryState = "failed"  // no way led to the member
	DeliveryUnsure  DeliveryState = "unsure"  // it may have arrived; it is not sent again
)

// State tells how far it has come.
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

// notify writes down what a member is to be told, and the job that does it, in the transaction of the cause. The same is said once.
func (c *change) notify(ctx context.Context, kind notice, b Booking) error {
	if kind == "" {
		return nil
	}
	return c.announce(ctx, c.tx, announcement{club: b.Club, member: b.Member, kind: kind, booking: b.ID, version: b.Version, at: c.at})
}

// Notifications lists what a member was or is to be told, oldest first.
func (s *Service) Notifications(ctx context.Context, actor Actor, club ClubID, after int64) ([]Notification, error) {
	list, err := selectNotifications(ctx, s.db, `WHERE club_id = $1 AND member_id = $2 AND id > $3 AND dropped_at IS NULL ORDER BY id LIMIT 100`, club, actor.ID, after)
	return list, translate(ctx, err)
}

// Deliveries lists what the club's members were or are to be told and how far that has come, oldest first; staff only.
func (s *Service) Deliveries(ctx context.Context, actor Actor, club ClubID, state DeliveryState, after int64) ([]Notification, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	list, err := selectNotifications(ctx, s.db, `WHERE club_id = $1 AND id > $2 AND ($3 = '' OR $3 = CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN dropped_at IS NOT NULL THEN 'dropped'
		WHEN failed_at IS NOT NULL AND handed_at IS NOT NULL THEN 'unsure' WHEN failed_at IS NOT NULL THEN 'failed' ELSE 'waiting' END) ORDER BY id LIMIT 100`, club, after, string(state))
	return list, translate(ctx, err)
}
