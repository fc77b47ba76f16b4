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

// ChannelState is what the index does with a channel's posts.
type ChannelState string

// The states of a channel.
const (
	ChannelActive   ChannelState = "active"
	ChannelPaused   ChannelState = "paused"   // posts are noted as owed and read after Resume
	ChannelRemoving ChannelState = "removing" // its files are leaving the index
	ChannelRemoved  ChannelState = "removed"  // kept as a mark, so that a pool that slept does not bring it back
)

// Channel is an indexed channel with what the index owes of it.
type Channel struct {
	ID       ChannelID    `bson:"_id"`
	Title    string       `bson:"title"`
	Username string       `bson:"username,omitempty"` // empty for private channels
	State    ChannelState `bson:"state"`
	Low      MessageID    `bson:"low"`
	Gaps     []Range      `bson:"gaps,omitempty"`
	Version  int64        `bson:"v"`
}

func (c Channel) replicaID() any        { return int64(c.ID) }
func (c Channel) replicaVersion() int64 { return c.Version }

const channelsCollection = "channels"

// Channels are the indexed channels, in memory and in every pool.
type Channels struct {
	pools *storage.Pools
	now   func() time.Time

	changing sync.Mutex // one change at a time, from what it reads to what it wrote

	mu     sync.RWMutex
	byID   map[ChannelID]Channel
	loaded bool
}

// NewChannels returns an empty registry; Load fills it.
func NewChannels(pools *storage.Pools, now func() time.Time) *Channels {
	return &Channels{pools: pools, now: now, byID: map[ChannelID]Channel{}}
}

// Load reads the channels from the pools. It fails when no pool answers; try again then.
func (c *Channels) Load(ctx context.Context) error {
	list, _, err := loadReplicas[Channel](ctx, c.pools, channelsCollection)
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

// List returns the channels that are indexed or paused, by title.
func (c *Channels) List() []Channel {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var list []Channel
	for _, ch := range c.byID {
		if ch.State == ChannelActive || ch.State == ChannelPaused {
			list = append(list, ch)
		}
	}
	slices.SortFunc(list, func(a, b Channel) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID)) })
	return list
}

// Get returns a channel that is not removed.
func (c *Channels) Get(id ChannelID) (Channel, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	ch, ok := c.byID[id]
	if !ok || ch.State == ChannelRemoved || ch.State == ChannelRemoving {
		return Channel{}, ErrChannelUnknown
	}
	return ch, nil
}

// State tells what to do with a post of a channel; empty where the channel is not known. It does no I/O.
func (c *Channels) State(id ChannelID) ChannelState {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byID[id].State
}

// Add begins to index a channel behind a message, or indexes a paused one again. Its title and name are brought up to date. The watermark is
// stored with it, so from here on no post can be missed, whatever dies when.
func (c *Channels) Add(ctx context.Context, id ChannelID, title, username string, behind MessageID) (Channel, error) {
	return c.change(ctx, id, func(ch *Channel) error {
		ch.Title, ch.Username = title, username
		if ch.State != ChannelActive && ch.State != ChannelPaused {
			ch.Low, ch.Gaps = behind, nil
		}
		ch.State = ChannelActive
		return nil
	})
}

// Pause stops indexing a channel; its posts are owed.
func (c *Channels) Pause(ctx context.Context, id ChannelID) (Channel, error) {
	return c.move(ctx, id, ChannelPaused)
}

// Resume indexes a paused channel again, and what was posted meanwhile.
func (c *Channels) Resume(ctx context.Context, id ChannelID) (Channel, error) {
	return c.move(ctx, id, ChannelActive)
}

// Remove stops indexing a channel; the indexer then takes its files out of the index.
func (c *Channels) Remove(ctx context.Context, id ChannelID) (Channel, error) {
	return c.move(ctx, id, ChannelRemoving)
}

func (c *Channels) move(ctx context.Context, id ChannelID, to ChannelState) (Channel, error) {
	return c.change(ctx, id, func(ch *Channel) error {
		if ch.State == "" || ch.State == ChannelRemoved || ch.State == ChannelRemoving && to != ChannelRemoving {
			return ErrChannelUnknown
		}
		ch.State = to
		return nil
	})
}

// change writes first and remembers then, so that what an admin was told holds after a crash. Ledgers are kept several times a second: a change
// that began before an admin's and ended after it would undo it.
func (c *Channels) change(ctx context.Context, id ChannelID, fn func(*Channel) error) (Channel, error) {
	c.changing.Lock()
	defer c.changing.Unlock()
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
	ch.Version = c.next(ch.Version)
	if err := putReplica(ctx, c.pools, channelsCollection, ch); err != nil {
		return Channel{}, fmt.Errorf("channel %d: %w", id, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byID[id] = ch
	return ch, nil
}

// keepLedger stores how far a channel is indexed.
func (c *Channels) keepLedger(ctx context.Context, id ChannelID, l Ledger) error {
	_, err := c.change(ctx, id, func(ch *Channel) error {
		ch.Low, ch.Gaps = l.Low, slices.Clone(l.Gaps)
		return nil
	})
	return err
}

// removed marks a channel whose files have left, unless it was added again meanwhile.
func (c *Channels) removed(ctx context.Context, id ChannelID) error {
	_, err := c.change(ctx, id, func(ch *Channel) error {
		if ch.State != ChannelRemoving {
			return errStays
		}
		ch.State, ch.Low, ch.Gaps = ChannelRemoved, 0, nil
		return nil
	})
	if errors.Is(err, errStays) {
		return nil
	}
	return err
}

var errNotLoaded = errors.New("it is not known yet which channels are indexed")

var errStays = errors.New("the channel was added again")

// removing returns the channels whose files are leaving.
func (c *Channels) removing() []ChannelID {
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

// next is a version above the one before, also when the clock went back.
func (c *Channels) next(version int64) int64 { return max(version+1, c.now().UnixMicro()) }
