package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter/access"
)

const (
	joinEvery   = time.Minute
	alertEvery  = time.Hour // about one channel
	joinTimeout = 20 * time.Second
)

// Run approves requests to join, tells the admins of channels that the bot cannot see, and drops old kept events, until ctx ends.
func (j *Join) Run(ctx context.Context, signedIn <-chan struct{}) {
	select {
	case <-signedIn:
	case <-ctx.Done():
		return
	}
	ticker := time.NewTicker(joinEvery)
	defer ticker.Stop()
	told := map[access.RequiredChannel]time.Time{}
	for {
		if err := j.approveDue(ctx); err != nil && ctx.Err() == nil {
			j.Logger.LogAttrs(ctx, slog.LevelWarn, "requests to join are not approved yet", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case c := <-j.hidden:
			if now := j.Now(); now.Sub(told[c]) >= alertEvery {
				told[c] = now
				j.tellHidden(ctx, c, now)
			}
		case <-j.requested:
		case <-ticker.C:
			if err := j.Required.DropOldWaits(ctx); err != nil && ctx.Err() == nil {
				j.Logger.LogAttrs(ctx, slog.LevelWarn, "old events are not dropped", slog.Any("error", err))
			}
		}
	}
}

// approveDue approves the stored requests of channels with automatic approval.
func (j *Join) approveDue(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	due, err := j.Required.DueApprovals(ctx)
	for _, q := range due {
		err = errors.Join(err, j.approve(ctx, q))
	}
	return err
}

func (j *Join) approve(ctx context.Context, q access.JoinRequest) error {
	err := j.members.ApproveJoin(ctx, q.Channel, int64(q.Person))
	if errors.Is(err, telegram.ErrTooManyChannels) {
		text := j.Texts.InLanguage(j.Language(ctx, int64(q.Person))).Error("too_many_channels")
		name := fmt.Sprintf("too many channels %d at %d", q.Channel, q.At.Unix())
		if nerr := j.Client.Notify(ctx, int64(q.Person), telegram.Reply{Text: text}, name, false); nerr != nil {
			j.Logger.LogAttrs(ctx, slog.LevelInfo, "a person was not told of too many channels", slog.Any("error", nerr))
		}
		err = nil
	}
	if err != nil {
		return errors.Join(err, j.Required.PostponeApproval(ctx, q))
	}
	return j.Required.NoteApproved(ctx, q)
}

// tellHidden tells the admins that the bot cannot see a required channel's members and therefore lets everybody pass. The message has the hour in its name,
// so a restart does not repeat it.
func (j *Join) tellHidden(ctx context.Context, c access.RequiredChannel, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	for _, admin := range j.Admins {
		text := j.Texts.InLanguage(j.Language(ctx, admin)).Say("required.hidden", telegram.CleanLine(c.Title, maxTitle))
		name := fmt.Sprintf("required channel %d is hidden in hour %d", c.ID, now.Unix()/int64(alertEvery/time.Second))
		if err := j.Client.Notify(ctx, admin, telegram.Reply{Text: text}, name, false); err != nil {
			j.Logger.LogAttrs(ctx, slog.LevelInfo, "an admin was not told of a hidden channel", slog.Int64("channel", int64(c.ID)), slog.Any("error", err))
		}
	}
}
