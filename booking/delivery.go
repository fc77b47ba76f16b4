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
	deliverAttempts    = 12               // river waits attempt⁴ seconds: about fourteen hours in all
	sendTimeout        = 20 * time.Second // one try; whoever has to wait longer waits in the queue
	markTimeout        = 5 * time.Second  // for writing down what became of it, also when told to stop
	switchChannelAfter = 10 * time.Minute // a channel that is closed for longer is passed over, where there is another
	giveUpAfter        = 24 * time.Hour   // and what could not be said for so long is old news
)

// errSendTimeout is the cause when a try took too long.
var errSendTimeout = errors.New("sending took too long")

// enqueue adds the job that delivers a notification, in the transaction that wrote it.
func (s *Service) enqueue(ctx context.Context, tx pgx.Tx, id int64, by Channel) error {
	_, err := s.jobs.InsertTx(ctx, tx, deliverArgs{Notification: id, Channel: by}, &river.InsertOpts{Queue: string(by.deliveryQueue()), MaxAttempts: deliverAttempts})
	if err != nil {
		return fmt.Errorf("enqueue notification %d: %w", id, err)
	}
	return nil
}

// deliver sends one notification, unless it was sent or is no longer true.
//
// Nothing is sent twice. Before a message is handed to its channel that is noted, and committed; what came of it is noted afterwards. A note
// without an outcome is of a try that died on the way, and then nobody knows: where the channel knows repeats, the message goes again, and
// elsewhere it does not. For the same reason another channel takes over only from one that surely has not sent it.
func (s *Service) deliver(ctx context.Context, o WorkerOptions, job *river.Job[deliverArgs]) error {
	d := delivery{s: s, options: o, by: job.Args.Channel, lastTry: job.Attempt >= job.MaxAttempts}
	found, err := d.loadNotification(ctx, job.Args.Notification)
	if err != nil || !found {
		return err
	}
	if d.HandedAt != nil && !d.by.deduplicates() {
		return d.giveUpChannel(ctx, errMaybeSent)
	}
	current, err := selectStillCurrent(ctx, s.db, d.Notification)
	if err != nil {
		return err
	}
	if !current {
		return dropNotification(ctx, s.db, d.ID)
	}
	if err := d.compose(ctx); err != nil {
		return fmt.Errorf("notification %d in words: %w", d.ID, err)
	}
	if until, wait := d.quietUntil(); wait {
		return d.postponeDelivery(ctx, until)
	}
	var ok bool
	if d.message.To, ok = d.contact.confirmedAddress(d.by); !ok {
		return d.giveUpChannel(ctx, errNoAddress)
	}
	claimed, err := markHandedOver(ctx, s.db, d.ID, d.by)
	if err != nil || !claimed {
		return err
	}
	err = d.send(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTimeout)
	defer cancel()
	return d.recordOutcome(ctx, err)
}

// delivery is one try to send one notification.
type delivery struct {
	Notification
	s        *Service
	options  WorkerOptions
	by       Channel
	lastTry  bool // no try follows
	contact  Contact
	now      time.Time // by the database's clock
	zone     *time.Location
	deadline time.Time // what it is about begins or runs out then; zero where that does not matter
	message  Message
}

// loadNotification reads the notification; false where there is nothing to do, or not by this channel.
func (d *delivery) loadNotification(ctx context.Context, id int64) (found bool, err error) {
	list, err := selectNotifications(ctx, d.s.db, `WHERE id = $1 AND sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL AND channel = $2`, id, d.by)
	if err != nil || len(list) == 0 {
		return false, err
	}
	d.Notification = list[0]
	if d.contact, err = selectContact(ctx, d.s.db, d.Member); err != nil {
		return false, err
	}
	d.now, err = selectClock(ctx, d.s.db)
	return true, err
}

// quietUntil tells whether the message waits for the end of the member's quiet hours. What answers the member's own step does not, nor what would be
// of no use by then.
func (d *delivery) quietUntil() (until time.Time, wait bool) {
	until, quiet := d.contact.Quiet.endAfter(d.now, d.zone)
	urgent := !d.deadline.IsZero() && d.deadline.Before(until.Add(time.Hour))
	if !quiet || urgent {
		return time.Time{}, false
	}
	if notice(d.Kind) == notifyConfirmed {
		d.message.Silent = true
		return time.Time{}, false
	}
	return until, true
}

func (d *delivery) postponeDelivery(ctx context.Context, until time.Time) error {
	if err := postponeNotification(ctx, d.s.db, d.ID, until); err != nil {
		return err
	}
	return river.JobSnooze(until.Sub(d.now))
}

