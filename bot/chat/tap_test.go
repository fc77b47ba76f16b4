package chat

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/internal/phrase"
)

const member = 2

func private(id int64) telegram.Chat { return telegram.Chat{ID: id, Hash: 1} }

// tapped runs one tap through a chat whose only outside world is the network, and returns the calls that it made within a minute.
func tapped(t *testing.T, n *telegramtest.Network, route func(*Chat) ButtonHandler, e *telegram.Event) []telegramtest.Call {
	t.Helper()
	return handled(t, n, func(c *Chat) Routes { return Routes{Taps: map[byte]ButtonHandler{'g': route(c)}} }, e)
}

// handled runs one event in the same way.
func handled(t *testing.T, n *telegramtest.Network, route func(*Chat) Routes, e *telegram.Event) []telegramtest.Call {
	t.Helper()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	n.Start()
	m := telegram.NewMessenger(n, telegram.MessengerOptions{Logger: log, Now: time.Now})
	c := New(Options{Messenger: m, Phrases: book, Logger: log, Now: time.Now})
	if err := c.Route(route(c)); err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { m.Run(ctx) })
	hctx, stopHandlers := context.WithCancel(ctx)
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		c.router.Run(hctx)
	}()
	synctest.Wait()
	c.Submit(e)
	synctest.Wait()
	time.Sleep(time.Minute)
	stopHandlers()
	<-handled
	stop()
	running.Wait()
	return n.Calls()
}

func tap(data string) *telegram.Event {
	return &telegram.Event{Kind: telegram.Tap, From: telegram.Person{ID: member}, Chat: private(member), MessageID: 3, QueryID: 7, Data: []byte(data)}
}

func nothing(*Chat) ButtonHandler {
	return func(context.Context, *telegram.Event, Data) error { return nil }
}

func TestTap_AnyBytesAreAnswered(t *testing.T) {
	for data, want := range map[string]string{
		"": "from another time", "1": "from another time", "9g:1:5": "from another time", "1g": "from another time", "1g:0zzzzzzzzzzzzzzzzz:1": "from another time",
		"1z:2":                   "from another time",
		"1g:1:5":                 "belong to somebody else",
		string([]byte{0, 255}):   "from another time",
		strings.Repeat("1g", 40): "from another time",
		"1n:2":                   "",
	} {
		synctest.Test(t, func(t *testing.T) {
			calls := tapped(t, new(telegramtest.Network), nothing, tap(data))
			if len(calls) != 1 || calls[0].Method != "answer" || !strings.Contains(calls[0].Text, want) {
				t.Errorf("%q: %+v", data, calls)
			}
		})
	}
}

func TestTap_SlowWorkEndsTheProgressBarAndItsErrorIsSaidInTheChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &telegramtest.Network{Slow: map[string]time.Duration{"get": 5 * time.Second}, Fail: map[string][]error{"get": {telegramtest.BadRequest("MESSAGE_IDS_EMPTY")}}}
		calls := tapped(t, n, func(c *Chat) ButtonHandler {
			return func(ctx context.Context, e *telegram.Event, _ Data) error {
				_, err := c.opts.Messenger.TextOf(ctx, e.Chat, e.MessageID)
				return err
			}
		}, tap("1g:2"))
		if len(calls) != 3 || calls[0].Method != "answer" || calls[0].Text != "" || calls[0].At > time.Second || calls[2].Method != "send" || !strings.HasPrefix(calls[2].Text, "Something went wrong") {
			t.Errorf("%+v", calls)
		}
	})
}

func TestRouter_APanicIsAnsweredAndStopsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := tapped(t, new(telegramtest.Network), func(*Chat) ButtonHandler {
			return func(context.Context, *telegram.Event, Data) error { panic("out of cheese") }
		}, tap("1g:2"))
		if len(calls) != 1 || calls[0].Method != "answer" || !strings.HasPrefix(calls[0].Text, "Something went wrong") {
			t.Errorf("%+v", calls)
		}
	})
}

func TestFinish_AnHoursWaitHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &telegramtest.Network{Fail: map[string][]error{"send": {telegramtest.Flood(50)}}}
		calls := tapped(t, n, func(c *Chat) ButtonHandler {
			return func(ctx context.Context, e *telegram.Event, _ Data) error {
				if err := c.opts.Messenger.AnswerTap(ctx, e, "Here it comes…", false); err != nil {
					return err
				}
				_, err := c.opts.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: "it"}, telegram.Cause{Event: e})
				return err // Telegram asks for longer than the handler has
			}
		}, tap("1g:2"))
		if len(calls) != 3 || calls[2].Method != "send" || !strings.HasPrefix(calls[2].Text, "Telegram made me wait") || calls[2].At < 50*time.Second {
			t.Errorf("%+v", calls)
		}
	})
}

func TestFinish_AnErrorOfAMessageThatIsNotForTheBotIsNotSaid(t *testing.T) {
	for _, isAddressed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			fail := func(context.Context, *telegram.Event) error { return ErrButton }
			calls := handled(t, new(telegramtest.Network), func(*Chat) Routes { return Routes{Text: fail} }, &telegram.Event{
				Kind: telegram.Message, From: telegram.Person{ID: member}, Chat: telegram.Chat{ID: 5, Type: telegram.Group}, MessageID: 3, Text: "net", Addressed: isAddressed,
			})
			if got := len(calls) == 1; got != isAddressed {
				t.Errorf("addressed: %t, said: %+v", isAddressed, calls)
			}
		})
	}
}
