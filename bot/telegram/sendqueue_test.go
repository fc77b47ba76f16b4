package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gotd/td/tgerr"
)

// outbox is what the calls of a test did, in order.
type outbox struct {
	queue *sendQueue
	start time.Time
	waits sync.WaitGroup

	mu   sync.Mutex
	made []string        // what was sent
	at   []time.Duration // when, since the start
	errs map[string]error
}

// newOutbox runs a queue until the test ends; inside a synctest bubble.
func newOutbox(t *testing.T, l SendLimits) *outbox {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	o := &outbox{queue: newSendQueue(l, slog.New(slog.DiscardHandler), time.Now), start: time.Now(), errs: map[string]error{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.queue.Run(ctx)
	}()
	t.Cleanup(func() {
		o.waits.Wait()
		stop()
		<-ended
	})
	return o
}

// call is one that succeeds, or fails as flooded, in turn.
func (o *outbox) call(name string, lane Lane, chat Chat, method string, fail ...error) call {
	return call{lane: lane, chat: chat, method: method, limited: method == "messages.sendMessage", invoke: func(context.Context) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.made, o.at = append(o.made, name), append(o.at, time.Since(o.start))
		if len(fail) == 0 {
			return nil
		}
		err := fail[0]
		fail = fail[1:]
		return err
	}}
}

// send makes a call in the background, so that many can wait.
func (o *outbox) send(ctx context.Context, name string, lane Lane, chat Chat, method string, fail ...error) {
	c := o.call(name, lane, chat, method, fail...)
	o.waits.Go(func() {
		err := o.queue.do(ctx, c)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.errs[name] = err
	})
	synctest.Wait()
}

func (o *outbox) when(name string) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	if i := slices.Index(o.made, name); i >= 0 {
		return o.at[i]
	}
	return -1
}

func private(id int64) Chat { return Chat{ID: id, Type: Private} }
func flood(seconds int) error {
	return tgerr.New(420, fmt.Sprintf("FLOOD_WAIT_%d", seconds))
}

const text = "messages.sendMessage"

func TestSendQueue_AnswersBeforeBulkBeforeBroadcast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{PerSecond: 1})
		o.send(t.Context(), "first", LaneAnswer, private(9), text) // takes the only token
		for i := range 3 {
			o.send(t.Context(), fmt.Sprint("broadcast ", i), LaneBroadcast, private(int64(10+i)), text)
			o.send(t.Context(), fmt.Sprint("bulk ", i), LaneBulk, private(int64(20+i)), text)
			o.send(t.Context(), fmt.Sprint("answer ", i), LaneAnswer, private(int64(30+i)), text)
		}
		o.send(t.Context(), "a tap", LaneAnswer, Chat{}, "messages.setBotCallbackAnswer")
		o.waits.Wait()
		want := []string{"first", "a tap", "answer 0", "answer 1", "answer 2", "bulk 0", "bulk 1", "bulk 2", "broadcast 0", "broadcast 1", "broadcast 2"}
		if !slices.Equal(o.made, want) {
			t.Errorf("order %q, want %q", o.made, want)
		}
	})
}

func TestSendQueue_MessagesThatGoFirstLeaveEachFourthTurnToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{PerSecond: 1})
		o.send(t.Context(), "token", LaneBulk, private(9), text) // takes the only token
		begin := func(name string, chat int64, first bool) {
			c := o.call(name, LaneBulk, private(chat), text)
			c.first = first
			o.waits.Go(func() { _ = o.queue.do(t.Context(), c) })
			synctest.Wait()
		}
		for i := range int64(3) {
			begin(fmt.Sprint("other ", i), 20+i, false)
		}
		for i := range int64(8) {
			begin(fmt.Sprint("first ", i), 30+i, true)
		}
		o.waits.Wait()
		want := []string{"token", "first 0", "first 1", "first 2", "other 0", "first 3", "first 4", "first 5", "other 1", "first 6", "first 7", "other 2"}
		if !slices.Equal(o.made, want) {
			t.Errorf("order %q, want %q", o.made, want)
		}
	})
}