func (d *delivery) send(ctx context.Context) error {
	by := d.options.messengerFor(d.by)
	if by == nil {
		return errNoChannel
	}
	ctx, cancel := context.WithTimeoutCause(ctx, sendTimeout, errSendTimeout)
	defer cancel()
	return by.Send(ctx, d.message)
}

// recordOutcome notes what came of a try, and what comes next.
func (d *delivery) recordOutcome(ctx context.Context, err error) error {
	if err == nil {
		return markSent(ctx, d.s.db, d.ID)
	}
	d.s.logger.LogAttrs(ctx, slog.LevelInfo, "a notification was not delivered", slog.Int64("notification", d.ID), slog.String("channel", string(d.by)), slog.String("code", fault.CodeOf(err)))
	switch fault.KindOf(err) {
	case fault.Gone:
		return d.giveUpChannel(ctx, err)
	case fault.Unavailable:
		return d.waitForChannel(ctx, err)
	default:
		if d.by.deduplicates() && !d.lastTry {
			return fmt.Errorf("send notification %d: %w", d.ID, err)
		}
		return d.giveUpChannel(ctx, errMaybeSent)
	}
}

// waitForChannel waits for a channel that is closed for now, for as long as there is no other; ever longer, a quarter of the time it has taken so far.
func (d *delivery) waitForChannel(ctx context.Context, why error) error {
	waited := d.now.Sub(d.DueAt)
	if waited > giveUpAfter {
		return d.giveUpChannel(ctx, why)
	}
	if waited > switchChannelAfter && !d.mayHaveArrived(why) {
		if other, err := nextChannel(ctx, d.s.db, d.Member, d.ID, d.options.installedChannels(d.by)); err != nil {
			return err
		} else if other != "" {
			return d.giveUpChannel(ctx, why)
		}
	}
	if !d.mayHaveArrived(why) {
		if err := clearHandedOver(ctx, d.s.db, d.ID); err != nil {
			return err
		}
	}
	return river.JobSnooze(min(max(waited/4, 10*time.Second), 15*time.Minute))
}

// mayHaveArrived tells whether the message may have arrived by this channel: in this try, or in an earlier one of which nobody knows.
func (d *delivery) mayHaveArrived(why error) bool {
	return errors.Is(why, errMaybeSent) || d.HandedAt != nil
}

// giveUpChannel notes that a channel did not lead to the member. The next one takes over, unless the message may have arrived by this one; without a
// next one the notification has failed.
func (d *delivery) giveUpChannel(ctx context.Context, why error) error {
	return d.s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := insertFailure(ctx, tx, d.ID, d.by, fault.CodeOf(why)); err != nil {
			return err
		}
		if errors.Is(why, ErrRefused) {
			if err := markRefused(ctx, tx, d.Member, d.by, d.message.To); err != nil {
				return err
			}
		}
		if d.mayHaveArrived(why) {
			return failNotification(ctx, tx, d.ID, false)
		}
		return d.s.handToNextChannel(ctx, tx, d.Notification, d.options.installedChannels())
	})
}

// handToNextChannel hands a notification to the next channel that leads to its member.
func (s *Service) handToNextChannel(ctx context.Context, tx pgx.Tx, n Notification, installed []Channel) error {
	next, err := nextChannel(ctx, tx, n.Member, n.ID, installed)
	if err != nil {
		return err
	}
	if next == "" {
		return failNotification(ctx, tx, n.ID, true)
	}
	moved, err := moveChannel(ctx, tx, n.ID, n.Channel, next)
	if err != nil || !moved {
		return err
	}
	return s.enqueue(ctx, tx, n.ID, next)
}

// undeliveredBatch bounds one sweep.
const undeliveredBatch = 200

// SweepUndelivered hands on what waits for the bot while no process is the bot, where another channel leads to the member.
func (s *Service) SweepUndelivered(ctx context.Context, installed []Channel) error {
	list, err := selectWithoutWorker(ctx, s.db, installed, switchChannelAfter, undeliveredBatch)
	if err != nil {
		return translate(ctx, err)
	}
	for _, n := range list {
		err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			if waiting, err := lockWaiting(ctx, tx, n.ID, n.Channel); err != nil || !waiting {
				return err
			}
			if err := insertFailure(ctx, tx, n.ID, n.Channel, fault.CodeOf(errNoWorker)); err != nil {
				return err
			}
			return s.handToNextChannel(ctx, tx, n, installed)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
