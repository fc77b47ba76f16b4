package bot

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/internal/phrase"
)

// network is Telegram as the bot's client sees it: it notes requests and answers the few that these tests need.
type network struct {
	slow map[string]time.Duration // method → how long its answer takes
	fail map[string]error

	start time.Time
	mu    sync.Mutex
	calls []string
	at    []time.Duration
}

// Invoke implements tg.Invoker.
func (n *network) Invoke(_ context.Context, input bin.Encoder, output bin.Decoder) error {
	method, said := "", ""
	switch r := input.(type) {
	case *tg.MessagesSetBotCallbackAnswerRequest:
		method, said = "answer", r.Message
	case *tg.MessagesSendMessageRequest:
		method, said = "send", r.Message
	case *tg.MessagesGetMessagesRequest:
		method = "get"
	}
	time.Sleep(n.slow[method])
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls, n.at = append(n.calls, method+": "+said), append(n.at, time.Since(n.start))
	if err := n.fail[method]; err != nil {
		return err
	}
	if box, ok := output.(*tg.BoolBox); ok {
		box.Bool = &tg.BoolTrue{}
	}
	if box, ok := output.(*tg.UpdatesBox); ok {
		box.Updates = &tg.Updates{}
	}
	return nil
}

const admin, member = 1, 2

func phrases(t *testing.T) *phrase.Book {
	t.Helper()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// tapped runs one tap through the router of a bot whose only outside world is the network.
func tapped(t *testing.T, n *network, handle func(*Bot) handler, e *Event) *network {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	n.start = time.Now()
	b := &Bot{opts: Options{Admins: []int64{admin}, Logger: log}, deps: Deps{Phrases: phrases(t)}, queue: newSendQueue(SendLimits{}, log, time.Now)}
	b.tg = &messenger{api: tg.NewClient(n), queue: b.queue, sent: func(Chat, int) {}}
	b.router = newRouter(handle(b), b.finish, log)
	var running sync.WaitGroup
	running.Go(func() { b.queue.Run(ctx) })
	hctx, stopHandlers := context.WithCancel(ctx)
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		b.router.Run(hctx)
	}()
	synctest.Wait()
	b.router.submit(e)
	synctest.Wait()
	time.Sleep(time.Minute)
	stopHandlers()
	<-handled
	stop()
	running.Wait()
	return n
}

func theBot(b *Bot) handler { return b.handle }

func TestTap_ForgedDataOfAnAdminIsRefusedAtTheAction(t *testing.T) {
	for _, d := range []tapData{
		{Action: actAdd, Channel: 5, To: 9},
		{Action: actChannel, Verb: "pause", Channel: 5},
		{Action: actChannel, Verb: "resume", Channel: 5},
		{Action: actChannel, Verb: "list", Channel: 5},
		{Action: actChannel, Verb: "remove", Channel: 5},
		{Action: actChannel, Verb: "remove!", Channel: 5},
		{Action: actIndex, Channel: 5, To: 9},
		{Action: actCancel, ID: "abcdefghij"},
	} {
		for _, owner := range []int64{0, member} {
			d.Owner = owner
			synctest.Test(t, func(t *testing.T) {
				n := tapped(t, new(network), theBot, &Event{Kind: Tap, From: Person{ID: member}, Chat: private(member), QueryID: 7, Data: d.encode()})
				if len(n.calls) != 1 || !strings.Contains(n.calls[0], "for the club's admins") {
					t.Errorf("%s: %q", d.encode(), n.calls)
				}
			})
		}
	}
}

func TestTap_AnyBytesAreAnswered(t *testing.T) {
	for data, want := range map[string]string{
		"": "from another time", "1": "from another time", "9g:1:5": "from another time", "1g:1": "from another time", "1g:0:zzzzzzzzzzzzzzzzz": "from another time",
		"1g:1:5":                 "belong to somebody else",
		string([]byte{0, 255}):   "from another time",
		strings.Repeat("1g", 40): "from another time",
		"1n:2":                   "answer: ",
	} {
		synctest.Test(t, func(t *testing.T) {
			n := tapped(t, new(network), theBot, &Event{Kind: Tap, From: Person{ID: member}, Chat: private(member), QueryID: 7, Data: []byte(data)})
			if len(n.calls) != 1 || !strings.Contains(n.calls[0], want) {
				t.Errorf("%q: %q", data, n.calls)
			}
		})
	}
}

func TestTap_SlowWorkStopsTheClockAndItsErrorIsSaidInTheChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &network{slow: map[string]time.Duration{"get": 5 * time.Second}, fail: map[string]error{"get": tgerr.New(400, "MESSAGE_IDS_EMPTY")}}
		tapped(t, n, theBot, &Event{Kind: Tap, From: Person{ID: member}, Chat: private(member), MessageID: 3, QueryID: 7, Data: tapData{Action: actSuggest, Owner: member}.encode()})
		if len(n.calls) != 3 || n.calls[0] != "answer: " || n.at[0] > time.Second || !strings.HasPrefix(n.calls[2], "send: Something went wrong") {
			t.Errorf("%q at %v", n.calls, n.at)
		}
	})
}

func TestRouter_APanicIsAnsweredAndStopsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := tapped(t, new(network), func(*Bot) handler {
			return func(context.Context, *Event) error { panic("out of cheese") }
		}, &Event{Kind: Tap, From: Person{ID: member}, Chat: private(member), QueryID: 7})
		if len(n.calls) != 1 || !strings.HasPrefix(n.calls[0], "answer: Something went wrong") {
			t.Errorf("%q", n.calls)
		}
	})
}

func TestFinish_AnHoursWaitHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := tapped(t, new(network), func(b *Bot) handler {
			return func(ctx context.Context, e *Event) error {
				e.clock.answered.Store(true) // as after "Here it comes…"
				b.queue.mu.Lock()
				b.queue.parks[parkKey{chat: e.Chat}] = time.Now().Add(50 * time.Second)
				b.queue.mu.Unlock()
				return errors.Join(errTelegramWaits, ctx.Err())
			}
		}, &Event{Kind: Tap, From: Person{ID: member}, Chat: private(member), QueryID: 7})
		if len(n.calls) != 1 || !strings.HasPrefix(n.calls[0], "send: Telegram made me wait") || n.at[0] < 50*time.Second {
			t.Errorf("%q at %v", n.calls, n.at)
		}
	})
}