func TestSendQueue_ABurstOfAnswersGoesAtOnceBesideABroadcast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		for i := range 200 {
			o.send(t.Context(), fmt.Sprint("broadcast ", i), LaneBroadcast, private(int64(1000+i)), text)
		}
		time.Sleep(2 * time.Second) // the broadcast has used the first burst
		asked := time.Since(o.start)
		for i := range 10 {
			o.send(t.Context(), fmt.Sprint("answer ", i), LaneAnswer, private(int64(i+1)), text)
		}
		o.waits.Wait()
		for i := range 10 {
			if waited := o.when(fmt.Sprint("answer ", i)) - asked; waited != 0 {
				t.Errorf("answer %d waited %s", i, waited)
			}
		}
	})
}

func TestSendQueue_SlowBackgroundCallsLeaveRoomForAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{Concurrency: 4})
		hang := make(chan struct{})
		for i := range 8 {
			c := o.call(fmt.Sprint("slow ", i), LaneBulk, private(int64(10+i)), text)
			done := c.invoke
			c.invoke = func(ctx context.Context) error {
				<-hang
				return done(ctx)
			}
			o.waits.Go(func() { _ = o.queue.do(t.Context(), c) })
		}
		synctest.Wait()
		o.send(t.Context(), "answer", LaneAnswer, private(1), text)
		if o.when("answer") != 0 {
			t.Error("the answer waits for background calls")
		}
		close(hang)
		o.waits.Wait()
	})
}

func TestSendQueue_LimitsInAllToAChatAndToAGroup(t *testing.T) {
	for _, c := range []struct {
		name   string
		chat   func(i int) Chat
		sends  int
		within time.Duration // the most that may go at once
		most   int
		takes  time.Duration
	}{
		{"in all", func(i int) Chat { return private(int64(i + 1)) }, 90, time.Second, 61, 2 * time.Second}, // a burst of 30, then 30 a second
		{"to one chat", func(int) Chat { return private(1) }, 10, time.Second, 4, 7 * time.Second},          // a burst of 3, then one a second
		{"to one group at once", func(int) Chat { return Chat{ID: 1, Type: Group} }, 10, time.Second, 4, 7 * time.Second},
		{"to one group", func(int) Chat { return Chat{ID: 1, Type: Group} }, 50, time.Minute, 41, 90 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutbox(t, SendLimits{})
				for i := range c.sends {
					o.send(t.Context(), fmt.Sprint(i), LaneAnswer, c.chat(i), text)
				}
				o.waits.Wait()
				for i := range o.at {
					n := 0
					for _, at := range o.at[i:] {
						if at-o.at[i] < c.within {
							n++
						}
					}
					if n > c.most {
						t.Fatalf("%d went within %s", n, c.within)
					}
				}
				if took := o.at[len(o.at)-1]; took < c.takes-time.Second || took > c.takes+time.Second {
					t.Errorf("%d sends took %s, want about %s", c.sends, took, c.takes)
				}
			})
		})
	}
}

func TestSendQueue_FloodWaitParksItsChatOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		o.send(t.Context(), "floodWaitEnd", LaneAnswer, private(1), text, flood(5))
		o.send(t.Context(), "same chat", LaneAnswer, private(1), "messages.editMessage")
		o.send(t.Context(), "other chat", LaneAnswer, private(2), text)
		o.send(t.Context(), "no chat", LaneAnswer, Chat{}, "messages.setBotCallbackAnswer")
		o.waits.Wait()
		if o.when("other chat") != 0 || o.when("no chat") != 0 {
			t.Errorf("others waited: %q at %v", o.made, o.at)
		}
		if at := o.when("same chat"); at < 5*time.Second {
			t.Errorf("the chat was asked again after %s", at)
		}
		if last := o.at[len(o.at)-1]; o.errs["floodWaitEnd"] != nil || last < 5*time.Second || last > 6*time.Second {
			t.Errorf("the floodWaitEnd send ended after %s with %v", last, o.errs["floodWaitEnd"])
		}
	})
}

func TestSendQueue_FloodWaitWithoutAChatParksTheMethod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		o.send(t.Context(), "floodWaitEnd", LaneAnswer, Chat{}, "contacts.resolveUsername", flood(7))
		o.send(t.Context(), "same method", LaneBulk, Chat{}, "contacts.resolveUsername")
		o.send(t.Context(), "other method", LaneAnswer, Chat{}, "channels.getChannels")
		o.send(t.Context(), "a message", LaneAnswer, private(1), text)
		o.waits.Wait()
		if o.when("other method") != 0 || o.when("a message") != 0 || o.when("same method") < 7*time.Second {
			t.Errorf("%q at %v", o.made, o.at)
		}
	})
}

