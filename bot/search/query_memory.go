package search

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"pavilion/bot/telegram"
	"pavilion/storage"
)

// queryMemory remembers in Redis which query a results message answers.
type queryMemory struct {
	redis        *storage.Redis
	hits, misses atomic.Int64
}

const (
	queryKept   = 24 * time.Hour
	queryPrefix = "pavilion:page:" // begins the keys
)

// Cache describes the remembered queries.
func (s *Screens) Cache() storage.Cache {
	return storage.Cache{Name: "queries", Prefix: queryPrefix, Lookups: func() (hits, misses int64) { return s.queries.hits.Load(), s.queries.misses.Load() }}
}

func queryKey(chat telegram.Chat, message int) string {
	return fmt.Sprintf(queryPrefix+"%d:%d", chat.Key(), message)
}

func (m *queryMemory) remember(ctx context.Context, chat telegram.Chat, message int, query string) {
	if message != 0 && m.redis.Up() {
		_ = m.redis.Client().Set(ctx, queryKey(chat, message), query, queryKept).Err() // else the message itself is read
	}
}

func (m *queryMemory) recall(ctx context.Context, chat telegram.Chat, message int) string {
	if !m.redis.Up() {
		return ""
	}
	query := m.redis.Client().Get(ctx, queryKey(chat, message)).Val()
	if query == "" {
		m.misses.Add(1)
	} else {
		m.hits.Add(1)
	}
	return query
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
