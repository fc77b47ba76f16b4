package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
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
	told := map[hiddenOn]time.Time{}
	for {
		if err := j.approveDue(ctx); err != nil && ctx.Err() == nil {
			j.Logger.LogAttrs(ctx, slog.LevelWarn, "requests to join are not approved yet", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case c := <-j.hidden:
			if now, on := j.Now(), (hiddenOn{c.ID, c.Group}); now.Sub(told[on]) >= alertEvery {
				told[on] = now
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

// hiddenOn is a hidden channel on one list: the club's or a group's.
type hiddenOn struct {
	channel filter.ChannelID
	group   filter.ChatID
}

// tellHidden tells the club's admins that the bot cannot see a required channel's members and therefore lets everybody pass. The message has the hour in its name,
// so a restart does not repeat it.
func (j *Join) tellHidden(ctx context.Context, c access.Hidden, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	group := j.groupTitle(ctx, c.Group)
	for _, admin := range j.Admins {
		text := j.hiddenText(j.Texts.InLanguage(j.Language(ctx, admin)), c, group)
		name := fmt.Sprintf("required channel %d of list %d is hidden in hour %d", c.ID, c.Group, now.Unix()/int64(alertEvery/time.Second))
		if err := j.Client.Notify(ctx, admin, telegram.Reply{Text: text}, name, false); err != nil {
			j.Logger.LogAttrs(ctx, slog.LevelInfo, "an admin was not told of a hidden channel", slog.Int64("channel", int64(c.ID)), slog.Any("error", err))
		}
	}
}

func (j *Join) hiddenText(in *phrase.Speaker, c access.Hidden, group string) string {
	channel := telegram.CleanLine(c.Title, maxTitle)
	if c.Group == 0 {
		return in.Say("required.hidden", channel)
	}
	return in.Say("required.hidden_group", channel, telegram.CleanLine(group, maxTitle))
}

// groupTitle is the title of the group whose list has a hidden channel, or its number if Telegram does not tell; empty for the club's list.
func (j *Join) groupTitle(ctx context.Context, id filter.ChatID) string {
	if id == 0 {
		return ""
	}
	if group, known := j.Client.ChatOf(int64(id)); known {
		if title, err := j.messenger.GroupTitle(ctx, group); err == nil {
			return title
		}
	}
	return strconv.FormatInt(int64(id), 10)
}