func TestSendQueue_FloodWaitInChatAfterChatIsTheMethods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		for i := range int64(methodFloods) {
			o.send(t.Context(), fmt.Sprint("flooded ", i), LaneAnswer, private(i+1), text, flood(10))
		}
		o.send(t.Context(), "another chat", LaneAnswer, private(99), text)
		o.send(t.Context(), "another method", LaneAnswer, private(99), "messages.editMessage")
		o.waits.Wait()
		if o.when("another chat") < 10*time.Second || o.when("another method") != 0 {
			t.Errorf("%q at %v", o.made, o.at)
		}
	})
}

func TestSendQueue_LongFloodWaitIsToldToThoseWhoCannotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		o.send(ctx, "asked", LaneAnswer, private(1), text, flood(3600))
		o.send(ctx, "next", LaneAnswer, private(1), text)
		if !errors.Is(o.errs["asked"], ErrTelegramWaits) || !errors.Is(o.errs["next"], ErrTelegramWaits) || time.Since(o.start) > 0 {
			t.Errorf("after %s: %v", time.Since(o.start), o.errs)
		}
		for range 100 { // what nobody waits for is kept once
			o.queue.post(o.call("apology", LaneAnswer, private(1), text), time.Now().Add(2*time.Hour))
		}
		time.Sleep(time.Hour + time.Minute)
		synctest.Wait()
		if got := o.made[1:]; !slices.Equal(got, []string{"apology"}) || o.when("apology") < time.Hour {
			t.Errorf("after the wait: %q at %v", o.made, o.at)
		}
	})
}

func TestSendQueue_PassingErrorsAreTriedAgainApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{Attempts: 3})
		broken := errors.New("connection reset")
		for i := range int64(20) {
			o.send(t.Context(), fmt.Sprint("recovers ", i), LaneAnswer, private(i+1), "messages.editMessage", broken, tgerr.New(500, "INTERNAL"))
		}
		o.send(t.Context(), "fails", LaneAnswer, private(50), text, broken, broken, broken, broken)
		o.send(t.Context(), "refused", LaneAnswer, private(51), text, tgerr.New(400, "PEER_ID_INVALID"), nil)
		o.send(t.Context(), "sent before", LaneAnswer, private(52), text, tgerr.New(500, "RANDOM_ID_DUPLICATE"), nil)
		o.waits.Wait()
		times := map[time.Duration]bool{}
		for i, name := range o.made {
			if name[0] == 'r' && o.at[i] > 0 {
				times[o.at[i]] = true
			}
		}
		if len(times) < 30 { // forty repeats
			t.Errorf("repeats came at only %d different times", len(times))
		}
		count := map[string]int{}
		for _, name := range o.made {
			count[name]++
		}
		if o.errs["recovers 0"] != nil || count["recovers 0"] != 3 {
			t.Errorf("recovers: %d tries, %v", count["recovers 0"], o.errs["recovers 0"])
		}
		if o.errs["fails"] == nil || count["fails"] != 3 {
			t.Errorf("fails: %d tries, %v", count["fails"], o.errs["fails"])
		}
		for _, name := range []string{"refused", "sent before"} {
			if o.errs[name] == nil || count[name] != 1 {
				t.Errorf("%s: %d tries, %v", name, count[name], o.errs[name])
			}
		}
	})
}

func TestSendQueue_OneRepeatHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		o.send(t.Context(), "repeats", LaneAnswer, Chat{}, "messages.setBotCallbackAnswer", tgerr.New(500, "INTERNAL"))
		o.send(t.Context(), "next", LaneAnswer, Chat{}, "messages.setBotCallbackAnswer")
		o.waits.Wait()
		if o.when("next") != 0 {
			t.Errorf("%q at %v", o.made, o.at)
		}
	})
}

