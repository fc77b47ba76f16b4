package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
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

// Notification is one thing to say to one member. It carries no words: whoever sends it makes them, in the member's language.
type Notification struct {
	ID        int64 // what a sender derives its dedupe id from: a repeat is the same message
	Club      ClubID
	Member    MemberID
	Kind      string
	Booking   ID
	Refund    RefundID // that it tells of; else 0
	CreatedAt time.Time
	SentAt    *time.Time
}

// deliverArgs is the job that sends one notification. Ids only: a queue's tables are read by too many.
type deliverArgs struct {
	Notification int64 `json:"notification"`
}

// Kind names the job.
func (deliverArgs) Kind() string { return "booking_deliver" }

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

const (
	jobQueue        = "booking"
	deliverAttempts = 12 // river waits attempt⁴ seconds: about fourteen hours in all
)

// Notifications lists what a member was or is to be told, oldest first.
func (s *Service) Notifications(ctx context.Context, actor Actor, club ClubID, after int64) ([]Notification, error) {
	list, err := selectNotifications(ctx, s.db, `WHERE club_id = $1 AND member_id = $2 AND id > $3 AND dropped_at IS NULL ORDER BY id LIMIT 100`, club, actor.ID, after)
	return list, translate(ctx, err)
}

// deliver sends one notification, unless it was sent or is no longer true.
func (s *Service) deliver(ctx context.Context, m messenger, id int64) error {
	if m == nil {
		return nil // the row is the message
	}
	list, err := selectNotifications(ctx, s.db, `WHERE id = $1 AND sent_at IS NULL AND dropped_at IS NULL`, id)
	if err != nil || len(list) == 0 {
		return err
	}
	n := list[0]
	current, err := stillTrue(ctx, s.db, n)
	if err != nil {
		return err
	}
	if !current {
		return closeNotification(ctx, s.db, id, false)
	}
	if err := m.Send(ctx, n); err != nil {
		return fmt.Errorf("send notification %d: %w", id, err)
	}
	return closeNotification(ctx, s.db, id, true)
}

// enqueue adds the job that delivers a notification, in the transaction that wrote it.
func (s *Service) enqueue(ctx context.Context, tx pgx.Tx, id int64) error {
	if _, err := s.jobs.InsertTx(ctx, tx, deliverArgs{Notification: id}, &river.InsertOpts{Queue: jobQueue, MaxAttempts: deliverAttempts}); err != nil {
		return fmt.Errorf("enqueue notification %d: %w", id, err)
	}
	return nil
}
