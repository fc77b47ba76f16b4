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

// deliverArgs is the job that sends one notification over one channel. It holds ids only, because the queue's tables are read by many tools.
type deliverArgs struct {
	Notification int64   `json:"notification"`
	Channel      Channel `json:"channel"`
}

// Kind names the job.
func (deliverArgs) Kind() string { return "booking_deliver" }

// deliverClosedArgs is deliverArgs of a notification of the kind notifyClosed. An older process in a rolling upgrade would drop this kind of notification. It
// does not know this kind of job: the job fails there, and is repeated until a newer process takes it.
type deliverClosedArgs deliverArgs

// Kind names the job.
func (deliverClosedArgs) Kind() string { return "booking_deliver_closed" }

const (
	deliverAttempts    = 12               // river waits attempt⁴ seconds: about fourteen hours in all
	sendTimeout        = 20 * time.Second // one try
	markTimeout        = 5 * time.Second  // to record the outcome, also after the job's context has ended
	switchChannelAfter = 10 * time.Minute // an unavailable channel is given up then, if there is another
	giveUpAfter        = 24 * time.Hour   // an unavailable channel is given up then in any case
)

// errSendTimeout is the cause when a try exceeds sendTimeout.
var errSendTimeout = errors.New("sending took too long")

// enqueue adds the job that delivers a notification, in the transaction that writes it.
func (s *Service) enqueue(ctx context.Context, tx pgx.Tx, kind notice, id int64, by Channel) error {
	var args river.JobArgs = deliverArgs{Notification: id, Channel: by}
	if kind == notifyClosed {
		args = deliverClosedArgs{Notification: id, Channel: by}
	}
	_, err := s.jobs.InsertTx(ctx, tx, args, &river.InsertOpts{Queue: string(by.deliveryQueue()), MaxAttempts: deliverAttempts})
	if err != nil {
		return fmt.Errorf("enqueue notification %d: %w", id, err)
	}
	return nil
}

// deliver sends one notification, unless it was sent or is no longer true.
//
// No message arrives twice. deliver commits the time of the handover before it calls the channel, and the outcome after the call. A handover
// without an outcome means that a try was killed: the message may have arrived. Only a channel that deduplicates sends it again then. Another
// channel takes over only when the message certainly was not sent.
func (s *Service) deliver(ctx context.Context, o WorkerOptions, args deliverArgs, lastTry bool) error {
	d := delivery{s: s, options: o, by: args.Channel, lastTry: lastTry}
	found, err := d.loadNotification(ctx, args.Notification)
	if err != nil || !found {
		return err
	}
	if d.HandedAt != nil && !d.by.deduplicates() {
		return d.giveUpChannel(ctx, errMaybeSent)
	}
	if early := d.DueAt.Sub(d.now); early > 0 {
		return river.JobSnooze(early)
	}
	current, err := selectStillCurrent(ctx, s.db, d.Notification)
	if err != nil {
		return err
	}
	if !current {
		return dropNotification(ctx, s.db, d.ID)
	}
	if err := d.compose(ctx); err != nil {
		return fmt.Errorf("compose notification %d: %w", d.ID, err)
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
	lastTry  bool
	contact  Contact
	now      time.Time // by the database's clock
	zone     *time.Location
	deadline time.Time // when the message becomes useless, such as the booking's start; zero: never
	message  Message
}

// loadNotification reads the notification; it returns false when it is finished or was moved to another channel.
func (d *delivery) loadNotification(ctx context.Context, id int64) (found bool, err error) {
	list, err := selectUndelivered(ctx, d.s.db, id, d.by)
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

// quietUntil reports whether the message waits for the end of the member's quiet hours. A message that would come too late then does not wait, nor
// does the confirmation of a booking, which is sent silently.
func (d *delivery) quietUntil() (until time.Time, wait bool) {
	until, quiet := d.contact.Quiet.endAfter(d.now, d.zone)
	urgent := !d.deadline.IsZero() && d.deadline.Before(until.Add(time.Hour))
	if !quiet || urgent {
		return time.Time{}, false
	}
	if notice(d.Kind) == notifyConfirmed || notice(d.Kind) == notifySeriesBooked {
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

// recordOutcome stores the outcome of a try and decides the next step by the kind of its error.
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

// waitForChannel retries an unavailable channel later, after a quarter of the time waited so far. It gives the channel up after switchChannelAfter
// if another one reaches the member, and after giveUpAfter in any case.
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

// mayHaveArrived reports whether the message may have arrived over this channel, in this try or in an earlier one whose outcome is unknown.
func (d *delivery) mayHaveArrived(why error) bool {
	return errors.Is(why, errMaybeSent) || d.HandedAt != nil
}

// giveUpChannel records that a channel failed. The next channel takes over, unless the message may have arrived over this one. Without a next
// channel the notification fails.
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

// handToNextChannel moves a notification to the next channel that reaches its member, or fails it when there is none.
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
	return s.enqueue(ctx, tx, notice(n.Kind), n.ID, next)
}

// undeliveredBatch is the number of notifications in one sweep.
const undeliveredBatch = 200

// SweepUndelivered moves notifications to another channel when no process has worked the bot's queue for switchChannelAfter.
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