func TestSendQueue_SoManyCallsAtOnceAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{PerSecond: 1000, Concurrency: 4})
		var mu sync.Mutex
		under, most := 0, 0
		for i := range int64(40) {
			o.waits.Go(func() {
				_ = o.queue.do(t.Context(), call{chat: private(i + 1), method: text, limited: true, invoke: func(context.Context) error {
					mu.Lock()
					under++
					most = max(most, under)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					under--
					mu.Unlock()
					return nil
				}})
			})
		}
		o.waits.Wait()
		if most != 4 || time.Since(o.start) != 10*time.Second {
			t.Errorf("%d at once, %s in all", most, time.Since(o.start))
		}
	})
}

func TestSendQueue_BlockedAndDeletedPeopleAreRecognised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		var marked []int64
		o.queue.onBlocked = func(_ context.Context, id int64) { marked = append(marked, id) }
		for i, code := range []string{"USER_IS_BLOCKED", "INPUT_USER_DEACTIVATED"} {
			o.send(t.Context(), code, LaneAnswer, private(int64(i+1)), text, tgerr.New(400, code))
			if !errors.Is(o.errs[code], ErrBlocked) {
				t.Errorf("%s: %v", code, o.errs[code])
			}
		}
		if !slices.Equal(marked, []int64{1, 2}) {
			t.Errorf("marked %v", marked)
		}
	})
}

func TestSendQueue_GivenUpCallsAreNotMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{ChatPerSecond: 1, ChatBurst: 1})
		ctx, giveUp := context.WithCancel(t.Context())
		o.send(t.Context(), "first", LaneAnswer, private(1), text)
		o.send(ctx, "given up", LaneAnswer, private(1), text)
		o.send(t.Context(), "last", LaneAnswer, private(1), text)
		giveUp()
		o.waits.Wait()
		if !slices.Equal(o.made, []string{"first", "last"}) || o.when("last") > 1100*time.Millisecond {
			t.Errorf("%q at %v", o.made, o.at)
		}
		if !errors.Is(o.errs["given up"], context.Canceled) {
			t.Errorf("%v", o.errs["given up"])
		}
	})
}

func TestSendQueue_StopTellsThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newSendQueue(SendLimits{ChatPerSecond: 0.001, ChatBurst: 1}, slog.New(slog.DiscardHandler), time.Now)
		ctx, stop := context.WithCancel(t.Context())
		go q.Run(ctx)
		c := call{chat: private(1), method: text, limited: true, invoke: func(context.Context) error { return nil }}
		if err := q.do(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		waited := make(chan error, 1)
		go func() { waited <- q.do(t.Context(), c) }()
		synctest.Wait()
		stop()
		if err := <-waited; !errors.Is(err, ErrQueueStopped) {
			t.Errorf("waiting: %v", err)
		}
		if err := q.do(t.Context(), c); !errors.Is(err, ErrQueueStopped) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// The client below ends and cancels the calls under way. Their callers did not give up.
func TestSendQueue_TheEndOfTheClientIsToldFromACallThatWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newSendQueue(SendLimits{}, slog.New(slog.DiscardHandler), time.Now)
		go q.Run(t.Context())
		c := call{chat: private(1), method: text, limited: true, invoke: func(context.Context) error { return fmt.Errorf("client closed: %w", context.Canceled) }}
		if err := q.do(t.Context(), c); !errors.Is(err, ErrQueueStopped) {
			t.Errorf("the client ended: %v", err)
		}
		ctx, giveUp := context.WithCancel(t.Context())
		c.invoke = func(ctx context.Context) error { giveUp(); return ctx.Err() }
		if err := q.do(ctx, c); errors.Is(err, ErrQueueStopped) || !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
	})
}

// TestSendQueue_ManyWhoMustWaitSlowNobodyDown: the next call is found without a look at those that cannot go.
func TestSendQueue_ManyWhoMustWaitSlowNobodyDown(t *testing.T) {
	t.Parallel()
	const waiting, sends = 20_000, 2_000
	q := newSendQueue(SendLimits{PerSecond: 1e6, ChatPerSecond: 1e-6, ChatBurst: 1}, slog.New(slog.DiscardHandler), time.Now)
	ctx, stop := context.WithCancel(t.Context())
	var queue, waits sync.WaitGroup
	queue.Go(func() { q.Run(ctx) })
	send := func(chat Chat) error {
		return q.do(ctx, call{chat: chat, method: text, limited: true, invoke: func(context.Context) error { return nil }})
	}
	for i := range int64(waiting) {
		waits.Go(func() {
			_ = send(private(1 + i%100)) // one of each hundred goes, the rest wait until the end
		})
	}
	start := time.Now()
	for i := range int64(sends) {
		if err := send(private(1000 + i)); err != nil {
			t.Fatal(err)
		}
	}
	took := time.Since(start)
	stop()
	waits.Wait()
	queue.Wait()
	t.Logf("%d sends beside %d that wait: %s", sends, waiting, took)
	if took > 3*time.Second {
		t.Errorf("%d sends beside %d that wait took %s", sends, waiting, took)
	}
}

