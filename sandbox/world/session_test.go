// A client of the world without a network: it sends TL to Handle and keeps the pushed updates.

package world_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/sandbox/world"
)

// session is a signed-in client; api calls go through bytes in both directions, as over the network.
type session struct {
	id   int64
	from world.Caller
	api  *tg.Client

	mu  sync.Mutex
	got []tg.UpdateClass
}

type scene struct {
	*world.World
	t        *testing.T
	ctx      context.Context //nolint:containedctx // the test's own
	mu       sync.Mutex
	sessions map[[8]byte][]*session
	keys     uint64
	random   int64
}

func newScene(t *testing.T, o world.Options) *scene {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	s := &scene{World: world.New(o), t: t, ctx: ctx, sessions: map[[8]byte][]*session{}}
	s.SetPusher(s.push)
	return s
}

func (s *scene) push(key [8]byte, id int64, updates tg.UpdatesClass) {
	var b bin.Buffer
	if err := updates.Encode(&b); err != nil {
		s.t.Errorf("push: %v", err)
		return
	}
	again, err := tg.DecodeUpdates(&b)
	if err != nil {
		s.t.Errorf("push: %v", err)
		return
	}
	s.mu.Lock()
	list := s.sessions[key]
	s.mu.Unlock()
	for _, to := range list {
		if id == 0 || to.from.Session == id {
			to.mu.Lock()
			to.got = append(to.got, again.(*tg.Updates).Updates...)
			to.mu.Unlock()
		}
	}
}

// connect makes a session that is not signed in.
func (s *scene) connect() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys++
	c := &session{}
	binary.LittleEndian.PutUint64(c.from.AuthKey[:], s.keys)
	c.from.Session = int64(s.keys) * 10
	c.api = tg.NewClient(invoker{s.World, c.from})
	s.sessions[c.from.AuthKey] = append(s.sessions[c.from.AuthKey], c)
	return c
}

func (s *scene) signIn(id int64) *session {
	s.t.Helper()
	c := s.connect()
	c.id = id
	if err := s.SignIn(c.from.AuthKey, id); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *scene) user(name string) *session {
	s.t.Helper()
	u, err := s.AddUser("", name, "", name, "en")
	if err != nil {
		s.t.Fatal(err)
	}
	return s.signIn(u.ID)
}

func (s *scene) bot(name string) *session {
	s.t.Helper()
	s.keys++
	u, err := s.AddBot(world.BotSpec{
		Token: fmt.Sprintf("%d:secret", 7000+s.keys), Username: name, Name: name,
		Inline: true, Feedback: true,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.signIn(u.ID)
}

type invoker struct {
	w    *world.World
	from world.Caller
}

func (i invoker) Invoke(ctx context.Context, in bin.Encoder, out bin.Decoder) error {
	var b bin.Buffer
	if err := in.Encode(&b); err != nil {
		return err
	}
	answer, err := i.w.Handle(ctx, i.from, &b)
	if err != nil {
		return err
	}
	b.Reset()
	if err := answer.Encode(&b); err != nil {
		return err
	}
	return out.Decode(&b)
}

// updates returns the updates that were pushed since the last call.
func (c *session) updates() []tg.UpdateClass {
	c.mu.Lock()
	defer c.mu.Unlock()
	got := c.got
	c.got = nil
	return got
}

// to returns this session's InputPeer of an account.
func (s *scene) to(viewer *session, id int64) *tg.InputPeerUser {
	return &tg.InputPeerUser{UserID: id, AccessHash: s.Hash(viewer.id, world.UserPeer(id))}
}

func (s *scene) inUser(viewer *session, id int64) *tg.InputUser {
	return &tg.InputUser{UserID: id, AccessHash: s.Hash(viewer.id, world.UserPeer(id))}
}

func (s *scene) inChannel(viewer *session, id int64) *tg.InputChannel {
	return &tg.InputChannel{ChannelID: id, AccessHash: s.Hash(viewer.id, world.ChannelPeer(id))}
}

func (s *scene) toChannel(viewer *session, id int64) *tg.InputPeerChannel {
	return &tg.InputPeerChannel{ChannelID: id, AccessHash: s.Hash(viewer.id, world.ChannelPeer(id))}
}

// text sends a text and returns the sender's id of it.
func (s *scene) text(from *session, to tg.InputPeerClass, text string) int {
	s.t.Helper()
	s.random++
	u, err := from.api.MessagesSendMessage(s.ctx, &tg.MessagesSendMessageRequest{Peer: to, Message: text, RandomID: s.random})
	if err != nil {
		s.t.Fatalf("send %q: %v", text, err)
	}
	return sentID(u)
}

func sentID(u tg.UpdatesClass) int {
	for _, one := range u.(*tg.Updates).Updates {
		if id, ok := one.(*tg.UpdateMessageID); ok {
			return id.ID
		}
	}
	return 0
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantError(t *testing.T, err error, message string) {
	t.Helper()
	rpc, ok := tgerr.As(err)
	if !ok || rpc.Message != message {
		t.Errorf("error %v, want %s", err, message)
	}
}

// messagesIn returns the new messages in updates.
func messagesIn(list []tg.UpdateClass) []*tg.Message {
	var out []*tg.Message
	for _, u := range list {
		var m tg.MessageClass
		switch u := u.(type) {
		case *tg.UpdateNewMessage:
			m = u.Message
		case *tg.UpdateNewChannelMessage:
			m = u.Message
		}
		if m, ok := m.(*tg.Message); ok {
			out = append(out, m)
		}
	}
	return out
}
