package chat

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// draftStore keeps the drafts.
type draftStore struct {
	db    *pgxpool.Pool
	botID int64
}

// selectDraft reads a chat's draft; nil if there is none.
func (s draftStore) selectDraft(ctx context.Context, chat int64) (content []byte, err error) {
	err = s.db.QueryRow(ctx, `SELECT content FROM bot_draft WHERE bot_id = $1 AND chat_id = $2`, s.botID, chat).Scan(&content)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read draft: %w", err)
	}
	return content, nil
}

func (s draftStore) saveDraft(ctx context.Context, chat int64, content []byte) error {
	_, err := s.db.Exec(ctx, `INSERT INTO bot_draft (bot_id, chat_id, content) VALUES ($1, $2, $3)
		ON CONFLICT (bot_id, chat_id) DO UPDATE SET content = $3, changed_at = now()`, s.botID, chat, content)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

func (s draftStore) deleteDraft(ctx context.Context, chat int64) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM bot_draft WHERE bot_id = $1 AND chat_id = $2`, s.botID, chat); err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	return nil
}
