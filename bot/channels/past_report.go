package channels

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
)

// pastReport is the progress of a read of a channel's past.
type pastReport struct {
	read  filter.PastRead
	shown bool // its message shows it
}

const (
	reportEvery  = 3 * time.Second // Telegram slows down bots that edit more often
	reportWithin = 30 * time.Second
)

// ReportPast notes progress. The indexer calls it, and it returns at once.
func (s *Screens) ReportPast(p filter.PastRead) {
	s.pastMu.Lock()
	defer s.pastMu.Unlock()
	s.past[p.ID] = &pastReport{read: p}
}

// Run edits progress messages in place until ctx ends.
func (s *Screens) Run(ctx context.Context) {
	ticker := time.NewTicker(reportEvery / 3)
	defer ticker.Stop()
	last := time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		all := s.Now().Sub(last) >= reportEvery
		for _, p := range s.dueReports(all) {
			if all {
				last = s.Now()
			}
			s.showReport(ctx, p)
		}
	}
}

func (s *Screens) showReport(ctx context.Context, p filter.PastRead) {
	to, ok := s.Client.ChatOf(int64(p.Report.Chat))
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, reportWithin)
	defer cancel()
	draw := drawing{in: s.Texts.InLanguage(s.Language(ctx, int64(p.Report.By))), owner: int64(p.Report.By)}
	err := s.messenger.EditText(ctx, to, p.Report.Message, draw.past(p))
	if errors.Is(err, telegram.ErrTelegramWaits) || errors.Is(err, context.DeadlineExceeded) {
		s.reportAgain(p)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "progress could not be shown", slog.Any("error", err))
	}
}

// reportAgain keeps progress that could not be shown, unless newer progress is there.
func (s *Screens) reportAgain(p filter.PastRead) {
	s.pastMu.Lock()
	defer s.pastMu.Unlock()
	if newer := s.past[p.ID]; newer == nil || newer.read.Next <= p.Next && newer.read.State == p.State {
		s.past[p.ID] = &pastReport{read: p}
	}
}

// dueReports returns the progress to show: of ended reads at once, and of all where all is set.
func (s *Screens) dueReports(all bool) []filter.PastRead {
	s.pastMu.Lock()
	defer s.pastMu.Unlock()
	var due []filter.PastRead
	for id, r := range s.past {
		over := r.read.State != filter.PastRunning
		if !r.shown && (all || over) {
			r.shown = true
			due = append(due, r.read)
			if over {
				delete(s.past, id)
			}
		}
	}
	return due
}

func (d drawing) past(p filter.PastRead) telegram.Reply {
	total, done := int(p.To-p.From+1), int(p.Next-p.From)
	figures := d.in.Say("past.read_of", done, total) + "\n" + d.in.Say("past.found", p.Found, p.Added)
	switch p.State {
	case filter.PastDone:
		return telegram.Reply{Text: d.in.Say("past.done", figures)}
	case filter.PastCancelled:
		return telegram.Reply{Text: d.in.Say("past.stopped", figures)}
	case filter.PastRunning:
	}
	return telegram.Reply{
		Text:     d.in.Say("past.running", done*100/max(1, total), figures),
		Keyboard: [][]telegram.Button{{d.button(d.in.Say("past.stop"), letterCancel, p.ID)}},
	}
}