// Telegram counts each file of an album in a group's limit.
func TestSendQueue_AnAlbumCountsItsFilesInAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		group := Chat{ID: 1, Type: Supergroup}
		for i := range 4 {
			c := o.call(fmt.Sprint("album ", i), LaneBulk, group, text)
			c.messages = 10
			o.waits.Go(func() { _ = o.queue.do(t.Context(), c) })
			synctest.Wait()
		}
		o.waits.Wait()
		if second, third, fourth := o.when("album 1"), o.when("album 2"), o.when("album 3"); second != 0 || third < 2*time.Second || fourth < 30*time.Second {
			t.Errorf("albums of ten went after %s, %s and %s; a group takes 20 messages a minute", second, third, fourth)
		}
	})
}

func TestSendQueue_ACallWithPatienceDoesNotSitOutItsChatsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		patient := func(name string, chat Chat, fail ...error) error {
			c := o.call(name, LaneBroadcast, chat, text, fail...)
			c.patience = 5 * time.Second
			return o.queue.do(t.Context(), c)
		}
		if err := patient("first", private(1), tgerr.New(420, "SLOWMODE_WAIT_60")); !errors.Is(err, ErrTelegramWaits) {
			t.Errorf("a chat that waits for a minute: %v", err)
		}
		if err := patient("second", private(1)); !errors.Is(err, ErrTelegramWaits) || o.when("second") >= 0 {
			t.Errorf("another call for that chat: %v, made at %s", err, o.when("second"))
		}
		if wait := o.queue.chatWait(private(1)); wait != time.Minute {
			t.Errorf("the chat waits for %s", wait)
		}
		if err := patient("short", private(2), flood(3)); err != nil || o.when("short") != 0 || time.Since(o.start) < 3*time.Second {
			t.Errorf("a chat that waits for three seconds: %v after %s", err, time.Since(o.start))
		}
		time.Sleep(time.Minute)
		if err := patient("later", private(1)); err != nil {
			t.Errorf("after the wait: %v", err)
		}
		for i := range methodFloods { // the whole method waits then, and that is not the chat's own wait
			o.send(t.Context(), fmt.Sprint("flood ", i), LaneBroadcast, private(int64(10+i)), text, flood(60))
		}
		began := time.Now()
		if err := patient("held", private(3)); err != nil || time.Since(began) < 50*time.Second {
			t.Errorf("while the whole method waits: %v after %s", err, time.Since(began))
		}
	})
}

func TestSendQueue_TheWaitOfAMethodIsNotThatOfItsChats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		for i := range methodFloods {
			o.send(t.Context(), fmt.Sprint("flood ", i), LaneBroadcast, private(int64(10+i)), text, flood(60))
		}
		o.send(t.Context(), "an edit", LaneAnswer, private(10), "messages.editMessage")
		o.send(t.Context(), "a text", LaneAnswer, private(99), text)
		o.waits.Wait()
		if edit, text := o.when("an edit"), o.when("a text"); edit != 0 || text < time.Minute {
			t.Errorf("the edit goes after %s, the text after %s", edit, text)
		}
	})
}

func TestSendQueue_SlowModeOfGroupsHoldsNoOtherChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(t, SendLimits{})
		for i := range 2 * methodFloods {
			o.send(t.Context(), fmt.Sprint("slow ", i), LaneBroadcast, Chat{ID: int64(10 + i), Type: Supergroup}, text, tgerr.New(420, "SLOWMODE_WAIT_60"))
		}
		o.send(t.Context(), "another", LaneBroadcast, Chat{ID: 99, Type: Supergroup}, text)
		o.waits.Wait()
		if at := o.when("another"); at != 0 {
			t.Errorf("a group without slow mode gets its message after %s", at)
		}
	})
}
