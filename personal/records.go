package personal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	Person  int64     `json:"person"` // the Telegram user id
	MadeAt  time.Time `json:"made_at"`
	Records []Record  `json:"records"`
}

// Record is what one table, or the archive's databases, have of a person.
type Record struct {
	Name  string            `json:"name"`
	About string            `json:"about"`
	Rows  []json.RawMessage `json:"rows"`
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
		record := Record{Name: "audience", About: "When you talked to the bot, and your client's language."}
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
			if t.about == "" {
				continue
			}
			rows, err := selectRows(ctx, tx, t, person)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				e.Records = append(e.Records, Record{Name: t.name, About: t.about, Rows: rows})
			}
		}
		return nil
	})
	return e, err
}

// Write writes an export as indented JSON.
func (e Export) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(e); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// Erase removes a person. A second call finds nothing and succeeds. It refuses with one of the errors above while bookings, money, a subscription or
// a delivery is under way. The databases of the archive come first: if one does not answer, Postgres still names the person, and the call can be repeated.
func (r *Records) Erase(ctx context.Context, person int64) error {
	if person <= 0 {
		return errPerson
	}
	pseudonym := -rand.Int64N(1<<62) - 1 //nolint:gosec // it only has to be new
	if err := storage.InTx(ctx, r.db, func(ctx context.Context, tx pgx.Tx) error { return findObstacle(ctx, tx, person) }); err != nil {
		return err
	}
	if err := r.audience.Forget(ctx, filter.UserID(person)); err != nil {
		return err
	}
	return storage.InTx(ctx, r.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := findObstacle(ctx, tx, person); err != nil {
			return err
		}
		if err := eraseAudit(ctx, tx, person, pseudonym); err != nil { // first: it asks whose bookings are
			return err
		}
		for _, t := range tables() {
			if err := erase(ctx, tx, t, person, pseudonym); err != nil {
				return err
			}
		}
		return nil
	})
}
