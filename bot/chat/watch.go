package chat

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/bot/telegram"
)

// Watcher keeps messages up to date whose subject changes by itself or elsewhere, such as a hold that counts down. A feature says how a subject
// is read and drawn. Watched messages are rows, so a restart keeps them. Memory has the version last drawn, to skip unchanged messages.
type Watcher struct {
	rows      watchStore
	messenger *telegram.Messenger
	logger    *slog.Logger
	read      ReadSubjects

	mu     sync.Mutex
	list   map[watchKey]*watch
	loaded bool
}

// WatchedMessage is a message of ours in a private chat, and the language in which it speaks.
type WatchedMessage struct {
	Chat     int64 // the person
	Message  int
	Language string
}

// Drawn is the subject's state that a message shows. Version 0 forces a redraw at the next refresh.
type Drawn struct {
	Subject int64     // 0: the message shows nothing that changes
	Version int       // of the subject
	Next    time.Time // next redraw without a new version (countdown), by the database's clock
}

// Subject is a subject as it is now.
type Subject struct {
	ID      int64
	Version int
	Draw    func(ctx context.Context, m WatchedMessage) (Drawn, error) // edits the message; a zero Drawn ends the watch
}

// ReadSubjects reads subjects by id, and the database's clock. Ids that do not exist are left out.
type ReadSubjects func(ctx context.Context, ids []int64) (subjects []Subject, now time.Time, err error)

type watchKey struct {
	chat    int64
	message int
}

// watch is one watched message. The holder of its lock edits the message, so that an older state never overwrites a newer one.
type watch struct {
	message WatchedMessage
	subject int64

	mu      sync.Mutex
	ended   bool
	version int
	next    time.Time
}

func (w *watch) key() watchKey { return watchKey{w.message.Chat, w.message.Message} }

const (
	watchEvery = time.Second
	watchCall  = 3 * time.Second
	watchEdit  = 20 * time.Second
	watchAgain = 5 * time.Second // after an edit that failed
)

func newWatcher(db *pgxpool.Pool, botID int64, m *telegram.Messenger, logger *slog.Logger) *Watcher {
	return &Watcher{rows: watchStore{db, botID}, messenger: m, logger: logger, list: map[watchKey]*watch{}}
}

// SetReader sets the reader of subjects. Call it before the watcher runs.
func (w *Watcher) Read(read ReadSubjects) { w.read = read }

// Show edits the tapped message into r and watches the subject that it shows, or ends the message's watch where it shows none.
func (w *Watcher) Show(ctx context.Context, e *telegram.Event, r telegram.Reply, shows Drawn) error {
	key := watchKey{e.Chat.ID, e.MessageID}
	w.mu.Lock()
	old := w.list[key]
	w.mu.Unlock()
	if old != nil {
		old.mu.Lock()
		defer old.mu.Unlock()
	}
	if err := w.messenger.EditText(ctx, e.Chat, e.MessageID, r); err != nil {
		return err
	}
	switch {
	case shows.Subject != 0:
		if old != nil {
			old.ended = true
		}
		w.Follow(ctx, e, e.MessageID, shows)
	case old != nil:
		w.end(ctx, old)
	}
	return nil
}

// Follow watches a message that was sent to an event's sender.
func (w *Watcher) Follow(ctx context.Context, e *telegram.Event, message int, shows Drawn) {
	x := &watch{message: WatchedMessage{e.Chat.ID, message, e.From.Language}, subject: shows.Subject, version: shows.Version, next: shows.Next}
	w.mu.Lock()
	w.list[x.key()] = x
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), watchCall)
	defer cancel()
	if err := w.rows.insertWatch(ctx, x.message, x.subject); err != nil {
		w.logger.LogAttrs(ctx, slog.LevelWarn, "a message is watched by this process only", slog.Any("error", err))
	}
}

// end ends a watch whose lock the caller holds.
func (w *Watcher) end(ctx context.Context, x *watch) {
	x.ended = true
	w.mu.Lock()
	if w.list[x.key()] == x {
		delete(w.list, x.key())
	}
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), watchCall)
	defer cancel()
	if err := w.rows.deleteWatch(ctx, x.message, x.subject); err != nil {
		w.logger.LogAttrs(ctx, slog.LevelWarn, "a message that shows nothing any more is still marked as watched", slog.Any("error", err))
	}
}

func (w *Watcher) run(ctx context.Context, signedIn <-chan struct{}) {
	select {
	case <-signedIn:
	case <-ctx.Done():
		return
	}
	var edits sync.WaitGroup
	defer edits.Wait()
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := w.refresh(ctx, &edits); err != nil && ctx.Err() == nil {
				w.logger.LogAttrs(ctx, slog.LevelDebug, "watched messages could not be refreshed", slog.Any("error", err))
			}
		}
	}
}

// refresh edits the messages whose subject has changed. Each edit runs by itself: a chat that must wait delays no other.
func (w *Watcher) refresh(ctx context.Context, edits *sync.WaitGroup) error {
	call, cancel := context.WithTimeout(ctx, watchCall)
	defer cancel()
	if err := w.loadWatches(call); err != nil {
		return err
	}
	w.mu.Lock()
	bySubject := map[int64][]*watch{}
	ids := make([]int64, 0, len(w.list))
	for _, x := range w.list {
		if bySubject[x.subject] == nil {
			ids = append(ids, x.subject)
		}
		bySubject[x.subject] = append(bySubject[x.subject], x)
	}
	w.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	subjects, now, err := w.read(call, ids)
	if err != nil {
		return err
	}
	for _, s := range subjects {
		for _, x := range bySubject[s.ID] {
			if !x.mu.TryLock() {
				continue // it is being edited
			}
			if x.ended || x.version == s.Version && now.Before(x.next) {
				x.mu.Unlock()
				continue
			}
			edits.Go(func() {
				defer x.mu.Unlock()
				w.edit(ctx, x, s, now)
			})
		}
	}
	return nil
}

// loadWatches reads the last process's watches, once.
func (w *Watcher) loadWatches(ctx context.Context) error {
	if w.loaded {
		return nil
	}
	list, err := w.rows.selectWatches(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range list {
		if w.list[x.key()] == nil {
			w.list[x.key()] = x
		}
	}
	w.loaded = true
	return nil
}

// edit draws one message anew; the caller holds its lock. A failed edit is tried again after a pause.
func (w *Watcher) edit(ctx context.Context, x *watch, s Subject, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, watchEdit)
	defer cancel()
	x.next = now.Add(watchAgain)
	drawn, err := s.Draw(ctx, x.message)
	switch {
	case err == nil && drawn.Subject == 0:
		w.end(ctx, x)
	case err == nil:
		x.version, x.next = drawn.Version, drawn.Next
	case ctx.Err() != nil:
	case errors.Is(err, telegram.ErrBlocked), errors.Is(err, telegram.ErrNeverWrote), errors.Is(err, telegram.ErrMessageGone): // it cannot be seen
		w.end(ctx, x)
	default:
		w.logger.LogAttrs(ctx, slog.LevelInfo, "a watched message is not up to date", slog.Any("error", err))
	}
}
