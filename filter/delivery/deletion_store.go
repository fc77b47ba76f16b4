package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

func insertDeletion(ctx context.Context, q storage.Queryer, j Job, o Outcome) error {
	_, err := q.Exec(ctx, `INSERT INTO delivery_deletion (job, chat, messages, delete_at) VALUES ($1, $2, $3, now() + $4::interval)`, j.ID, j.Chat, o.Messages, o.DeleteAfter)
	return err
}

func selectDue(ctx context.Context, q storage.Queryer, limit int) ([]Deletion, error) {
	rows, err := q.Query(ctx, `
		SELECT id, job, chat, messages, sent_at + $2::interval <= now() FROM delivery_deletion WHERE delete_at <= now() ORDER BY delete_at, id LIMIT $1`, limit, deletableFor)
	if err != nil {
		return nil, fmt.Errorf("due deletions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Deletion, err error) {
		err = row.Scan(&d.ID, &d.Job, &d.Chat, &d.Messages, &d.TooLate)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("due deletions: %w", err)
	}
	return list, nil
}

func deleteDeletion(ctx context.Context, q storage.Queryer, id DeletionID) error {
	if _, err := q.Exec(ctx, `DELETE FROM delivery_deletion WHERE id = $1`, id); err != nil {
		return fmt.Errorf("deletion %d: %w", id, err)
	}
	return nil
}

func selectGone(ctx context.Context, q storage.Queryer, limit int) ([]Job, error) {
	rows, err := q.Query(ctx, `
		SELECT `+jobColumns+` FROM delivery_job j
		WHERE notice = 'due' AND closed AND NOT EXISTS (SELECT FROM delivery_deletion d WHERE d.job = j.id) ORDER BY id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("deleted deliveries: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Job, error) { return scanJob(row) })
	if err != nil {
		return nil, fmt.Errorf("deleted deliveries: %w", err)
	}
	return list, nil
}

func markTold(ctx context.Context, q storage.Queryer, job JobID) error {
	if _, err := q.Exec(ctx, `UPDATE delivery_job SET notice = 'gone' WHERE id = $1`, job); err != nil {
		return fmt.Errorf("notice of delivery %d: %w", job, err)
	}
	return nil
}

func selectNextDeletion(ctx context.Context, q storage.Queryer, job JobID) (in time.Duration, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce(greatest(min(delete_at) - now(), interval '0'), interval '0') FROM delivery_deletion WHERE job = $1`, job).Scan(&in)
	if err != nil {
		return 0, fmt.Errorf("deletions of delivery %d: %w", job, err)
	}
	return in, nil
}
