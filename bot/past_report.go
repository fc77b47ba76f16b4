package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gotd/td/constant"
	"github.com/gotd/td/tg"

	"pavilion/filter"
)

// pastReport is the progress of a read of the past that its message does not show yet.
type pastReport struct {
	read  filter.PastRead
	shown bool
}

const reportEvery = 3 * time.Second // Telegram slows down who edits more often

// reportPast notes progress; the indexer calls it and must not wait.
func (b *Bot) reportPast(p filter.PastRead) {
	b.pastMu.Lock()
	defer b.pastMu.Unlock()
	b.past[p.ID] = &pastReport{read: p}
}

// pastLoop edits progress messages in place.
func (b *Bot) pastLoop(ctx context.Context) {
	ticker := time.NewTicker(reportEvery / 3)
	defer ticker.Stop()
	last := time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		due := b.opts.Now().Sub(last) >= reportEvery
		for _, p := range b.pastDue(due) {
			if due {
				last = b.opts.Now()
			}
			chat, ok := b.chatOfKey(p.Report.Chat)
			if !ok {
				continue
			}
			ectx, cancel := context.WithTimeout(ctx, handleWithin)
			err := b.tg.editText(ectx, chat, p.Report.Message, pastReply(p))
			cancel()
			if errors.Is(err, errTelegramWaits) || errors.Is(err, context.DeadlineExceeded) {
				b.reportAgain(p)
			}
			if err != nil && ctx.Err() == nil {
				b.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "progress could not be shown", slog.Any("error", err))
			}
		}
	}
}

// reportAgain keeps progress that could not be shown now, unless there is newer.
func (b *Bot) reportAgain(p filter.PastRead) {
	b.pastMu.Lock()
	defer b.pastMu.Unlock()
	if newer := b.past[p.ID]; newer == nil || newer.read.Next <= p.Next && newer.read.State == p.State {
		b.past[p.ID] = &pastReport{read: p}
	}
}

// pastDue returns what is not shown yet: what is over at once, the rest when it is time.
func (b *Bot) pastDue(all bool) []filter.PastRead {
	b.pastMu.Lock()
	defer b.pastMu.Unlock()
	var due []filter.PastRead
	for id, r := range b.past {
		over := r.read.State != filter.PastRunning
		if !r.shown && (all || over) {
			r.shown = true
			due = append(due, r.read)
			if over {
				delete(b.past, id)
			}
		}
	}
	return due
}

// chatOfKey turns a stored chat back into one that can be written to.
func (b *Bot) chatOfKey(key filter.ChatID) (Chat, bool) {
	switch id := constant.TDLibPeerID(key); {
	case id.IsUser():
		return b.chatOf(&tg.PeerUser{UserID: id.ToPlain()})
	case id.IsChannel():
		return b.chatOf(&tg.PeerChannel{ChannelID: id.ToPlain()})
	default:
		return b.chatOf(&tg.PeerChat{ChatID: id.ToPlain()})
	}
}

func pastReply(p filter.PastRead) Reply {
	total, done := int(p.To-p.From+1), int(p.Next-p.From)
	figures := fmt.Sprintf("%d of %d messages read\n%d %s, %d new", done, total, p.Found, plural(p.Found, "file", "files"), p.Added)
	switch p.State {
	case filter.PastDone:
		return Reply{Text: "✅ Done: " + figures}
	case filter.PastCancelled:
		return Reply{Text: "Stopped: " + figures}
	case filter.PastRunning:
	}
	return Reply{
		Text:     fmt.Sprintf("Reading… %d%%\n%s", done*100/max(1, total), figures),
		Keyboard: [][]Button{{{"Stop", tapData{Action: actCancel, Owner: int64(p.Report.By), ID: p.ID}.encode()}}},
	}
}
