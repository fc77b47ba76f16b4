package telegram

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/gotd/td/session"
	"github.com/gotd/td/telegram/updates"
)

// state is gotd's storage: session, pts, access hashes. It answers from memory and is written to Postgres a moment later, so that a Postgres
// that is down stops nothing.
//
// The written pts never runs ahead of the handlers: gotd moves pts after they return. A channel's pts also waits until the index has stored what
// the handlers gave it, because Telegram does not repeat edits and deletions behind a stored pts. Every pts waits while hasUnstored reports something
// that exists in this process's memory only.
type state struct {
	botID       int64
	store       stateStore
	index       func(ctx context.Context) error // returns once the index has stored what it was given
	hasUnstored func() bool                     // whether something that arrived exists in memory only
	logger      *slog.Logger

	mu       sync.Mutex
	session  []byte
	known    bool
	user     updates.State
	channel  map[int64]int
	begun    map[int64]int // channels that had no stored pts, and their pts before the first live message
	hashes   map[hashKey]int64
	migrated map[int64]int64 // from basic groups to their supergroups
	dirty    changes
	degraded bool
}

// hashKey names an access hash.
type hashKey struct {
	kind string // user or channel
	peer int64
}

// changes are not in Postgres yet.
type changes struct {
	user    bool
	channel map[int64]int
	hashes  map[hashKey]int64
}

func (c *changes) empty() bool { return !c.user && len(c.channel) == 0 && len(c.hashes) == 0 }

const (
	stateEvery = 200 * time.Millisecond
	stateCall  = 3 * time.Second
	stateLoad  = time.Minute // it reads an access hash for every person
	stateAgain = time.Second
)

var errNoState = errors.New("no update state yet")

func newState(botID int64, store stateStore, index func(context.Context) error, hasUnstored func() bool, logger *slog.Logger) *state {
	return &state{botID: botID, store: store, index: index, hasUnstored: hasUnstored, logger: logger, channel: map[int64]int{}, begun: map[int64]int{}, hashes: map[hashKey]int64{}, migrated: map[int64]int64{}, dirty: newChanges()}
}

func newChanges() changes { return changes{channel: map[int64]int{}, hashes: map[hashKey]int64{}} }

// loadState reads the state from Postgres and retries until ctx ends: without it, the updates of the time without a connection would be skipped.
func (s *state) loadState(ctx context.Context) error {
	loaded, err := s.tryLoad(ctx)
	for err != nil {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "the update state cannot be read yet", slog.Any("error", err))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(stateAgain):
		}
		loaded, err = s.tryLoad(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session, s.known, s.user = loaded.session, loaded.known, loaded.user
	s.channel, s.hashes, s.migrated = loaded.channel, loaded.hashes, loaded.migrated
	return nil
}

func (s *state) tryLoad(ctx context.Context) (loadedState, error) {
	ctx, cancel := context.WithTimeout(ctx, stateLoad)
	defer cancel()
	return s.store.selectState(ctx, s.botID)
}

// Run writes changes until ctx ends, and once more then. Channels' pts have a loop of their own, because only they wait for the index.
func (s *state) Run(ctx context.Context) {
	var channels sync.WaitGroup
	channels.Go(func() { flushUntil(ctx, s.flushChannels) })
	flushUntil(ctx, s.flush)
	channels.Wait()
}

// flushUntil calls flush at intervals until ctx ends, and once more then.
func flushUntil(ctx context.Context, flush func(ctx context.Context)) {
	ticker := time.NewTicker(stateEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			flush(context.WithoutCancel(ctx))
			return
		case <-ticker.C:
			flush(ctx)
		}
	}
}

// flush writes the bot's own pts and the access hashes.
func (s *state) flush(ctx context.Context) {
	s.mu.Lock()
	c, user := changes{user: s.dirty.user, hashes: s.dirty.hashes}, s.user
	s.dirty.user, s.dirty.hashes = false, map[hashKey]int64{}
	s.mu.Unlock()
	s.holdBack(&c)
	s.write(ctx, user, c)
}

