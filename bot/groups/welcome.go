package groups

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
)

// Limits of welcomes in one group: a raid of hundreds of accounts is welcomed a few times.
const (
	welcomesAtOnce = 5
	welcomeEvery   = 12 * time.Second
	maxLimited     = 1000 // groups
	maxNames       = 5    // people that one welcome names
	maxName        = 40   // runes
)

// welcomeLimits limit the welcomes of each group. They are in memory: after a restart a group starts with all of its welcomes.
type welcomeLimits struct {
	mu      sync.Mutex
	byGroup map[filter.ChatID]*rate.Limiter
}

func newWelcomeLimits() *welcomeLimits {
	return &welcomeLimits{byGroup: map[filter.ChatID]*rate.Limiter{}}
}

func (w *welcomeLimits) allow(group filter.ChatID, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	limit := w.byGroup[group]
	if limit == nil {
		if len(w.byGroup) >= maxLimited {
			clear(w.byGroup)
		}
		limit = rate.NewLimiter(rate.Every(welcomeEvery), welcomesAtOnce)
		w.byGroup[group] = limit
	}
	return limit.AllowN(now, 1)
}

// Welcome greets people who came into a group, if its admins wrote a text for that. The message's id makes the welcome one message to Telegram, also if a
// killed process sent it before.
func (s *Screens) Welcome(ctx context.Context, e *telegram.Event) error {
	id := filter.ChatID(e.Chat.Key())
	settings := s.Groups.Get(ctx, id).Settings
	if settings.Welcome == "" || !s.welcomes.allow(id, s.Now()) {
		return nil
	}
	message, err := s.Client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: welcomeText(settings.Welcome, *e.Join)}, telegram.Cause{Event: e})
	if err != nil || message == 0 || settings.WelcomeFor == 0 {
		return err
	}
	return s.Groups.DeleteLater(ctx, domain.Deletion{Chat: id, Message: filter.MessageID(message)}, time.Duration(settings.WelcomeFor)*time.Minute)
}

// welcomeText puts the people's names and the group's title into a welcome.
func welcomeText(text string, j telegram.Join) string {
	var names []string
	for _, p := range j.People[:min(len(j.People), maxNames)] {
		if name := telegram.CleanLine(p.Name, maxName); name != "" {
			names = append(names, name)
		}
	}
	all := strings.Join(names, ", ")
	if len(j.People) > maxNames {
		all += "…"
	}
	return strings.NewReplacer("{name}", all, "{group}", telegram.CleanLine(j.Title, maxTitle)).Replace(text)
}

const deleteEvery = 10 * time.Second

// Run deletes welcomes whose time has come, until ctx ends.
func (s *Screens) Run(ctx context.Context) {
	select {
	case <-s.Client.SignedIn():
	case <-ctx.Done():
		return
	}
	ticker := time.NewTicker(deleteEvery)
	defer ticker.Stop()
	for {
		if err := s.deleteDue(ctx); err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "a welcome is not deleted yet", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Screens) deleteDue(ctx context.Context) error {
	due, err := s.Groups.DueDeletions(ctx)
	if err != nil {
		return err
	}
	for _, d := range due {
		if group, known := s.Client.ChatOf(int64(d.Chat)); known {
			if err := s.Client.Messenger.DeleteMessage(ctx, group, int(d.Message)); err != nil {
				return err
			}
		}
		if err := s.Groups.ForgetDeletion(ctx, d); err != nil {
			return err
		}
	}
	return nil
}
