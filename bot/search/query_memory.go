package search

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pavilion/bot/telegram"
	"pavilion/storage"
)

// queryMemory remembers in Redis which query a results message answers.
type queryMemory struct{ redis *storage.Redis }

const queryKept = 24 * time.Hour

func queryKey(chat telegram.Chat, message int) string {
	return fmt.Sprintf("page:%d:%d", chat.Key(), message)
}

func (m queryMemory) remember(ctx context.Context, chat telegram.Chat, message int, query string) {
	if message != 0 && m.redis.Up() {
		_ = m.redis.Client().Set(ctx, queryKey(chat, message), query, queryKept).Err() // else the message itself is read
	}
}

func (m queryMemory) recall(ctx context.Context, chat telegram.Chat, message int) string {
	if !m.redis.Up() {
		return ""
	}
	return m.redis.Client().Get(ctx, queryKey(chat, message)).Val()
}

// queryOf finds the query that the tapped message answers.
func (s *Screens) queryOf(ctx context.Context, e *telegram.Event) (string, error) {
	if q := s.queries.recall(ctx, e.Chat, e.MessageID); q != "" {
		return q, nil
	}
	text, err := s.Messenger.TextOf(ctx, e.Chat, e.MessageID)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(text, "\n")
	query, ok := strings.CutPrefix(line, queryMark)
	if !ok {
		return "", errPageForgotten
	}
	return query, nil
}