// flushChannels writes the channels' pts once the index has stored the posts before them.
func (s *state) flushChannels(ctx context.Context) {
	s.mu.Lock()
	c := changes{channel: s.dirty.channel}
	s.dirty.channel = map[int64]int{}
	s.mu.Unlock()
	s.holdBack(&c)
	if c.empty() {
		return
	}
	call, cancel := context.WithTimeout(ctx, stateCall)
	defer cancel()
	if s.index(call) != nil {
		s.putBack(c)
		return
	}
	s.write(ctx, updates.State{}, c)
}

// write saves changes and keeps those that cannot be saved.
func (s *state) write(ctx context.Context, user updates.State, c changes) {
	if c.empty() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, stateCall)
	defer cancel()
	err := s.store.save(ctx, s.botID, user, c)
	if err != nil {
		s.putBack(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if (err != nil) == s.degraded {
		return
	}
	if s.degraded = err != nil; s.degraded {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "update state stays in memory: Postgres does not answer", slog.Any("error", err))
	} else {
		s.logger.LogAttrs(ctx, slog.LevelInfo, "update state is written again")
	}
}

// holdBack takes every pts out of changes while something is owed. It must run after the changes were collected: a message is owed before its
// pts moves.
func (s *state) holdBack(c *changes) {
	if s.hasUnstored() {
		s.putBack(changes{user: c.user, channel: c.channel})
		c.user, c.channel = false, nil
	}
}

// putBack marks changes as not written, except those with a newer value.
func (s *state) putBack(c changes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirty.user = s.dirty.user || c.user
	for id, pts := range c.channel {
		if _, newer := s.dirty.channel[id]; !newer {
			s.dirty.channel[id] = pts
		}
	}
	for k, h := range c.hashes {
		if _, newer := s.dirty.hashes[k]; !newer {
			s.dirty.hashes[k] = h
		}
	}
}

// LoadSession gives gotd its session.
func (s *state) LoadSession(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil {
		return nil, session.ErrNotFound
	}
	return slices.Clone(s.session), nil
}

// StoreSession stores gotd's session. It is rare and must last, so it is written at once.
func (s *state) StoreSession(ctx context.Context, data []byte) error {
	s.mu.Lock()
	s.session = slices.Clone(data)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, stateCall)
	defer cancel()
	if err := s.store.saveSession(ctx, s.botID, data); err != nil {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "the session is not stored; the next start signs in with the token", slog.Any("error", err))
	}
	return nil
}

// dropSession deletes the stored session unless another process has replaced it.
func (s *state) dropSession(ctx context.Context) {
	s.mu.Lock()
	data := s.session
	s.session = nil
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stateCall)
	defer cancel()
	if err := s.store.deleteSession(ctx, s.botID, data); err != nil {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "an ended session is still stored; the next start meets it again", slog.Any("error", err))
	}
}

// GetState gives gotd the pts to go on from.
func (s *state) GetState(context.Context, int64) (updates.State, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user, s.known, nil
}

func (s *state) changeUser(fn func(*updates.State)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known {
		return errNoState
	}
	fn(&s.user)
	s.dirty.user = true
	return nil
}

// SetState replaces the state. The first one is written at once: if the process died before, the next would have no pts to start from and
// would skip the updates in between.
func (s *state) SetState(ctx context.Context, _ int64, st updates.State) error {
	s.mu.Lock()
	first := !s.known
	s.user, s.known, s.dirty.user = st, true, true
	s.mu.Unlock()
	if first {
		s.flush(ctx)
	}
	return nil
}

// SetPts moves pts on.
func (s *state) SetPts(_ context.Context, _ int64, pts int) error {
	return s.changeUser(func(u *updates.State) { u.Pts = pts })
}

// SetQts moves qts on.
func (s *state) SetQts(_ context.Context, _ int64, qts int) error {
	return s.changeUser(func(u *updates.State) { u.Qts = qts })
}

// SetDate moves the date on.
func (s *state) SetDate(_ context.Context, _ int64, date int) error {
	return s.changeUser(func(u *updates.State) { u.Date = date })
}

