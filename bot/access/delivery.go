package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
)

const settleWithin = 5 * time.Second

// Deliver lets send deliver a file for a tap, within the person's daily quota. send gets a sentence about the rest of the
// quota. If nothing is left, Deliver answers the tap and does not call send.
//
// The file is reserved before it is sent. It is settled if send succeeds, and returned if Telegram refused it. A send without an outcome keeps its
// reservation, with the event: Run, or the next process, handles the event again, and Telegram posts nothing twice.
func (s *Screens) Deliver(ctx context.Context, e *telegram.Event, document filter.DocumentID, send func(ctx context.Context, note string) error) error {
	resume, err := resumable(e)
	if err != nil {
		return err
	}
	r, err := s.Quota.ReserveOnce(ctx, filter.UserID(e.From.ID), document, fmt.Sprintf("tap %d", e.QueryID), resume)
	if err != nil {
		return err
	}
	in := s.Texts.In(e)
	if len(r.Documents) == 0 {
		return s.refuse(ctx, e, quotaUsed(in, r.Allowance, s.Now()), true)
	}
	serr := send(ctx, quotaNote(in, r.Allowance, s.Now()))
	if ctx.Err() != nil || errors.Is(serr, telegram.ErrUnfinished) {
		return serr
	}
	sctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	if serr == nil {
		err = s.Quota.Settle(sctx, r.ID, document)
	} else {
		err = s.Quota.Release(sctx, r.ID)
	}
	if err != nil { // the event is handled again later, or the sweep returns the file
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "a delivery stays open in the quota", slog.Any("error", err))
	}
	return serr
}

// resumable is the event as it is handled again after an interruption.
func resumable(e *telegram.Event) ([]byte, error) {
	was := e.Resumed
	e.Resumed = true
	defer func() { e.Resumed = was }()
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("event of a delivery: %w", err)
	}
	return data, nil
}

// Run submits deliveries whose outcome is not known, once the bot is signed in, and releases reservations, until ctx ends.
func (s *Screens) Run(ctx context.Context, signedIn <-chan struct{}, submit func(*telegram.Event)) {
	select {
	case <-ctx.Done():
		return
	case <-signedIn:
	}
	s.Quota.Run(ctx, func(data []byte) { s.resume(ctx, data, submit) })
}

func (s *Screens) resume(ctx context.Context, data []byte, submit func(*telegram.Event)) {
	e := new(telegram.Event)
	if err := json.Unmarshal(data, e); err != nil { // the sweep returns its file
		s.Logger.LogAttrs(ctx, slog.LevelError, "the event of a delivery cannot be read", slog.Any("error", err))
		return
	}
	submit(e)
}

// HandleQuota answers /quota.
func (s *Screens) HandleQuota(ctx context.Context, e *telegram.Event) error {
	a, err := s.Quota.Left(ctx, filter.UserID(e.From.ID))
	if err != nil {
		return err
	}
	return s.reply(ctx, e, telegram.Reply{Text: quotaText(s.Texts.In(e), a, s.Now())})
}

// quotaNote is a sentence about the rest of the quota; empty without a limit.
func quotaNote(in *phrase.Speaker, a access.Allowance, now time.Time) string {
	switch {
	case a.Limit == 0:
		return ""
	case a.Left == 0:
		return in.Say("access.last_file", duration(in, a.Ends.Sub(now)))
	}
	return in.Say("access.files_left", a.Left)
}

// quotaUsed is the refusal when the quota is used up.
func quotaUsed(in *phrase.Speaker, a access.Allowance, now time.Time) string {
	return in.Say("access.quota_used", in.Say("access.files", a.Limit), duration(in, a.Ends.Sub(now)))
}

// quotaText is the answer to /quota.
func quotaText(in *phrase.Speaker, a access.Allowance, now time.Time) string {
	if a.Limit == 0 {
		return in.Say("access.no_quota")
	}
	return in.Say("access.quota", a.Left, in.Say("access.files", a.Limit), duration(in, a.Ends.Sub(now)))
}
