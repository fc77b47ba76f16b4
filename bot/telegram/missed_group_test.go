package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
	"pavilion/storage"
)

// missedChannel answers as Telegram does for a supergroup with events up to a pts. Each page has 100 events, and one message named by its last.
type missedChannel struct {
	pts    int
	fail   []error // of the next calls for events; nil succeeds
	asked  []int   // the pts of these calls
	oldest tg.MessageClass
}

func (s *missedChannel) Invoke(_ context.Context, in bin.Encoder, out bin.Decoder) error {
	var answer bin.Encoder
	switch in := in.(type) {
	case *tg.ChannelsGetFullChannelRequest:
		full := &tg.ChannelFull{ID: 7, Pts: s.pts, ChatPhoto: &tg.PhotoEmpty{}, NotifySettings: tg.PeerNotifySettings{}}
		answer = &tg.MessagesChatFull{FullChat: full}
	case *tg.UpdatesGetChannelDifferenceRequest:
		s.asked = append(s.asked, in.Pts)
		if len(s.fail) > 0 {
			err := s.fail[0]
			if s.fail = s.fail[1:]; err != nil {
				return err
			}
		}
		to := min(in.Pts+100, s.pts)
		d := &tg.UpdatesChannelDifference{Final: to == s.pts, Pts: to}
		if s.oldest != nil {
			d.NewMessages = append(d.NewMessages, s.oldest)
			s.oldest = nil
		}
		m := &tg.Message{ID: to, PeerID: &tg.PeerChannel{ChannelID: 7}, Message: fmt.Sprint(to), Date: 50}
		m.SetFromID(&tg.PeerUser{UserID: 5})
		d.NewMessages = append(d.NewMessages, m)
		answer = d
	}
	return answerWith(out, answer)
}

// missedClient is a client in the supergroup 7 and the list of the messages that it handles.
func missedClient(t *testing.T, api *missedChannel) (c *Client, handled *[]string, logged *strings.Builder) {
	t.Helper()
	o := newOutbox(t, SendLimits{})
	logged, handled = new(strings.Builder), new([]string)
	logger := slog.New(slog.NewTextHandler(logged, nil))
	pools := &storage.Pools{}
	c = &Client{
		opts: Options{Logger: logger, Now: time.Now}, changes: newRetryQueue("a change of a chat", logger),
		index: filter.NewIndexer(pools, nil, filter.NewChannels(pools, time.Now), filter.IndexOptions{Logger: logger}),
		state: newState(1, stateStore{}, func(context.Context) error { return nil }, func() bool { return false }, logger),
		handlers: Handlers{
			Message:       func(_ context.Context, e *Event) { *handled = append(*handled, e.Text) },
			Overhears:     func(*Event) bool { return true },
			IsPresenceNew: func(Chat, Presence) bool { return false },
		},
	}
	c.state.setHash(hashKey{"channel", 7}, 1)
	c.Messenger = NewMessenger(api, MessengerOptions{Logger: logger, Now: time.Now})
	c.Messenger.queue, c.Messenger.hash, c.Messenger.setHash = o.queue, c.state.hash, c.state.setHash
	return c, handled, logged
}

// The updates manager begins a channel without a stored pts at its first live message.
func TestMissedMessages_AreReadThoughALiveMessageCameFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, liveFirst := range map[string]bool{"before the update": true, "after it": false} {
			api := &missedChannel{pts: 2000}
			c, handled, _ := missedClient(t, api)
			live := func() { _ = c.state.SetChannelPts(t.Context(), 1, 7, 1250) }
			if liveFirst {
				live()
			}
			missed := noteMissed(c, 7, 50)
			if !liveFirst {
				live()
			}
			if err := missed.read(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(*handled); got != "[350 450 550 650 750 850 950 1050 1150 1250]" {
				t.Errorf("a live message came %s: %s", name, got)
			}
			if again := noteMissed(c, 7, 50); again.read(t.Context(), c) != nil || len(api.asked) != 10 {
				t.Errorf("a live message came %s: read again from %v", name, api.asked)
			}
		}
	})
}

func TestMissedMessages_AnotherTryGoesOnFromThePageThatFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &missedChannel{pts: 300, fail: []error{nil, context.DeadlineExceeded}}
		c, handled, _ := missedClient(t, api)
		_ = c.state.SetChannelPts(t.Context(), 1, 7, 250)
		missed := noteMissed(c, 7, 0)
		if missed.read(t.Context(), c) == nil {
			t.Error("the failed page asks for no other try")
		}
		if err := missed.read(t.Context(), c); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(api.asked, *handled); got != "[1 101 101 201] [101 201 300]" {
			t.Errorf("asked and handled: %s", got)
		}
	})
}

// Changes of other chats wait behind it.
func TestMissedMessages_AreGivenUpAfterARefusalOrAFewTries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := context.DeadlineExceeded
		for name, c := range map[string]struct {
			fail  []error
			tries int
		}{
			"a refusal": {[]error{tgerr.New(400, "PERSISTENT_TIMESTAMP_INVALID")}, 1},
			"no right":  {[]error{tgerr.New(403, "CHAT_GUEST_SEND_FORBIDDEN")}, 1},
			"no answer": {[]error{silent, silent, silent}, missedTries},
		} {
			api := &missedChannel{pts: 300, fail: c.fail}
			client, _, logged := missedClient(t, api)
			missed := noteMissed(client, 7, 0)
			for try := 1; missed.read(t.Context(), client) != nil; try++ {
				if try == c.tries {
					t.Fatalf("%s: tried for ever", name)
				}
			}
			if n := strings.Count(logged.String(), "not read"); len(api.asked) != c.tries || n != 1 || missed.read(t.Context(), client) != nil {
				t.Errorf("%s: %d tries, %d lines in the log", name, len(api.asked), n)
			}
		}
	})
}

func TestMissedMessages_AMigrationAmongThemIsStoredAndNotQueued(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &tg.MessageService{ID: 1, PeerID: &tg.PeerChannel{ChannelID: 7}, Date: 50, Action: &tg.MessageActionChannelMigrateFrom{Title: "Nets", ChatID: 9}}
		api := &missedChannel{pts: 50, oldest: service}
		c, handled, _ := missedClient(t, api)
		_ = c.state.SetChannelPts(t.Context(), 1, 7, 50)
		stored, errAway := 0, errors.New("postgres is away")
		c.handlers.Migrated = func(_ context.Context, from, to Chat) error {
			if stored++; from.ID != 9 || to.ID != 7 {
				t.Errorf("%v became %v", from, to)
			}
			return errAway
		}
		if err := noteMissed(c, 7, 0).read(t.Context(), c); !errors.Is(err, errAway) {
			t.Error(err)
		}
		if stored != 1 || len(*handled) > 0 || !c.changes.isEmpty() {
			t.Errorf("stored %d times; handled before that: %v", stored, *handled)
		}
	})
}
