package personal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// Errors of requests about one's own data.
var (
	ErrTooOften    = fault.New(fault.TooMany, "personal_too_often")
	ErrErasedToday = fault.New(fault.TooMany, "erased_today")
	ErrStale       = fault.New(fault.Gone, "erase_stale")
	ErrUnderWay    = fault.New(fault.Conflict, "erase_under_way")
)

// limit is a limit of a person for each day. Redis counts it, and forgets the person within a day.
type limit struct {
	key     string
	perDay  int
	refusal error
}

// An export reads forty tables, and a question about erasure reads some of them. An erasure resets the daily quota of files.
func exports() limit   { return limit{"export", 3, ErrTooOften} }
func questions() limit { return limit{"erase", 10, ErrTooOften} }
func erasures() limit  { return limit{"erased", 1, ErrErasedToday} }

// ConfirmWithin is how long a token confirms an erasure.
const ConfirmWithin = 10 * time.Minute

// Origin is where a person asked for an erasure.
type Origin string

// The origins.
const (
	InChat   Origin = "bot"
	OverHTTP Origin = "http"
)

// Own exports and erases the data of the person who asks. An erasure takes two steps: Ask returns its consequences and a token, and Confirm takes the token.
// A confirmed erasure is a row in Postgres, so Run can finish it after a crash or an outage of a database.
type Own struct {
	records *Records
	rates   *storage.RateLimiter
	log     *slog.Logger
}

// NewOwn makes an Own.
func NewOwn(r *Records, rates *storage.RateLimiter, log *slog.Logger) *Own {
	return &Own{records: r, rates: rates, log: log.With("component", "personal")}
}

// Consequences are what an erasure would do to a person now.
type Consequences struct {
	Obstacles    []error   // each has to be settled first
	Bookings     int64     // kept without the person
	Payments     int64     // kept without the person, those in Stars included
	Banned       bool      // the ban is kept with the person
	PremiumUntil time.Time // lost; zero if there is none
	Feeds        int64     // calendar feeds that stop
	Roles        int64     // clubs in which the person has a role that is lost
}

// Export reads everything about the person who asks, and delivers it. A failed export counts against the limit, unless a server failed before ctx ended.
func (o *Own) Export(ctx context.Context, person int64, deliver func(Export) error) (err error) {
	if err := o.count(ctx, exports(), person); err != nil {
		return err
	}
	defer func() {
		if ctx.Err() == nil && (fault.KindOf(err) == fault.Unavailable || storage.Unreachable(err)) {
			o.giveBack(ctx, exports(), person)
		}
	}()
	e, err := o.records.Export(ctx, person)
	if err != nil {
		return err
	}
	return deliver(e)
}

// Ask says what an erasure does, and makes the token that confirms it. An earlier token of the person stops working. With obstacles there is no token.
func (o *Own) Ask(ctx context.Context, person int64, from Origin) (c Consequences, token secret.String, err error) {
	if person <= 0 {
		return c, token, errPerson
	}
	if err := o.count(ctx, questions(), person); err != nil {
		return c, token, err
	}
	if err := erasures().check(o.rates.Peek(ctx, erasures().of(person), erasures().rate())); err != nil {
		return c, token, err
	}
	random := make([]byte, 18)
	_, _ = rand.Read(random) // never fails since Go 1.24
	token = secret.New(base64.RawURLEncoding.EncodeToString(random))
	err = storage.InTx(ctx, o.records.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		if c.Obstacles, err = findObstacles(ctx, tx, person); err != nil {
			return err
		}
		if err := selectConsequences(ctx, tx, person, &c); err != nil || len(c.Obstacles) > 0 {
			return err
		}
		return upsertErasure(ctx, tx, hashOf(token), person, from)
	})
	if err != nil || len(c.Obstacles) > 0 {
		return c, secret.String{}, err
	}
	return c, token, nil
}

