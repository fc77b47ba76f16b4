package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/fault"
)

// questions are what people were asked to type, where a keyboard has no room for the answer: an address, a price. The next message of theirs
// answers, unless it is a command; a tap of the conversation and time take the question back. Each is a row, and a process reads them once:
// one process is the bot, so it knows what was asked since.
type questions struct {
	db     *pgxpool.Pool
	botID  int64
	logger *slog.Logger
	now    func() time.Time

	mu   sync.Mutex
	open map[int64]question
}

type question struct {
	step  step
	asked time.Time
}

const (
	questionKeeps = 15 * time.Minute
	questionCall  = 2 * time.Second
)

func newQuestions(db *pgxpool.Pool, botID int64, logger *slog.Logger, now func() time.Time) *questions {
	return &questions{db: db, botID: botID, logger: logger, now: now, open: map[int64]question{}}
}

// load reads what the last process asked, before anything is answered.
func (q *questions) load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, questionCall)
	defer cancel()
	rows, err := q.db.Query(ctx, `SELECT chat_id, step, asked_at FROM bot_question WHERE bot_id = $1`, q.botID)
	if err != nil {
		return fmt.Errorf("read questions: %w", err)
	}
	found := map[int64]question{}
	var chat int64
	var text string
	var asked time.Time
	_, err = pgx.ForEachRow(rows, []any{&chat, &text, &asked}, func() error {
		if d, err := parseTap([]byte(text)); err == nil { // one of an older version leads nowhere
			found[chat] = question{d.Step, asked}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read questions: %w", err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open = found
	return nil
}

// of is what a person was asked and has not answered.
func (q *questions) of(chat int64) (step, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	x, ok := q.open[chat]
	return x.step, ok && q.now().Sub(x.asked) < questionKeeps
}

// put notes a question; only this process knows it where Postgres does not take it.
func (q *questions) put(ctx context.Context, chat int64, s step) {
	q.mu.Lock()
	q.open[chat] = question{s, q.now()}
	q.mu.Unlock()
	q.exec(ctx, `INSERT INTO bot_question (bot_id, chat_id, step, asked_at) VALUES ($1, $2, $3, $4) ON CONFLICT (bot_id, chat_id) DO UPDATE SET step = $3, asked_at = $4`,
		q.botID, chat, string(tapData{Action: actStep, Owner: chat, Step: s}.encode()), q.now())
}

// drop takes a question back.
func (q *questions) drop(ctx context.Context, chat int64) {
	q.mu.Lock()
	_, asked := q.open[chat]
	delete(q.open, chat)
	q.mu.Unlock()
	if asked {
		q.exec(ctx, `DELETE FROM bot_question WHERE bot_id = $1 AND chat_id = $2`, q.botID, chat)
	}
}

func (q *questions) exec(ctx context.Context, sql string, args ...any) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), questionCall)
	defer cancel()
	if _, err := q.db.Exec(ctx, sql, args...); err != nil {
		q.logger.LogAttrs(ctx, slog.LevelWarn, "a question is known to this process only", slog.Any("error", err))
	}
}

// errAsked means that a step has asked for something to be typed; there is nothing else to show.
var errAsked = errors.New("the person was asked")

// typed is what the person typed for this step; where they did not yet, they are asked.
func (v *visit) typed(ctx context.Context, s step, words string) (string, error) {
	if v.event.Kind == Message && v.answers {
		return v.event.Text, nil
	}
	return "", v.ask(ctx, s, words)
}

// ask asks the person to type something.
func (v *visit) ask(ctx context.Context, s step, words string) error {
	if _, err := v.bot.tg.sendText(ctx, v.event.Chat, Reply{Text: words, Ask: true}, cause{v.event, 1}); err != nil {
		return err
	}
	v.bot.questions.put(ctx, v.event.Chat.ID, s)
	return errAsked
}

// answer takes a message as the answer to what its sender was asked; false where nothing was asked. A wrong answer may be followed by another.
func (b *Bot) answer(ctx context.Context, e *Event) (bool, error) {
	if e.Chat.Type != Private || e.Command != "" || e.Text == "" || e.Forward != nil {
		return false, nil
	}
	s, asked := b.questions.of(e.Chat.ID)
	if !asked {
		return false, nil
	}
	v := b.visit(e)
	v.answers = true
	reply, err := v.screen(ctx, s)
	switch {
	case errors.Is(err, errAsked):
		return true, nil
	case err != nil && fault.KindOf(err) == fault.Invalid: // the question stays
		_, err = b.tg.sendText(ctx, e.Chat, Reply{Text: b.sentence(e, err), Ask: true}, cause{e, 0})
		return true, err
	case err != nil && (fault.KindOf(err) == fault.Unavailable || fault.KindOf(err) == fault.Internal): // and so it does while something is down
		return true, err
	case err != nil:
		b.questions.drop(ctx, e.Chat.ID)
		if reply, err = v.instead(ctx, s, err); err != nil {
			return true, err
		}
		reply.Text, reply.Bold = v.word+"\n\n"+reply.Text, len(v.word)
	}
	b.questions.drop(ctx, e.Chat.ID)
	_, err = b.tg.sendText(ctx, e.Chat, reply, cause{e, 0})
	return true, err
}
