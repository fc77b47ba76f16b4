package personal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Reasons why a person cannot be erased yet. Each has to be settled first, because erasure would leave money or a net with nobody.
var (
	ErrUpcoming     = fault.New(fault.Conflict, "erase_upcoming")
	ErrMoneyOpen    = fault.New(fault.Conflict, "erase_money")
	ErrSubscription = fault.New(fault.Conflict, "erase_subscription")
	ErrDelivery     = fault.New(fault.Conflict, "erase_delivery")
)

var errPerson = errors.New("a person has a positive number")

// Records are what the databases know of people.
type Records struct {
	db       *pgxpool.Pool
	audience *filter.Audience
	now      func() time.Time
}

// New makes Records.
func New(db *pgxpool.Pool, audience *filter.Audience, now func() time.Time) *Records {
	return &Records{db: db, audience: audience, now: now}
}

// Export is what is known of a person, for the person to read. It holds no secrets of sessions and no data of other people.
type Export struct {
	Person  int64 // the Telegram user id
	MadeAt  time.Time
	Records []Record
}

// Record is what one table, or the archive's databases, have of a person.
type Record struct {
	Name string // the phrase personal.about.NAME says what the rows are
	Rows []json.RawMessage
}

// Export reads everything about a person. It fails if a database does not answer: an export with gaps would look complete.
func (r *Records) Export(ctx context.Context, person int64) (Export, error) {
	if person <= 0 {
		return Export{}, errPerson
	}
	e := Export{Person: person, MadeAt: r.now().UTC(), Records: []Record{}}
	profiles, err := r.audience.Profiles(ctx, filter.UserID(person))
	if err != nil {
		return e, err
	}
	if len(profiles) > 0 {
		record := Record{Name: "audience"}
		for _, p := range profiles {
			row, err := json.Marshal(p)
			if err != nil {
				return e, fmt.Errorf("export: %w", err)
			}
			record.Rows = append(record.Rows, row)
		}
		e.Records = append(e.Records, record)
	}
	err = pgx.BeginTxFunc(ctx, r.db, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, t := range tables() {
			if !t.exported {
				continue
			}
			rows, err := selectRows(ctx, tx, t, person)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				e.Records = append(e.Records, Record{Name: t.name, Rows: rows})
			}
		}
		return nil
	})
	return e, err
}

// Erase removes a person. A second call finds nothing and succeeds. It refuses with one of the errors above while bookings, money, a subscription or
// a delivery is under way. The databases of the archive come first: if one does not answer, Postgres still names the person, and the call can be repeated.
// The audit of each club that knew the person gets a line without the person; origin is the line's.
func (r *Records) Erase(ctx context.Context, person int64, origin string) error {
	return r.eraseIf(ctx, person, origin, func(context.Context, pgx.Tx, int64) (bool, error) { return true, nil })
}

// eraseConfirmed is Erase for a confirmed erasure. It changes nothing if another process has finished that erasure: the person may have come back.
func (r *Records) eraseConfirmed(ctx context.Context, person int64, origin Origin) error {
	return r.eraseIf(ctx, person, string(origin), lockConfirmed)
}

// eraseIf erases a person if wanted returns true at the start and in the transaction that changes Postgres.
func (r *Records) eraseIf(ctx context.Context, person int64, origin string, wanted func(ctx context.Context, tx pgx.Tx, person int64) (bool, error)) error {
	if person <= 0 {
		return errPerson
	}
	allowed := func(ctx context.Context, tx pgx.Tx) (bool, error) {
		if err := lockPerson(ctx, tx, person); err != nil {
			return false, err
		}
		if ok, err := wanted(ctx, tx, person); !ok || err != nil {
			return false, err
		}
		return true, refuse(ctx, tx, person)
	}
	var ok bool
	err := storage.InTx(ctx, r.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		ok, err = allowed(ctx, tx)
		return err
	})
	if !ok || err != nil {
		return err
	}
	if err := r.audience.Forget(ctx, filter.UserID(person)); err != nil {
		return err
	}
	return storage.InTx(ctx, r.db, func(ctx context.Context, tx pgx.Tx) error {
		if ok, err := allowed(ctx, tx); !ok || err != nil {
			return err
		}
		return erasePostgres(ctx, tx, person, origin)
	})
}

// erasePostgres erases the rows of a person under a new pseudonym.
func erasePostgres(ctx context.Context, tx pgx.Tx, person int64, origin string) error {
	pseudonym := -rand.Int64N(1<<62) - 1                                    //nolint:gosec // it only has to be new
	if err := insertAudit(ctx, tx, person, pseudonym, origin); err != nil { // first: it asks which clubs knew the person
		return err
	}
	if err := eraseAudit(ctx, tx, person, pseudonym); err != nil { // and this asks whose bookings are
		return err
	}
	for _, t := range tables() {
		if err := erase(ctx, tx, t, person, pseudonym); err != nil {
			return err
		}
	}
	return finishErasure(ctx, tx, person)
}

// refuse returns the first obstacle of an erasure.
func refuse(ctx context.Context, tx pgx.Tx, person int64) error {
	found, err := findObstacles(ctx, tx, person)
	if err == nil && len(found) > 0 {
		err = found[0]
	}
	return err
}
