package world_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/telegram/updates"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// follower is gotd's update manager, fed with the updates that the world pushes.
type follower struct {
	manager *updates.Manager
	queue   chan tg.UpdatesClass
	news    chan struct{} // an update was handled

	mu    sync.Mutex
	texts []string
	asked map[string]int // calls to the world by method
}

func (f *follower) take(m tg.MessageClass) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m, ok := m.(*tg.Message); ok {
		f.texts = append(f.texts, m.Message)
	}
	select {
	case f.news <- struct{}{}:
	default:
	}
	return nil
}

func (f *follower) has(n int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.texts) >= n
}

// run follows the world until stop is called.
func (f *follower) run(s *scene, c *session) (stop func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	var wg sync.WaitGroup
	started := make(chan struct{})
	wg.Go(func() {
		err := f.manager.Run(ctx, counted{c.api, f}, c.id, updates.AuthOptions{
			IsBot: true, OnStart: func(context.Context) { close(started) },
		})
		if ctx.Err() == nil {
			s.t.Errorf("manager: %v", err)
		}
	})
	<-started
	wg.Go(func() {
		for {
			select {
			case u := <-f.queue:
				if err := f.manager.Handle(ctx, u); err != nil && ctx.Err() == nil {
					s.t.Errorf("handle: %v", err)
				}
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		wg.Wait()
		f.manager.Reset()
	}
}

type counted struct {
	*tg.Client
	f *follower
}

func (c counted) UpdatesGetDifference(ctx context.Context, r *tg.UpdatesGetDifferenceRequest) (tg.UpdatesDifferenceClass, error) {
	c.f.count("getDifference")
	return c.Client.UpdatesGetDifference(ctx, r)
}

func (c counted) UpdatesGetChannelDifference(
	ctx context.Context, r *tg.UpdatesGetChannelDifferenceRequest,
) (tg.UpdatesChannelDifferenceClass, error) {
	c.f.count("getChannelDifference")
	return c.Client.UpdatesGetChannelDifference(ctx, r)
}

func (f *follower) count(method string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[method]++
}

func TestGotdManager_FollowsWithoutGapsAndCatchesUp(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "", true))
	if err := s.Promote(ch, bot.id, world.AdminRights()); err != nil {
		t.Fatal(err)
	}
	f := &follower{queue: make(chan tg.UpdatesClass, 10_000), news: make(chan struct{}, 1), asked: map[string]int{}}
	d := tg.NewUpdateDispatcher()
	d.OnNewMessage(func(_ context.Context, _ tg.Entities, u *tg.UpdateNewMessage) error { return f.take(u.Message) })
	d.OnNewChannelMessage(func(_ context.Context, _ tg.Entities, u *tg.UpdateNewChannelMessage) error { return f.take(u.Message) })
	f.manager = updates.New(updates.Config{Handler: d})
	s.SetPusher(func(key [8]byte, _ int64, u tg.UpdatesClass) {
		if key == bot.from.AuthKey {
			f.queue <- over(t, u)
		}
	})
	settle := func(n int) {
		t.Helper()
		ctx, cancel := context.WithTimeout(s.ctx, time.Minute)
		defer cancel()
		for !f.has(n) {
			select {
			case <-f.news:
			case <-ctx.Done():
				f.mu.Lock()
				defer f.mu.Unlock()
				t.Fatalf("%d messages, want %d; %v", len(f.texts), n, f.asked)
			}
		}
	}
	post := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			must[int](t)(s.SendText(ann.id, world.UserPeer(bot.id), fmt.Sprint("m", i)))
			must[int](t)(s.SendText(ann.id, world.ChannelPeer(ch), fmt.Sprint("p", i)))
		}
	}

	stop := f.run(s, bot)
	post(0, 50)
	settle(100)
	f.mu.Lock()
	asked := fmt.Sprint(f.asked)
	f.mu.Unlock()
	stop()
	if asked != "map[getChannelDifference:1 getDifference:1]" && asked != "map[getDifference:1]" {
		t.Errorf("while connected it asked for %v: there were gaps", asked)
	}

	post(50, 75)
	for len(f.queue) > 0 {
		<-f.queue // dropped: the manager must fetch it
	}
	stop = f.run(s, bot)
	settle(150)
	stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.Sort(f.texts)
	if got := len(slices.Compact(f.texts)); got != 150 || len(f.texts) != 150 {
		t.Errorf("%d messages, %d different, want 150", len(f.texts), got)
	}
}

// over encodes and decodes updates, as the network does.
func over(t *testing.T, u tg.UpdatesClass) tg.UpdatesClass {
	t.Helper()
	var b bin.Buffer
	if err := u.Encode(&b); err != nil {
		t.Error(err)
	}
	again, err := tg.DecodeUpdates(&b)
	if err != nil {
		t.Error(err)
	}
	return again
}
