package groups

import (
	"context"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

// lockConnections lets changes of one person's connections happen one at a time.
func lockConnections(ctx context.Context, q storage.Queryer, person filter.UserID) error {
	_, err := q.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('group_connection'), hashint8($1::bigint))`, int64(person))
	return err
}

func unselect(ctx context.Context, q storage.Queryer, person filter.UserID) error {
	_, err := q.Exec(ctx, `UPDATE group_connection SET is_selected = false WHERE person_id = $1 AND is_selected`, int64(person))
	return err
}

func insertConnection(ctx context.Context, q storage.Queryer, person filter.UserID, chat filter.ChatID, title string) error {
	if err := unselect(ctx, q, person); err != nil {
		return err
	}
	_, err := q.Exec(ctx, `INSERT INTO group_connection (person_id, chat_id, title, is_selected) VALUES ($1, $2, $3, true)
		ON CONFLICT (person_id, chat_id) DO UPDATE SET title = excluded.title, is_selected = true`, int64(person), int64(chat), title)
	return err
}

func selectConnection(ctx context.Context, q storage.Queryer, person filter.UserID, chat filter.ChatID) error {
	if err := unselect(ctx, q, person); err != nil {
		return err
	}
	tag, err := q.Exec(ctx, `UPDATE group_connection SET is_selected = true WHERE person_id = $1 AND chat_id = $2`, int64(person), int64(chat))
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotConnected
	}
	return err
}

func deleteConnection(ctx context.Context, q storage.Queryer, person filter.UserID, chat filter.ChatID) error {
	tag, err := q.Exec(ctx, `DELETE FROM group_connection WHERE person_id = $1 AND chat_id = $2`, int64(person), int64(chat))
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotConnected
	}
	return err
}

func selectConnections(ctx context.Context, q storage.Queryer, person filter.UserID) ([]Connection, error) {
	rows, err := q.Query(ctx, `SELECT chat_id, title, is_selected FROM group_connection WHERE person_id = $1 ORDER BY lower(title), chat_id`, int64(person))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Connection, err error) {
		return c, row.Scan(&c.Chat, &c.Title, &c.IsSelected)
	})
}

// moveConnections gives the connections to a group to the supergroup that replaced it. A person who is connected to both keeps that to the supergroup.
func moveConnections(ctx context.Context, q storage.Queryer, from, to filter.ChatID) error {
	_, err := q.Exec(ctx, `UPDATE group_connection AS c SET chat_id = $2 WHERE chat_id = $1 AND NOT EXISTS
		(SELECT FROM group_connection AS own WHERE own.person_id = c.person_id AND own.chat_id = $2)`, int64(from), int64(to))
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `DELETE FROM group_connection WHERE chat_id = $1`, int64(from))
	return err
}
