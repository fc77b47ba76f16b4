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
)

// Notification is one thing to say to one member. It carries no words: they are made when it is sent, in the member's language.
type Notification struct {
	ID        int64
	Club      ClubID
	Member    MemberID
	Kind      string
	Booking   ID
	Refund    RefundID // that it tells of; else 0
	CreatedAt time.Time
	SentAt    *time.Time
	Channel   Channel    // by which it was sent
	FailedAt  *time.Time // no way led to the member
}

// notify writes down what a member is to be told, and the job that does it, in the transaction of the cause. The same is said once.
func (c *change) notify(ctx context.Context, kind notice, b Booking) error {
	if kind == "" {
		return nil
	}
	id, err := insertNotification(ctx, c.tx, kind, b, c.at)
	if err != nil || id == 0 {
		return err
	}
	return c.enqueue(ctx, c.tx, id)
}

// Notifications lists what a member was or is to be told, oldest first.
func (s *Service) Notifications(ctx context.Context, actor Actor, club ClubID, after int64) ([]Notification, error) {
	list, err := selectNotifications(ctx, s.db, `WHERE club_id = $1 AND member_id = $2 AND id > $3 AND dropped_at IS NULL ORDER BY id LIMIT 100`, club, actor.ID, after)
	return list, translate(ctx, err)
}
