package chat

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// questionStore keeps the open questions.
type questionStore struct {
	db    *pgxpool.Pool
	botID int64
}

// selectQuestions reads the open questions by chat. It leaves out those whose data an older version wrote and this one cannot read.
func (s questionStore) selectQuestions(ctx context.Context) (map[int64]question, error) {
	rows, err := s.db.Query(ctx, `SELECT chat_id, step, asked_at FROM bot_question WHERE bot_id = $1`, s.botID)
	if err != nil {
		return nil, fmt.Errorf("read questions: %w", err)
	}
	found := map[int64]question{}
	var chat int64
	var data string
	var asked time.Time
	if _, err = pgx.ForEachRow(rows, []any{&chat, &data, &asked}, func() error {
		if d, err := ParseData([]byte(data)); err == nil {
			found[chat] = question{d, asked}
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read questions: %w", err)
	}
	return found, nil
}

func (s questionStore) insertQuestion(ctx context.Context, chat int64, data string, asked time.Time) error {
	_, err := s.db.Exec(ctx, `INSERT INTO bot_question (bot_id, chat_id, step, asked_at) VALUES ($1, $2, $3, $4) ON CONFLICT (bot_id, chat_id) DO UPDATE SET step = $3, asked_at = $4`,
		s.botID, chat, data, asked)
	return err
}

func (s questionStore) deleteQuestion(ctx context.Context, chat int64) error {
	_, err := s.db.Exec(ctx, `DELETE FROM bot_question WHERE bot_id = $1 AND chat_id = $2`, s.botID, chat)
	return err
}
