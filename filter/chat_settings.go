package filter

import (
	"context"
	"fmt"
	"sync"
	"time"

	"pavilion/storage"
)

// ChatSettings holds the settings of groups. They are few, so every pool stores all of them and the process keeps them in memory.
type ChatSettings struct {
	pools *storage.Pools
	now   func() time.Time

	mu   sync.Mutex
	byID map[ChatID]chatSetting // nil until loaded
}

// NewChatSettings makes ChatSettings over pools.
func NewChatSettings(pools *storage.Pools, now func() time.Time) *ChatSettings {
	return &ChatSettings{pools: pools, now: now}
}

// GroupSearch reports whether members may search in a group. They may until an admin switches it off.
func (c *ChatSettings) GroupSearch(ctx context.Context, chat ChatID) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.loadOnce(ctx); err != nil {
		return false, err
	}
	return !c.byID[chat].SearchOff, nil
}

// SetGroupSearch switches search in a group on or off.
func (c *ChatSettings) SetGroupSearch(ctx context.Context, chat ChatID, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.loadOnce(ctx); err != nil {
		return err
	}
	s := chatSetting{ID: int64(chat), SearchOff: !on, Version: max(c.byID[chat].Version+1, c.now().UnixMicro())}
	if err := writeReplica(ctx, c.pools, chatsCollection, s); err != nil {
		return fmt.Errorf("settings of chat %d: %w", chat, err)
	}
	c.byID[chat] = s
	return nil
}

// Move copies the settings of a group to the supergroup that replaced it, unless the supergroup has settings of its own.
func (c *ChatSettings) Move(ctx context.Context, from, to ChatID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.loadOnce(ctx); err != nil {
		return err
	}
	s, ok := c.byID[from]
	if _, own := c.byID[to]; !ok || own {
		return nil
	}
	s.ID, s.Version = int64(to), max(s.Version, c.now().UnixMicro())
	if err := writeReplica(ctx, c.pools, chatsCollection, s); err != nil {
		return fmt.Errorf("settings of chat %d: %w", to, err)
	}
	c.byID[to] = s
	return nil
}

func (c *ChatSettings) loadOnce(ctx context.Context) error {
	if c.byID != nil {
		return nil
	}
	list, err := loadReplicas[chatSetting](ctx, c.pools, chatsCollection)
	if err != nil {
		return fmt.Errorf("chat settings: %w", err)
	}
	c.byID = map[ChatID]chatSetting{}
	for _, s := range list {
		c.byID[ChatID(s.ID)] = s
	}
	return nil
}
