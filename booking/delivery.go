package booking

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"pavilion/internal/fault"
)

// deliverArgs is the job that sends one notification by one channel. Ids only: a queue's tables are read by too many.
type deliverArgs struct {
	Notification int64   `json:"notification"`
	Channel      Channel `json:"channel"`
}

// Kind names the job.
func (deliverArgs) Kind() string { return "booking_deliver" }

const (
	deliverAttempts = 12               // river waits attempt⁴ seconds: about fourteen hours in all
	sendWithin      = 20 * time.Second // one try; whoever has to wait longer waits in the queue
	closedRetry     = 30 * time.Second // between two looks at a channel that is closed for now
)

// errSendTimeout is the cause when a try took too long.
var errSendTimeout = errors.New("sending took too long")

// enqueue adds the job that delivers a notification, in the transaction that wrote it.
func (s *Service) enqueue(ctx context.Context, tx pgx.Tx, id int64) error {
	return s.enqueueBy(ctx, tx, id, ByTelegram)
}

func (s *Service) enqueueBy(ctx context.Context, tx pgx.Tx, id int64, by Channel) error {
	_, err := s.jobs.InsertTx(ctx, tx, deliverArgs{Notification: id, Channel: by}, &river.InsertOpts{Queue: string(by.queue()), MaxAttempts: deliverAttempts})
	if err != nil {
		return fmt.Errorf("enqueue notification %d: %w", id, err)
	}
	return nil
}

// deliver sends one notification, unless it was sent or is no longer true. The mark comes after the message: a crash in between repeats the
// message, and its sender knows it again.
func (s *Service) deliver(ctx context.Context, o WorkerOptions, job *river.Job[deliverArgs]) error {
	id, by := job.Args.Notification, job.Args.Channel
	list, err := selectNotifications(ctx, s.db, `WHERE id = $1 AND sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL`, id)
	if err != nil || len(list) == 0 {
		return err
	}
	n := list[0]
	current, err := stillTrue(ctx, s.db, n)
	if err != nil {
		return err
	}
	if !current {
		return dropNotification(ctx, s.db, id)
	}
	m, err := s.message(ctx, n, o.languageOf(ctx, n.Member))
	if err != nil {
		return fmt.Errorf("notification %d in words: %w", id, err)
	}
	err = send(ctx, o.by(by), m)
	switch {
	case err == nil:
		return markSent(ctx, s.db, id, by)
	case fault.KindOf(err) == fault.Gone, job.Attempt >= job.MaxAttempts:
		return s.giveUp(ctx, n, by, err)
	case fault.KindOf(err) == fault.Unavailable:
		return river.JobSnooze(closedRetry)
	}
	return fmt.Errorf("send notification %d: %w", id, err)
}

func send(ctx context.Context, by messenger, m Message) error {
	if by == nil {
		return errNoChannel
	}
	ctx, cancel := context.WithTimeoutCause(ctx, sendWithin, errSendTimeout)
	defer cancel()
	return by.Send(ctx, m)
}

// giveUp notes that a channel does not lead to a member. Where no other is left, the notification has failed.
func (s *Service) giveUp(ctx context.Context, n Notification, by Channel, why error) error {
	s.logger.LogAttrs(ctx, slog.LevelInfo, "a notification cannot be delivered this way", slog.Int64("notification", n.ID), slog.String("channel", string(by)), slog.String("code", fault.CodeOf(why)))
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := insertFailure(ctx, tx, n.ID, by, fault.CodeOf(why)); err != nil {
			return err
		}
		return failNotification(ctx, tx, n.ID)
	})
}
