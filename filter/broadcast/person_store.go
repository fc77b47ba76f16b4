package broadcast

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
)

// optedOut tells which of some people want no broadcasts.
func (s store) optedOut(ctx context.Context, people []RecipientID) (map[RecipientID]bool, error) {
	return s.marked(ctx, "SELECT person FROM broadcast_opt_out WHERE person = ANY($1)", people)
}

// delivered tells which of some recipients have an outcome of a broadcast.
func (s store) delivered(ctx context.Context, id ID, to []RecipientID) (map[RecipientID]bool, error) {
	return s.marked(ctx, "SELECT person FROM broadcast_delivery WHERE person = ANY($1) AND broadcast = $2", to, id)
}

func (s store) marked(ctx context.Context, query string, list []RecipientID, args ...any) (map[RecipientID]bool, error) {
	found := map[RecipientID]bool{}
	if len(list) == 0 {
		return found, nil
	}
	rows, err := s.db.Query(ctx, query, append([]any{list}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("look recipients up: %w", err)
	}
	marked, err := pgx.CollectRows(rows, pgx.RowTo[RecipientID])
	if err != nil {
		return nil, fmt.Errorf("look recipients up: %w", err)
	}
	for _, one := range marked {
		found[one] = true
	}
	return found, nil
}

func (s store) insertOptOut(ctx context.Context, person filter.UserID, from ID) error {
	if _, err := s.db.Exec(ctx, "INSERT INTO broadcast_opt_out (person, broadcast) VALUES ($1, $2) ON CONFLICT DO NOTHING", person, from); err != nil {
		return fmt.Errorf("store opt-out: %w", err)
	}
	return nil
}

func (s store) deleteOptOut(ctx context.Context, person filter.UserID) error {
	if _, err := s.db.Exec(ctx, "DELETE FROM broadcast_opt_out WHERE person = $1", person); err != nil {
		return fmt.Errorf("delete opt-out: %w", err)
	}
	return nil
}

func (s store) insertList(ctx context.Context, owner filter.UserID, name string, people []filter.UserID) (id ListID, err error) {
	err = s.db.QueryRow(ctx, "INSERT INTO broadcast_list (owner, name, people) VALUES ($1, $2, $3) RETURNING id", owner, name, people).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("store list: %w", err)
	}
	return id, nil
}

func (s store) listPeople(ctx context.Context, id ListID) (people []filter.UserID, err error) {
	err = s.db.QueryRow(ctx, "SELECT people FROM broadcast_list WHERE id = $1", id).Scan(&people)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrSegment
	}
	if err != nil {
		return nil, fmt.Errorf("read list %d: %w", id, err)
	}
	return people, nil
}

func (s store) lists(ctx context.Context, owner filter.UserID, most int) ([]List, error) {
	rows, err := s.db.Query(ctx, "SELECT id, name, cardinality(people) FROM broadcast_list WHERE owner = $1 ORDER BY id DESC LIMIT $2", owner, most)
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l List, err error) {
		return l, row.Scan(&l.ID, &l.Name, &l.People)
	})
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	return list, nil
}
