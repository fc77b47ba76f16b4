package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// pageStore remembers which query a results message answers. Redis makes it quick; without Redis, or when it forgot, the query is read back
// from the message itself, where it stands in the first line.
type pageStore struct{ redis *storage.Redis }

const pageTTL = 24 * time.Hour

var errStalePage = fault.New(fault.Gone, "page_gone", "I've lost track of that search. Please send it again.")

func pageKey(chat Chat, message int) string { return fmt.Sprintf("page:%d:%d", chat.Key(), message) }

func (p pageStore) put(ctx context.Context, chat Chat, message int, query string) {
	if message != 0 && p.redis.Up() {
		_ = p.redis.Client().Set(ctx, pageKey(chat, message), query, pageTTL).Err() // the message itself remembers
	}
}

func (p pageStore) get(ctx context.Context, chat Chat, message int) string {
	if !p.redis.Up() {
		return ""
	}
	return p.redis.Client().Get(ctx, pageKey(chat, message)).Val()
}

// queryOf finds the query that a message answers.
func (b *Bot) queryOf(ctx context.Context, e *Event) (string, error) {
	if q := b.pages.get(ctx, e.Chat, e.MessageID); q != "" {
		return q, nil
	}
	text, err := b.tg.textOf(ctx, e.Chat, e.MessageID)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(text, "\n")
	query, ok := strings.CutPrefix(line, queryMark)
	if !ok {
		return "", errStalePage
	}
	return query, nil
}
