package chat

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Questions are requests for a typed answer, where a keyboard has no room for one: an address, a price. A person's next message is the answer,
// unless it is a command. A tap withdraws the question; it expires after questionExpires. Questions are rows, so that the next process understands
// the answer; this
// process keeps them in memory, because one process at a time is the bot.
type Questions struct {
	rows   questionStore
	logger *slog.Logger
	now    func() time.Time

	mu   sync.Mutex
	list map[int64]question // by chat
}

// question is an open question. data names the answer's handler, as a button does.
type question struct {
	data  Data
	asked time.Time
}

const (
	questionExpires = 15 * time.Minute
	questionCall    = 2 * time.Second
)

func newQuestions(db *pgxpool.Pool, botID int64, logger *slog.Logger, now func() time.Time) *Questions {
	return &Questions{rows: questionStore{db, botID}, logger: logger, now: now, list: map[int64]question{}}
}

// loadQuestions reads the questions of the last process.
func (q *Questions) loadQuestions(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, questionCall)
	defer cancel()
	found, err := q.rows.selectQuestions(ctx)
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = found
	return nil
}

// open is the question that a chat has not answered.
func (q *Questions) open(chat int64) (Data, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	x, ok := q.list[chat]
	return x.data, ok && q.now().Sub(x.asked) < questionExpires
}

// Ask notes that a person's next message answers a question. If Postgres is down, only this process knows the question.
func (q *Questions) Ask(ctx context.Context, chat int64, d Data) {
	data, _ := d.Encode()
	asked := q.now()
	q.mu.Lock()
	q.list[chat] = question{d, asked}
	q.mu.Unlock()
	q.write(ctx, func(ctx context.Context) error { return q.rows.insertQuestion(ctx, chat, string(data), asked) })
}

// askedSince reports whether a chat's question was asked at an instant or later.
func (q *Questions) askedSince(chat int64, at time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	x, ok := q.list[chat]
	return ok && !x.asked.Before(at)
}

// Withdraw forgets a chat's question.
func (q *Questions) Withdraw(ctx context.Context, chat int64) {
	q.mu.Lock()
	_, asked := q.list[chat]
	delete(q.list, chat)
	q.mu.Unlock()
	if asked {
		q.write(ctx, func(ctx context.Context) error { return q.rows.deleteQuestion(ctx, chat) })
	}
}

func (q *Questions) write(ctx context.Context, write func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), questionCall)
	defer cancel()
	if err := write(ctx); err != nil {
		q.logger.LogAttrs(ctx, slog.LevelWarn, "a question is known to this process only", slog.Any("error", err))
	}
}
