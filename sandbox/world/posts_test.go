package world_test

import (
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

func TestPostFiles_BurstIsQuickAndEveryPostIsPushedInOrder(t *testing.T) {
	const channels, each = 20, 1000
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	var ids []int64
	for range channels {
		ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "", true))
		if err := s.Promote(ch, bot.id, world.AdminRights()); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, ch)
	}
	bot.updates()
	start := time.Now()
	var wg sync.WaitGroup
	for _, ch := range ids {
		wg.Go(func() {
			if _, err := s.PostFiles(ann.id, world.ChannelPeer(ch), files(each)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	last := map[int64]int{}
	total := 0
	for _, u := range bot.updates() {
		n, ok := u.(*tg.UpdateNewChannelMessage)
		if !ok {
			continue
		}
		total++
		ch := n.Message.(*tg.Message).PeerID.(*tg.PeerChannel).ChannelID
		if last[ch] != 0 && n.Pts != last[ch]+1 {
			t.Fatalf("channel %d: pts %d after %d", ch, n.Pts, last[ch])
		}
		last[ch] = n.Pts
	}
	if total != channels*each {
		t.Errorf("%d posts pushed, want %d", total, channels*each)
	}
	t.Logf("%d posts in %s", total, took)
	if took > 2*time.Minute {
		t.Errorf("%d posts took %s", total, took)
	}
}

func TestHistoryCap_ForgetsTheOldest(t *testing.T) {
	s := newScene(t, world.Options{HistoryCap: 10})
	ann, ben := s.user("ann"), s.user("ben")
	ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "", true))
	must[[]world.Posted](t)(s.PostFiles(ann.id, world.ChannelPeer(ch), files(50)))
	must[[]world.Posted](t)(s.PostFiles(ann.id, world.UserPeer(ben.id), files(50)))
	for _, chat := range []world.Peer{world.ChannelPeer(ch), world.UserPeer(ben.id)} {
		h := must[[]*tg.Message](t)(s.History(ann.id, chat))
		if len(h) < 10 || len(h) > 11 {
			t.Errorf("%v keeps %d", chat, len(h))
		}
	}
}
