package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
)

// sweeper deletes messages whose time has come.
type sweeper struct{ *Screens }

const (
	sweepEvery  = 10 * time.Second
	forgetEvery = time.Hour
	dueAtOnce   = 500 // rows
	idsInDelete = 100 // Telegram's limit for one call
	goneAtOnce  = 100
)

// sweep deletes messages whose time has come, and forgets old deliveries, until ctx ends.
func (s sweeper) sweep(ctx context.Context) {
	var forgotten time.Time
	for ctx.Err() == nil {
		err := errors.Join(s.deleteDue(ctx), s.tellGone(ctx))
		if now := s.Now(); now.Sub(forgotten) >= forgetEvery {
			forgotten = now
			err = errors.Join(err, s.Jobs.Forget(ctx), s.KeptTaps.Forget(ctx))
		}
		if err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "deletions wait", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
		case <-time.After(sweepEvery):
		}
	}
}

// deleteDue deletes the messages that are due, chat by chat.
func (s sweeper) deleteDue(ctx context.Context) error {
	due, err := s.Deletions.Due(ctx, dueAtOnce)
	if err != nil {
		return err
	}
	byChat := map[filter.ChatID][]delivery.Deletion{}
	tooLate := 0
	var errs []error
	for _, d := range due {
		if d.TooLate {
			tooLate += len(d.Messages)
			errs = append(errs, s.Deletions.Done(ctx, d.ID))
			continue
		}
		byChat[d.Chat] = append(byChat[d.Chat], d)
	}
	if tooLate > 0 {
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "messages are not deleted: Telegram allows it for 48 hours", slog.Int("messages", tooLate))
	}
	for chat, list := range byChat {
		errs = append(errs, s.deleteInChat(ctx, chat, list))
	}
	return errors.Join(errs...)
}

// deleteInChat deletes messages of a chat, as many in one call as Telegram takes.
func (s sweeper) deleteInChat(ctx context.Context, key filter.ChatID, list []delivery.Deletion) error {
	in, ok := s.Client.ChatOf(int64(key))
	if !ok && key > 0 { // a deletion in a private chat needs no access hash, which a restarted bot may still miss
		in, ok = telegram.Chat{ID: int64(key), Type: telegram.Private}, true
	}
	var errs []error
	for len(list) > 0 {
		var ids []int
		n := 0
		for n < len(list) && len(ids)+len(list[n].Messages) <= idsInDelete {
			ids = append(ids, list[n].Messages...)
			n++
		}
		errs = append(errs, s.deleteRows(ctx, in, ok, list[:n], ids))
		list = list[n:]
	}
	return errors.Join(errs...)
}

// deleteRows deletes the messages of rows in one call. If Telegram forbids one of several rows, each is tried by itself.
func (s sweeper) deleteRows(ctx context.Context, in telegram.Chat, known bool, rows []delivery.Deletion, ids []int) error {
	if known {
		err := s.deliverer.DeleteMessages(ctx, in, ids)
		switch {
		case errors.Is(err, telegram.ErrDeleteForbidden) && len(rows) > 1:
			var errs []error
			for _, row := range rows {
				errs = append(errs, s.deleteRows(ctx, in, known, []delivery.Deletion{row}, row.Messages))
			}
			return errors.Join(errs...)
		case errors.Is(err, telegram.ErrDeleteForbidden):
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "messages are not deleted: Telegram forbids it", slog.Int64("chat", in.Key()), slog.Int("messages", len(ids)))
		case err != nil:
			return err
		}
	}
	var errs []error
	for _, row := range rows {
		errs = append(errs, s.Deletions.Done(ctx, row.ID))
	}
	return errors.Join(errs...)
}

// tellGone edits the messages of deliveries whose files are all deleted: a button gets them again.
func (s sweeper) tellGone(ctx context.Context) error {
	gone, err := s.Deletions.Gone(ctx, goneAtOnce)
	if err != nil {
		return err
	}
	var errs []error
	for _, job := range gone {
		if err := s.editGone(ctx, job); err != nil && !errors.Is(err, telegram.ErrMessageGone) && !errors.Is(err, telegram.ErrNeverWrote) && !unreachable(err) {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, s.Deletions.Told(ctx, job.ID))
	}
	return errors.Join(errs...)
}

// editGone edits the message about a delivery, if there is one.
func (s sweeper) editGone(ctx context.Context, job delivery.Job) error {
	if job.Progress == 0 {
		return nil
	}
	in, err := s.chatOf(ctx, job.Chat)
	if err != nil {
		return err
	}
	say := s.Texts.InLanguage(job.Language)
	return s.deliverer.EditLater(ctx, in, job.Progress, telegram.Reply{
		Text:     say.Say("delivery.gone", job.Sent),
		Keyboard: [][]telegram.Button{{button(say.Say("delivery.again"), int64(job.Person), payloadOf(verbAgain, int64(job.ID)))}},
	})
}
