package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pavilion/bot/telegram"
	"pavilion/storage"
	"pavilion/web/ops"
)

// A refused token stops the bot's part, which says so, and leaves the rest running.
func TestBot_ThatEndsLeavesTheRestRunning(t *testing.T) {
	t.Parallel()
	for name, cause := range map[string]error{"a refused token": errors.Join(telegram.ErrRefused, errors.New("rpc error code 401: ACCESS_TOKEN_INVALID"))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var d diary
				var out bytes.Buffer
				p := &parts{}
				bot := part{"bot", p.outlivedBy(func(context.Context) error { return cause }, slog.New(slog.NewTextHandler(&out, nil)))}
				result := make(chan error, 1)
				go func() { result <- runStages(ctx, time.Minute, []part{d.part("http", 0), bot}) }()
				synctest.Wait()
				if len(d.lines) != 0 {
					t.Errorf("the rest was stopped: %q", d.lines)
				}
				if c := p.telegramCondition(ctx); c.State != ops.Down {
					t.Errorf("health: %+v", c)
				}
				if got := out.String(); strings.Count(got, "level=ERROR") != 1 {
					t.Errorf("want one line at error level:\n%s", got)
				}
				cancel()
				if err := <-result; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// An error that a new process cures, such as a lost connection, ends this process.
func TestBot_ThatARestartCuresEndsTheProcess(t *testing.T) {
	t.Parallel()
	cause := errors.New("telegram: connection closed")
	synctest.Test(t, func(t *testing.T) {
		var d diary
		bot := part{"bot", new(parts).outlivedBy(func(context.Context) error { return cause }, slog.New(slog.DiscardHandler))}
		if err := runStages(t.Context(), time.Minute, []part{d.part("http", 0), bot}); !errors.Is(err, cause) {
			t.Errorf("the process ends with %v", err)
		}
	})
}

// A lost lease ends all stages of the bot at the same time, because the next holder already works.
func TestBot_ALostLeaseEndsEveryStageAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held, lose := context.WithCancelCause(t.Context())
		began := time.Now()
		var ended [2]time.Duration
		var causes [2]error
		stage := func(i int, drains time.Duration) part {
			return part{"stage", endedByLoss(held, func(ctx context.Context) error {
				<-ctx.Done()
				ended[i], causes[i] = time.Since(began), context.Cause(ctx)
				time.Sleep(drains)
				return nil
			})}
		}
		time.AfterFunc(time.Second, func() { lose(storage.ErrLeaseLost) })
		_ = runStages(held, time.Minute, []part{stage(0, 0)}, []part{stage(1, 10*time.Second)})
		for i := range ended {
			if ended[i] != time.Second || !errors.Is(causes[i], storage.ErrLeaseLost) {
				t.Errorf("stage %d ended after %s, %v", i, ended[i], causes[i])
			}
		}
	})
}
