package backup

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/storage"
)

// Installation decides whether a database is the installation's own. A restored backup and a copy are not until Confirm.
type Installation struct{ db *pgxpool.Pool }

// NewInstallation makes an Installation.
func NewInstallation(db *pgxpool.Pool) Installation { return Installation{db} }

// ErrUnconfirmed means that the database is a restored backup or a copy, and is not confirmed.
var ErrUnconfirmed = errors.New("this database is a copy of another one: no process is the bot or runs jobs on it before pavilion restore confirm")

// ErrConfirmed means that there is nothing to confirm.
var ErrConfirmed = errors.New("this database is in use already: there is nothing to confirm")

// Adopt marks the database as the installation's own if no process has used it before.
func (i Installation) Adopt(ctx context.Context) error { return adopt(ctx, i.db) }

// Check returns ErrUnconfirmed for a restored backup or a copy, and nil for a new database.
func (i Installation) Check(ctx context.Context) error {
	home, err := isHome(ctx, i.db)
	if err == nil && !home {
		err = ErrUnconfirmed
	}
	return err
}

// confirmPoll is the time between two checks of a database that is not confirmed or does not answer.
const confirmPoll = time.Second

// Wait returns when the database is the installation's own. It returns the cause of ctx's end otherwise.
func (i Installation) Wait(ctx context.Context, log *slog.Logger) error {
	for told := false; ; {
		err := errors.Join(i.Adopt(ctx), i.Check(ctx))
		if err == nil {
			return nil
		}
		if !told && errors.Is(err, ErrUnconfirmed) {
			told = true
			log.LogAttrs(ctx, slog.LevelError, "this database was restored or copied; the bot and the jobs wait for pavilion restore confirm")
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(confirmPoll):
		}
	}
}

// Held counts the work that Confirm held back or ended.
type Held struct {
	Jobs       map[string]int64 // by kind
	Broadcasts int64
	Revisions  int64 // edits and deletions of sent messages of a broadcast
	Deliveries int64 // of many files
	Taps       int64 // on one file, without an outcome
	Requests   int64 // to join a channel, not approved
	Messages   int64 // to the bot, not answered
	Sessions   int64
}

// Confirm makes a restored or copied database the installation's own, in one transaction:
//
//   - Sessions end, so that everybody signs in again. The bot signs in with its token instead of the session that the original may still use.
//   - Jobs are held until Release or Drop: messages to members, refunds, alerts.
//   - Broadcasts that were scheduled or running are paused. Their authors resume them in the chat. An edit or a deletion of sent messages ends where it
//     was, and the author may begin another.
//   - Deliveries are cancelled, of one file and of many, with the messages about their end. Messages that the bot had not answered are dropped. All are
//     old by now.
//   - Requests to join a channel are left to its admins.
//   - Payments for premium are not announced any more.
//   - The database gets a new incarnation, so its old keys in Redis are not used.
//
// Deletions of messages and refunds of Stars go on: repeating them changes nothing.
func (i Installation) Confirm(ctx context.Context) (held Held, err error) {
	err = storage.InTx(ctx, i.db, func(ctx context.Context, tx pgx.Tx) error {
		if home, err := lockHome(ctx, tx); err != nil {
			return err
		} else if home {
			return ErrConfirmed
		}
		held, err = holdBack(ctx, tx)
		return err
	})
	return held, err
}

// Outbox counts the held jobs by kind.
func (i Installation) Outbox(ctx context.Context) (map[string]int64, error) {
	return heldJobs(ctx, i.db)
}

// Release lets the held jobs run.
func (i Installation) Release(ctx context.Context) (map[string]int64, error) {
	return i.decide(ctx, nil)
}

// Drop deletes the held jobs that only send a message. The other jobs run. They move money or close payment pages, and the gateways recognise a
// repetition.
func (i Installation) Drop(ctx context.Context) (dropped map[string]int64, err error) {
	return i.decide(ctx, messageJobs())
}

// LastBackup returns when the last backup was made; zero if there is none.
func (i Installation) LastBackup(ctx context.Context) (time.Time, error) {
	return lastBackup(ctx, i.db)
}

// messageJobs are the kinds of jobs that only send a message.
func messageJobs() []string {
	return []string{"booking_deliver", "booking_deliver_closed", "booking_contact_code", "booking_alert", "booking_invoice", "booking_invoice_link", "session_reopen"}
}

// decide deletes the held jobs of some kinds and lets the others run. It returns the deleted ones, or all if no kind is named.
func (i Installation) decide(ctx context.Context, dropped []string) (counts map[string]int64, err error) {
	err = storage.InTx(ctx, i.db, func(ctx context.Context, tx pgx.Tx) error {
		if home, err := lockHome(ctx, tx); err != nil {
			return err
		} else if !home {
			return ErrUnconfirmed
		}
		if counts, err = heldJobs(ctx, tx); err != nil {
			return err
		}
		if dropped != nil {
			if counts, err = dropJobs(ctx, tx, dropped); err != nil {
				return err
			}
		}
		return releaseJobs(ctx, tx)
	})
	return counts, err
}
