package filter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"pavilion/storage"
)

// ChannelState says whether a channel's posts are indexed.
type ChannelState string

// The states of a channel.
const (
	ChannelActive   ChannelState = "active"
	ChannelPaused   ChannelState = "paused"   // the ids of its posts go to the gaps and are read after Resume
	ChannelLost     ChannelState = "lost"     // the bot was removed from it: its files leave the results, its posts are read after MarkRegained
	ChannelRemoving ChannelState = "removing" // the indexer is deleting its files
	ChannelRemoved  ChannelState = "removed"  // a tombstone: it outranks an older state that a pool stored before an outage
)

// indexed tells whether a channel's files are in the index, to stay there.
func (s ChannelState) indexed() bool {
	return s == ChannelActive || s == ChannelPaused || s == ChannelLost
}

// Channel is an indexed channel with its stored ledger (Low and Gaps).
type Channel struct {
	ID       ChannelID
	Title    string
	Username string // empty for private channels
	State    ChannelState
	Paused   bool // of a lost channel: it was paused before
	Low      MessageID
	Gaps     []Range
	Version  int64
}

// Channels is the registry of indexed channels, held in memory and stored in every pool.
type Channels struct {
	pools *storage.Pools
	now   func() time.Time

	updating sync.Mutex // held from reading a channel to storing it

	mu     sync.RWMutex
	byID   map[ChannelID]Channel
	loaded bool
}

// NewChannels makes an empty registry; Load fills it.
func NewChannels(pools *storage.Pools, now func() time.Time) *Channels {
	return &Channels{pools: pools, now: now, byID: map[ChannelID]Channel{}}
}

// Load reads the channels from the pools. It fails when no pool answers; the caller tries again.
func (c *Channels) Load(ctx context.Context) error {
	list, err := loadChannels(ctx, c.pools)
	if err != nil {
		return fmt.Errorf("load channels: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ch := range list {
		if old, ok := c.byID[ch.ID]; !ok || old.Version < ch.Version {
			c.byID[ch.ID] = ch
		}
	}
	c.loaded = true
	return nil
}

// Loaded tells whether Load has succeeded once.
func (c *Channels) Loaded() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.loaded
}

// List returns the active, paused and lost channels, sorted by title.
func (c *Channels) List() []Channel {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var list []Channel
	for _, ch := range c.byID {
		if ch.State.indexed() {
			list = append(list, ch)
		}
	}
	slices.SortFunc(list, func(a, b Channel) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID)) })
	return list
}

// Get returns an active, paused or lost channel.
func (c *Channels) Get(id ChannelID) (Channel, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	ch, ok := c.byID[id]
	if !ok || ch.State == ChannelRemoved || ch.State == ChannelRemoving {
		return Channel{}, ErrChannelUnknown
	}
	return ch, nil
}

// State returns the state of a channel, empty for an unknown one. It does no I/O.
func (c *Channels) State(id ChannelID) ChannelState {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byID[id].State
}

// Add starts to index a channel with the message that follows after, or resumes a paused or lost one, and updates its title and name. It stores the
// watermark with the channel, so no later post is missed, even after a crash.
func (c *Channels) Add(ctx context.Context, id ChannelID, title, username string, after MessageID) (Channel, error) {
	return c.updateChannel(ctx, id, func(ch *Channel) error {
		ch.Title, ch.Username = title, username
		if !ch.State.indexed() {
			ch.Low, ch.Gaps = after, nil
		}
		ch.State, ch.Paused = ChannelActive, false
		return nil
	})
}

// Pause stops indexing a channel. The ids of new posts go to its gaps.
func (c *Channels) Pause(ctx context.Context, id ChannelID) (Channel, error) {
	return c.setState(ctx, id, ChannelPaused)
}

// Resume indexes a paused channel again, with the posts that came during the pause.
func (c *Channels) Resume(ctx context.Context, id ChannelID) (Channel, error) {
	return c.setState(ctx, id, ChannelActive)
}

// MarkLost notes that the bot was removed from a channel. changed is false where that was known.
func (c *Channels) MarkLost(ctx context.Context, id ChannelID) (ch Channel, changed bool, err error) {
	if ch, err = c.Get(id); err != nil || ch.State == ChannelLost {
		return ch, false, err
	}
	ch, err = c.setState(ctx, id, ChannelLost)
	return ch, err == nil, err
}

