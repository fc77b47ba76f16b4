package access

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
)

// Reservation is a part of a person's daily quota that a delivery holds. The owner calls Quota.Settle for each file that Telegram took, and then
// Quota.Release for the rest.
type Reservation struct {
	ID        int64               // 0 if there is nothing to settle: no limit applies
	Documents []filter.DocumentID // that may be delivered, in the order in which they were asked for
	Allowance                     // after the reservation
}

// Allowance is a person's quota of a day.
type Allowance struct {
	Limit int       // files a day; 0: no limit
	Left  int       // never negative
	Ends  time.Time // when the day ends
}

// Quota counts the files that each person gets in a day. A delivery reserves its files before it sends them, so deliveries at once cannot exceed the limit.
//
// While Postgres does not answer, half of the limit is counted in memory.
type Quota struct {
	rows     quotaStore
	db       *postgres
	opts     QuotaOptions
	fallback *localQuota
}

// QuotaOptions configure a Quota.
type QuotaOptions struct {
	// Limit returns how many files a person may get in a day; 0 means no limit. A person's plan may raise the limit of Settings.
	Limit  func(ctx context.Context, person filter.UserID) int
	Zone   *time.Location // of the day
	Logger *slog.Logger
	Now    func() time.Time
}

// NewQuota makes a Quota.
func NewQuota(db *pgxpool.Pool, o QuotaOptions) (*Quota, error) {
	fallback, err := newLocalQuota()
	if err != nil {
		return nil, err
	}
	o.Logger = o.Logger.With("component", "quota")
	return &Quota{rows: quotaStore{db}, db: newPostgres("quota"), opts: o, fallback: fallback}, nil
}

// today returns the day of the bot's zone, and its end.
func (q *Quota) today() (day, ends time.Time) {
	now := q.opts.Now().In(q.opts.Zone)
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), time.Date(y, m, d+1, 0, 0, 0, 0, q.opts.Zone)
}

// Reserve reserves the files that fit into what is left of a person's day. Files that the person was charged for in the last 24 hours are free.
func (q *Quota) Reserve(ctx context.Context, person filter.UserID, documents []filter.DocumentID) (Reservation, error) {
	return q.reserve(ctx, claim{person: person, documents: documents})
}

// ReserveOnce is Reserve for a delivery without a job of its own. A second call with the same key returns the first call's reservation while it is
// open. Resumable hands resume back if the delivery does not end.
func (q *Quota) ReserveOnce(ctx context.Context, person filter.UserID, document filter.DocumentID, key string, resume []byte) (Reservation, error) {
	return q.reserve(ctx, claim{person: person, documents: []filter.DocumentID{document}, key: key, resume: resume})
}

// claim is what a delivery asks for.
type claim struct {
	person    filter.UserID
	documents []filter.DocumentID
	key       string
	resume    []byte
}

func (q *Quota) reserve(ctx context.Context, c claim) (Reservation, error) {
	limit := q.opts.Limit(ctx, c.person)
	if limit == 0 {
		return Reservation{Documents: c.documents}, nil
	}
	day, ends := q.today()
	r := Reservation{Allowance: Allowance{Limit: limit, Ends: ends}}
	err := q.db.call(ctx, func(ctx context.Context) (err error) {
		r.ID, r.Documents, r.Left, err = q.rows.insertReservation(ctx, c, day, limit)
		return err
	})
	if isDown(err) {
		r.ID, r.Documents, r.Left = q.fallback.reserve(c, day, halfOf(limit))
		r.Limit = halfOf(limit)
		return r, nil
	}
	if err != nil {
		return Reservation{}, fmt.Errorf("reserve files for %d: %w", c.person, err)
	}
	return r, nil
}

// halfOf is the limit while Postgres does not answer.
func halfOf(limit int) int { return max(1, limit/2) }

// Settle notes that Telegram took a file of a reservation. A second call for a file changes nothing.
func (q *Quota) Settle(ctx context.Context, reservation int64, document filter.DocumentID) error {
	switch {
	case reservation == 0:
		return nil
	case reservation < 0:
		q.fallback.settle(reservation, document)
		return nil
	}
	return q.rows.settleFile(ctx, reservation, document)
}

// Release returns the files of a reservation that are not settled to the day on which they were reserved.
func (q *Quota) Release(ctx context.Context, reservation int64) error {
	switch {
	case reservation == 0:
		return nil
	case reservation < 0:
		q.fallback.release(reservation)
		return nil
	}
	return q.rows.releaseReservation(ctx, reservation)
}

// reservationLife is how long a reservation lasts without a sign of life of its owner.
const reservationLife = "10 minutes"

// Extend keeps a reservation for another ten minutes. A job that takes longer calls it while it lives.
func (q *Quota) Extend(ctx context.Context, reservation int64) error {
	if reservation <= 0 {
		return nil
	}
	return q.rows.extendReservation(ctx, reservation)
}

// Left returns what a person may still get today.
func (q *Quota) Left(ctx context.Context, person filter.UserID) (Allowance, error) {
	limit := q.opts.Limit(ctx, person)
	day, ends := q.today()
	a := Allowance{Limit: limit, Ends: ends}
	if limit == 0 {
		return a, nil
	}
	var used int
	err := q.db.call(ctx, func(ctx context.Context) (err error) {
		used, err = q.rows.selectUsed(ctx, person, day)
		return err
	})
	if isDown(err) {
		a.Limit = halfOf(limit)
		used, err = q.fallback.usedOn(person, day), nil
	}
	a.Left = max(0, a.Limit-used)
	return a, err
}
