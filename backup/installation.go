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

// ErrUnconfirmed means that the database was restored or copied, and nobody has confirmed that it takes the place of its original.
var ErrUnconfirmed = errors.New("this database is a copy of another one: no process is the bot or runs jobs on it before pavilion restore confirm")

// ErrConfirmed means that there is nothing to confirm.
var ErrConfirmed = errors.New("this database is in use already: there is nothing to confirm")

// Adopt makes a database that was never served the installation's own.
func (i Installation) Adopt(ctx context.Context) error { return adopt(ctx, i.db) }

// Check returns ErrUnconfirmed for a copy. A database that was never served is no copy.
func (i Installation) Check(ctx context.Context) error {
	home, err := isHome(ctx, i.db)
	if err == nil && !home {
		err = ErrUnconfirmed
	}
	return err
}

// confirmPoll is the time between two looks at a database that is not confirmed, or that does not answer.
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

// Held counts what the original had not sent, and what Confirm ended.
type Held struct {
	Jobs       map[string]int64 // by kind
	Broadcasts int64
	Revisions  int64 // edits and deletions of what a broadcast had sent
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
//   - The names of the database change, so that no key in Redis belongs to it.
//
// Two things go on, because repeating them changes nothing: messages are deleted when it was promised, and Telegram is asked for refunds of Stars.
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

// Drop deletes the held jobs that only send a message. The others, which move money or close payment pages, run: their gateways recognise what was done.
func (i Installation) Drop(ctx context.Context) (dropped map[string]int64, err error) {
	return i.decide(ctx, messageJobs())
}

// LastBackup returns when the last backup was made; zero if there is none.
func (i Installation) LastBackup(ctx context.Context) (time.Time, error) {
	return lastBackup(ctx, i.db)
}

// messageJobs are the kinds of jobs that only send a message.
func messageJobs() []string {
	return []string{"booking_deliver", "booking_contact_code", "booking_alert", "booking_invoice", "session_reopen"}
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
