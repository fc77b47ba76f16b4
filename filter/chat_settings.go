package filter

import (
	"context"
	"fmt"
	"sync"
	"time"

	"pavilion/storage"
)

const chatsCollection = "chats"

// ChatSettings are the switches of groups. They are few, so every pool holds them, and memory does.
type ChatSettings struct {
	pools *storage.Pools
	now   func() time.Time

	mu   sync.Mutex
	byID map[ChatID]chatSetting // nil until read once
}

type chatSetting struct {
	ID        int64 `bson:"_id"`
	SearchOff bool  `bson:"search_off,omitempty"`
	Version   int64 `bson:"v"`
}

func (c chatSetting) replicaID() any        { return c.ID }
func (c chatSetting) replicaVersion() int64 { return c.Version }

// NewChatSettings returns the settings kept in pools.
func NewChatSettings(pools *storage.Pools, now func() time.Time) *ChatSettings {
	return &ChatSettings{pools: pools, now: now}
}

// GroupSearch tells whether members may search in a group; they may unless its admins switched it off.
func (c *ChatSettings) GroupSearch(ctx context.Context, chat ChatID) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.load(ctx); err != nil {
		return false, err
	}
	return !c.byID[chat].SearchOff, nil
}

// SetGroupSearch switches search in a group on or off.
func (c *ChatSettings) SetGroupSearch(ctx context.Context, chat ChatID, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.load(ctx); err != nil {
		return err
	}
	s := chatSetting{ID: int64(chat), SearchOff: !on, Version: max(c.byID[chat].Version+1, c.now().UnixMicro())}
	if err := putReplica(ctx, c.pools, chatsCollection, s); err != nil {
		return fmt.Errorf("settings of chat %d: %w", chat, err)
	}
	c.byID[chat] = s
	return nil
}

func (c *ChatSettings) load(ctx context.Context) error {
	if c.byID != nil {
		return nil
	}
	list, _, err := loadReplicas[chatSetting](ctx, c.pools, chatsCollection)
	if err != nil {
		return fmt.Errorf("chat settings: %w", err)
	}
	c.byID = map[ChatID]chatSetting{}
	for _, s := range list {
		c.byID[ChatID(s.ID)] = s
	}
	return nil
}
