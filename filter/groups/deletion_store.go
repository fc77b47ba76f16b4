package groups

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

func insertDeletion(ctx context.Context, q storage.Queryer, d Deletion, after time.Duration) error {
	_, err := q.Exec(ctx, `INSERT INTO group_deletion (chat_id, message_id, delete_at) VALUES ($1, $2, now() + $3::interval) ON CONFLICT DO NOTHING`,
		int64(d.Chat), int64(d.Message), after)
	return err
}

func selectDue(ctx context.Context, q storage.Queryer) ([]Deletion, error) {
	rows, err := q.Query(ctx, `SELECT chat_id, message_id FROM group_deletion WHERE delete_at <= now() ORDER BY delete_at LIMIT 100`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Deletion, err error) {
		var chat, message int64
		err = row.Scan(&chat, &message)
		return Deletion{filter.ChatID(chat), filter.MessageID(message)}, err
	})
}

func deleteDeletion(ctx context.Context, q storage.Queryer, d Deletion) error {
	_, err := q.Exec(ctx, `DELETE FROM group_deletion WHERE chat_id = $1 AND message_id = $2`, int64(d.Chat), int64(d.Message))
	return err
}
