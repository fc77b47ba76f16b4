package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// Some Telegram clients hand out initData of the day before, and repeat it at each reload. A person with such data asks for a fresh button: the bot sends
// it to them, and its address carries a code. With the code the old data opens a session.

// Errors of reopening.
var (
	ErrReopenSoon = fault.WithRetry(fault.New(fault.TooMany, "reopen_soon"), reopenEvery)
	ErrNoReopen   = fault.New(fault.Conflict, "reopen_unavailable")
)

const (
	reopenEvery = time.Minute    // between two requests of one person
	reopenAge   = 24 * time.Hour // of initData that may ask, and that a code still opens a session with
	codeFor     = 2 * time.Minute
	codePrefix  = "pvo"
	// reopenAttempts is small: the person is waiting, and can ask again.
	reopenAttempts = 3
)

// ReopenArgs is the job that sends a person a fresh button. The job makes the code, so that only its hash is stored.
type ReopenArgs struct {
	User UserID `json:"user"`
}

// Kind names the job.
func (ReopenArgs) Kind() string { return "session_reopen" }

// RequestReopening enqueues a fresh button for the person of a proof, at most one a minute.
func (s *Sessions) RequestReopening(ctx context.Context, p Proof) error {
	if s.opts.ReopenQueue == "" {
		return ErrNoReopen
	}
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		now, err := databaseClock(ctx, tx)
		if err != nil {
			return err
		}
		if age := now.Sub(p.IssuedAt); age > reopenAge || age < -proofAhead {
			return ErrInitDataStale
		}
		asked, err := insertReopening(ctx, tx, p.User, reopenEvery)
		if err != nil {
			return err
		}
		if !asked {
			return ErrReopenSoon
		}
		_, err = s.jobs.InsertTx(ctx, tx, ReopenArgs{p.User}, &river.InsertOpts{Queue: s.opts.ReopenQueue, MaxAttempts: reopenAttempts})
		return err
	})
	if err != nil {
		return fmt.Errorf("request reopening: %w", err)
	}
	return nil
}

// SendCode makes the code of a ReopenArgs job and passes it to send.
func (s *Sessions) SendCode(ctx context.Context, user UserID, send func(ctx context.Context, user UserID, code secret.String) error) error {
	code := codePrefix + rand.Text() // 130 random bits of letters that a start parameter may have
	if err := updateReopeningCode(ctx, s.db, user, tokenHash(code), codeFor); err != nil {
		return fmt.Errorf("code of a reopening: %w", err)
	}
	err := send(ctx, user, secret.New(code))
	if fault.KindOf(err) == fault.Gone { // the person has blocked the bot
		return river.JobCancel(err)
	}
	return err
}

// useReopening consumes the code that a person was sent. A code of before a restore of the database is refused. The same client may repeat the exchange within the grace.
func (s *Sessions) useReopening(ctx context.Context, tx pgx.Tx, p Proof, code secret.String, client digest, now, since time.Time) error {
	if age := now.Sub(p.IssuedAt); age > reopenAge || age < -proofAhead {
		return ErrInitDataStale
	}
	err := useReopeningCode(ctx, tx, p.User, tokenHash(code.Reveal()), client, s.opts.Grace, since)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrInitDataStale
	}
	return err
}

type reopenIn struct {
	Body struct {
		InitData string `json:"init_data" minLength:"1" maxLength:"8192" doc:"As for signing in; at most a day old."`
	}
}

type reopenBody struct {
	Requested bool `json:"requested" doc:"The bot sends the button soon. Nothing reaches a person who has blocked the bot."`
}

func (a *API) reopen(ctx context.Context, in *reopenIn) (*Body[reopenBody], error) {
	proof, err := a.checkInitData(ctx, in.Body.InitData)
	if err != nil {
		return nil, err
	}
	if err := a.sessions.RequestReopening(ctx, proof); err != nil {
		return nil, err
	}
	return &Body[reopenBody]{Body: reopenBody{Requested: true}}, nil
}

// reopenRoute is public: whoever needs it has no session. The person of the data is the only one whom it can reach.
func reopenRoute(tag string) Route {
	return Route{
		ID: "reopen", Method: http.MethodPost, Path: "/sessions/reopen", Tag: tag, Status: http.StatusAccepted, Public: true, Limit: SignIns,
		Summary: "Have the bot send a fresh button, where Telegram's data is too old or used", Problems: []int{http.StatusConflict},
	}
}