// MarkRegained makes a lost channel active again, or paused if it was paused before. changed is false for a channel that was not lost.
func (c *Channels) MarkRegained(ctx context.Context, id ChannelID) (ch Channel, changed bool, err error) {
	if ch, err = c.Get(id); err != nil || ch.State != ChannelLost {
		return ch, false, err
	}
	to := ChannelActive
	if ch.Paused {
		to = ChannelPaused
	}
	ch, err = c.setState(ctx, id, to)
	return ch, err == nil, err
}

// Unreachable tells whether the bot was removed from every channel in which a file stands.
func (c *Channels) Unreachable(f File) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(f.Places) > 0 && !slices.ContainsFunc(f.Places, func(p Place) bool { return c.byID[p.Channel].State != ChannelLost })
}

// AnyLost tells whether the bot was removed from a channel, so that files may be unreachable.
func (c *Channels) AnyLost() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, ch := range c.byID {
		if ch.State == ChannelLost {
			return true
		}
	}
	return false
}

// Remove stops indexing a channel. The indexer then deletes its files from the index.
func (c *Channels) Remove(ctx context.Context, id ChannelID) (Channel, error) {
	return c.setState(ctx, id, ChannelRemoving)
}

func (c *Channels) setState(ctx context.Context, id ChannelID, to ChannelState) (Channel, error) {
	return c.updateChannel(ctx, id, func(ch *Channel) error {
		if ch.State == "" || ch.State == ChannelRemoved || ch.State == ChannelRemoving && to != ChannelRemoving {
			return ErrChannelUnknown
		}
		ch.Paused = to == ChannelLost && ch.State == ChannelPaused
		ch.State = to
		return nil
	})
}

// updateChannel stores the changed channel, then changes it in memory, so a change that an admin saw confirmed survives a crash. Updates run one
// at a time: ledgers are stored several times a second, and one that overlaps an admin's change would undo it.
func (c *Channels) updateChannel(ctx context.Context, id ChannelID, fn func(*Channel) error) (Channel, error) {
	c.updating.Lock()
	defer c.updating.Unlock()
	c.mu.RLock()
	ch, loaded := c.byID[id], c.loaded
	c.mu.RUnlock()
	if !loaded {
		return Channel{}, errors.Join(ErrSearchUnavailable, errNotLoaded)
	}
	ch.ID = id
	if err := fn(&ch); err != nil {
		return Channel{}, err
	}
	ch.Version = c.nextVersion(ch.Version)
	if err := saveChannel(ctx, c.pools, ch); err != nil {
		return Channel{}, fmt.Errorf("channel %d: %w", id, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byID[id] = ch
	return ch, nil
}

// saveLedger stores a channel's watermark and gaps.
func (c *Channels) saveLedger(ctx context.Context, id ChannelID, l Ledger) error {
	_, err := c.updateChannel(ctx, id, func(ch *Channel) error {
		ch.Low, ch.Gaps = l.Low, slices.Clone(l.Gaps)
		return nil
	})
	return err
}

// markRemoved turns a removing channel into a removed one. A channel that was added again stays as it is.
func (c *Channels) markRemoved(ctx context.Context, id ChannelID) error {
	_, err := c.updateChannel(ctx, id, func(ch *Channel) error {
		if ch.State != ChannelRemoving {
			return errAddedAgain
		}
		ch.State, ch.Low, ch.Gaps = ChannelRemoved, 0, nil
		return nil
	})
	if errors.Is(err, errAddedAgain) {
		return nil
	}
	return err
}

var errNotLoaded = errors.New("it is not known yet which channels are indexed")

var errAddedAgain = errors.New("the channel was added again")

// removingIDs returns the channels whose files are being deleted.
func (c *Channels) removingIDs() []ChannelID {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var ids []ChannelID
	for id, ch := range maps.All(c.byID) {
		if ch.State == ChannelRemoving {
			ids = append(ids, id)
		}
	}
	return ids
}

// nextVersion returns the time in microseconds, or version+1 when the clock went back.
func (c *Channels) nextVersion(version int64) int64 { return max(version+1, c.now().UnixMicro()) }