// SetSeq moves seq on.
func (s *state) SetSeq(_ context.Context, _ int64, seq int) error {
	return s.changeUser(func(u *updates.State) { u.Seq = seq })
}

// SetDateSeq moves date and seq on.
func (s *state) SetDateSeq(_ context.Context, _ int64, date, seq int) error {
	return s.changeUser(func(u *updates.State) { u.Date, u.Seq = date, seq })
}

// GetChannelPts gives gotd the pts of a channel.
func (s *state) GetChannelPts(_ context.Context, _, channelID int64) (int, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pts, ok := s.channel[channelID]
	return pts, ok, nil
}

// SetChannelPts moves a channel on.
func (s *state) SetChannelPts(_ context.Context, _, channelID int64, pts int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.channel[channelID]; !known {
		s.begun[channelID] = pts
	}
	s.channel[channelID], s.dirty.channel[channelID] = pts, pts
	return nil
}

// beginChannel gives a channel without a pts its first one, or a lower one than it began with.
func (s *state) beginChannel(channelID int64, pts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, known := s.channel[channelID]; !known || pts < first {
		s.begun[channelID], s.channel[channelID], s.dirty.channel[channelID] = pts, pts, pts
	}
}

// mayMiss reports whether messages of a channel may be missed: it has no pts, or the updates manager began it at its first live message.
func (s *state) mayMiss(channelID int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.channel[channelID]
	_, hasBegun := s.begun[channelID]
	return !known || hasBegun
}

// begunAt returns the pts at which the updates manager began a channel that had no stored pts.
func (s *state) begunAt(channelID int64) (pts int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pts, ok = s.begun[channelID]
	return pts, ok
}

// forgetBeginning is called when the messages before a channel's beginning are read.
func (s *state) forgetBeginning(channelID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.begun, channelID)
}

// startChannel stores the pts of a channel that has none. It returns once the index has stored the posts before that pts.
func (s *state) startChannel(ctx context.Context, channelID int64, pts int) error {
	if err := s.index(ctx); err != nil {
		return err
	}
	if err := s.store.startChannel(ctx, s.botID, channelID, pts); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.channel[channelID]; !known {
		s.channel[channelID] = pts
	}
	return nil
}

// ForEachChannels calls f for every channel with a stored pts.
func (s *state) ForEachChannels(ctx context.Context, _ int64, f func(ctx context.Context, channelID int64, pts int) error) error {
	for _, id := range s.channels() {
		pts, _, _ := s.GetChannelPts(ctx, 0, id)
		if err := f(ctx, id, pts); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) channels() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]int64, 0, len(s.channel))
	for id := range s.channel {
		ids = append(ids, id)
	}
	return ids
}

func (s *state) setHash(k hashKey, hash int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hashes[k] != hash {
		s.hashes[k], s.dirty.hashes[k] = hash, hash
	}
}

func (s *state) setMigrated(group, channel int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.migrated[group] = channel
}

func (s *state) migratedTo(group int64) (channel int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, ok = s.migrated[group]
	return channel, ok
}

func (s *state) hash(k hashKey) (int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.hashes[k]
	return h, ok
}

// SetChannelAccessHash stores the access hash of a channel.
func (s *state) SetChannelAccessHash(_ context.Context, _, channelID, hash int64) error {
	s.setHash(hashKey{"channel", channelID}, hash)
	return nil
}

// GetChannelAccessHash returns the access hash of a channel.
func (s *state) GetChannelAccessHash(_ context.Context, _, channelID int64) (int64, bool, error) {
	h, ok := s.hash(hashKey{"channel", channelID})
	return h, ok, nil
}

// SetUserAccessHash stores the access hash of a person.
func (s *state) SetUserAccessHash(_ context.Context, _, userID, hash int64) error {
	s.setHash(hashKey{"user", userID}, hash)
	return nil
}

// GetUserAccessHash returns the access hash of a person.
func (s *state) GetUserAccessHash(_ context.Context, _, userID int64) (int64, bool, error) {
	h, ok := s.hash(hashKey{"user", userID})
	return h, ok, nil
}
