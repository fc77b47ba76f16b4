package broadcast

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter/broadcast"
)

const (
	watchEvery = 3 * time.Second
	watchAfter = time.Minute // the end, so that the last figures are drawn
	watchCall  = 10 * time.Second
)

// watch draws the panels of broadcasts whose figures change, until ctx ends.
func (s *Screens) watch(ctx context.Context) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		list, err := s.Service.Watched(ctx, s.Now().Add(-watchAfter))
		for _, b := range list {
			err = errors.Join(err, s.redraw(ctx, b.ID))
		}
		if err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelDebug, "the progress of broadcasts was not drawn", slog.Any("error", err))
		}
	}
}

// redraw draws a panel again if its text has changed. A panel that its author deleted is given up.
func (s *Screens) redraw(ctx context.Context, id broadcast.ID) error {
	ctx, cancel := context.WithTimeout(ctx, watchCall)
	defer cancel()
	s.panels.Lock()
	defer s.panels.Unlock()
	b, err := s.Service.Get(ctx, id)
	if err != nil || b.Panel == 0 {
		return err
	}
	r := s.drawing(b.Language).panel(b)
	if old := s.drawn[id]; old.text == r.Text || s.Now().Before(old.hold) {
		return nil
	}
	to, err := s.Client.PrivateChat(ctx, author(b))
	if err != nil {
		return err
	}
	err = s.messenger.EditText(ctx, to, b.Panel, r)
	if errors.Is(err, telegram.ErrMessageGone) {
		return s.Service.SetPanel(ctx, id, 0)
	}
	if err == nil {
		s.drawn[id] = shown{text: r.Text}
	}
	return err
}
