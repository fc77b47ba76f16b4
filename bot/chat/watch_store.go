package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// watchStore keeps the watched messages. The column booking_id holds the subject's id.
type watchStore struct {
	db    *pgxpool.Pool
	botID int64
}

func (s watchStore) insertWatch(ctx context.Context, m WatchedMessage, subject int64) error {
	_, err := s.db.Exec(ctx, `INSERT INTO bot_screen (bot_id, chat_id, message_id, booking_id, language) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (bot_id, chat_id, message_id) DO UPDATE SET booking_id = $4, language = $5`, s.botID, m.Chat, m.Message, subject, m.Language)
	return err
}

func (s watchStore) deleteWatch(ctx context.Context, m WatchedMessage, subject int64) error {
	_, err := s.db.Exec(ctx, `DELETE FROM bot_screen WHERE bot_id = $1 AND chat_id = $2 AND message_id = $3 AND booking_id = $4`, s.botID, m.Chat, m.Message, subject)
	return err
}

func (s watchStore) selectWatches(ctx context.Context) ([]*watch, error) {
	rows, err := s.db.Query(ctx, `SELECT chat_id, message_id, booking_id, language FROM bot_screen WHERE bot_id = $1`, s.botID)
	if err != nil {
		return nil, fmt.Errorf("read watched messages: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*watch, error) {
		w := new(watch)
		return w, row.Scan(&w.message.Chat, &w.message.Message, &w.subject, &w.message.Language)
	})
	if err != nil {
		return nil, fmt.Errorf("read watched messages: %w", err)
	}
	return list, nil
}