// Confirm erases the person of a token and returns the person's id, or 0 if the erasure was done before. If a database does not answer, done is false and Run
// finishes the erasure. If there is a new obstacle since Ask, Confirm returns it and the token becomes invalid.
func (o *Own) Confirm(ctx context.Context, token secret.String) (person int64, done bool, err error) {
	person, from, err := o.confirm(ctx, token)
	if err != nil || person == 0 {
		return 0, err == nil, err
	}
	if err := o.records.eraseConfirmed(ctx, person, from); err != nil {
		if fault.KindOf(err) == fault.Conflict {
			o.giveBack(ctx, erasures(), person)
			return 0, false, errors.Join(err, o.withdraw(ctx, person))
		}
		o.log.LogAttrs(ctx, slog.LevelInfo, "an erasure waits for a database", slog.Any("error", err))
		return person, false, nil
	}
	return person, true, nil
}

// confirm stores that the erasure of a token is confirmed, and counts it against the limit if it was not confirmed before.
func (o *Own) confirm(ctx context.Context, token secret.String) (person int64, from Origin, err error) {
	var counted int64 // the person
	err = storage.InTx(ctx, o.records.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		var first bool
		if person, from, first, err = confirmErasure(ctx, tx, hashOf(token)); err != nil || !first || counted != 0 {
			return err
		}
		if err := o.count(ctx, erasures(), person); err != nil {
			return err
		}
		counted = person
		return nil
	})
	if err != nil && counted != 0 {
		o.giveBack(ctx, erasures(), counted)
	}
	return person, from, err
}

// withdraw ends the confirmation of an erasure, also when ctx has ended.
func (o *Own) withdraw(ctx context.Context, person int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawWithin)
	defer cancel()
	return withdrawErasure(ctx, o.records.db, person)
}

const (
	withdrawWithin = 5 * time.Second
	finishEvery    = time.Minute // between tries of unfinished erasures
	finishPage     = 100
)

// Run finishes confirmed erasures that were interrupted, until ctx ends. Several processes may run it.
func (o *Own) Run(ctx context.Context) error {
	ticker := time.NewTicker(finishEvery)
	defer ticker.Stop()
	for {
		if err := o.Finish(ctx); err != nil && ctx.Err() == nil {
			o.log.LogAttrs(ctx, slog.LevelInfo, "erasures wait", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Finish runs all confirmed erasures that are not done, and deletes old rows. An erasure with an obstacle stays confirmed for the next call.
func (o *Own) Finish(ctx context.Context) error {
	var errs []error
	for after, more := int64(0), true; more; {
		waiting, err := selectConfirmed(ctx, o.records.db, after, finishPage)
		if err != nil {
			errs = append(errs, err)
		}
		for _, w := range waiting {
			errs = append(errs, o.records.eraseConfirmed(ctx, w.Person, w.Origin))
			after = w.Person
		}
		more = len(waiting) == finishPage
	}
	return errors.Join(append(errs, deleteOldErasures(ctx, o.records.db))...)
}

// count counts a request against a limit of a person.
func (o *Own) count(ctx context.Context, l limit, person int64) error {
	return l.check(o.rates.Count(ctx, l.of(person), l.rate()))
}

// giveBack takes back a counted request, also when ctx has ended.
func (o *Own) giveBack(ctx context.Context, l limit, person int64) {
	o.rates.GiveBack(context.WithoutCancel(ctx), l.of(person), l.rate())
}

func (l limit) of(person int64) string { return fmt.Sprintf("personal:%s:%d", l.key, person) }

func (l limit) rate() storage.Rate { return storage.Rate{Quota: l.perDay, Period: 24 * time.Hour} }

func (l limit) check(w storage.RateWindow) error {
	if w.Allowed {
		return nil
	}
	return fault.WithRetry(l.refusal, w.Retry)
}

func hashOf(token secret.String) []byte {
	sum := sha256.Sum256([]byte(token.Reveal()))
	return sum[:]
}
