package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

const (
	receivers    = 20 // people who open the link at once
	linkedPosts  = 50
	telegramRate = 30 // messages a second that Telegram allows a bot
)

var startLink = regexp.MustCompile(`\?start=([A-Za-z0-9_-]+)`)

// deliveries measures the files per second of many deliveries at once: people open a link to a channel's posts. Each file is one call, one transaction
// that moves the cursor, and its share of a read of the posts. The baseline is the rate that Telegram allows.
func (b *bench) deliveries(ctx context.Context) error {
	w := b.scene.DC.World()
	ask := fmt.Sprintf("/link https://t.me/c/%d/2 https://t.me/c/%d/%d", b.scene.Channel, b.scene.Channel, linkedPosts+1) // the first message is the channel's creation
	if _, err := w.SendText(b.scene.Admin.ID, world.UserPeer(b.scene.BotID), ask); err != nil {
		return err
	}
	link, err := w.WaitMessage(ctx, b.scene.Admin.ID, func(chat world.Peer, m *tg.Message) bool {
		return chat == world.UserPeer(b.scene.BotID) && !m.Out && startLink.MatchString(m.Message)
	})
	if err != nil {
		return fmt.Errorf("the link: %w", err)
	}
	payload := startLink.FindStringSubmatch(link.Message)[1]
	var ids []int64
	for i := range receivers {
		u, err := w.AddUser(fmt.Sprintf("99966%05d", 40_000+i), "Receiver", fmt.Sprint(i), "", "en")
		if err != nil {
			return err
		}
		ids = append(ids, u.ID)
	}
	done := fmt.Sprintf("%d files sent", linkedPosts)
	errs := make([]error, len(ids))
	start := time.Now()
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			if _, errs[i] = w.SendText(id, world.UserPeer(b.scene.BotID), "/start "+payload); errs[i] != nil {
				return
			}
			_, errs[i] = w.WaitMessage(ctx, id, func(chat world.Peer, m *tg.Message) bool {
				return chat == world.UserPeer(b.scene.BotID) && strings.Contains(m.Message, done)
			})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("deliveries: %w", err)
	}
	b.figure("deliveries", float64(receivers*linkedPosts)/time.Since(start).Seconds(), "files/s", telegramRate)
	return nil
}
