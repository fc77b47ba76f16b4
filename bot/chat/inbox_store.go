package chat

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// inboxStore keeps the copies of messages and the keys of handled ones.
type inboxStore struct {
	db    *pgxpool.Pool
	botID int64
}

// insertMessage stores a message's copy; false where its key is there.
func (s inboxStore) insertMessage(ctx context.Context, key messageKey, data []byte) (bool, error) {
	tag, err := s.db.Exec(ctx, `INSERT INTO bot_inbox (bot_id, chat_id, message_id, update_data) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		s.botID, key.chat, key.message, data)
	return tag.RowsAffected() == 1, err
}

func (s inboxStore) markAnswered(ctx context.Context, keys []messageKey) error {
	chats, messages := make([]int64, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		chats[i], messages[i] = k.chat, int64(k.message)
	}
	_, err := s.db.Exec(ctx, `UPDATE bot_inbox AS b SET handled_at = now(), update_data = '' FROM unnest($2::bigint[], $3::bigint[]) AS k(chat_id, message_id)
		WHERE b.bot_id = $1 AND b.chat_id = k.chat_id AND b.message_id = k.message_id`, s.botID, chats, messages)
	return err
}

// unanswered reads the copies of unanswered messages, the oldest first. With an error it returns those that it read before.
func (s inboxStore) unanswered(ctx context.Context) ([][]byte, error) {
	rows, err := s.db.Query(ctx, `SELECT update_data FROM bot_inbox WHERE bot_id = $1 AND handled_at IS NULL ORDER BY received_at`, s.botID)
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	var copies [][]byte
	var data []byte
	if _, err = pgx.ForEachRow(rows, []any{&data}, func() error {
		copies = append(copies, bytes.Clone(data))
		return nil
	}); err != nil {
		err = fmt.Errorf("read inbox: %w", err)
	}
	return copies, err
}
