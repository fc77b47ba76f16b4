package dc_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/proto/codec"
	"github.com/gotd/td/session"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/sandbox/dc"
	"pavilion/sandbox/world"
)

// pair is a connected bot and a person who has started it.
type pair struct {
	dc     *dc.DC
	person world.User
	bot    world.User

	mu      sync.Mutex
	updates []string // texts of new messages, in the order of arrival
	came    chan struct{}
}

// withBot runs fn with a connected bot that records its updates.
func withBot(t *testing.T, fn func(ctx context.Context, p *pair, api *tg.Client)) {
	t.Helper()
	p := &pair{dc: start(t, dc.Options{}), came: make(chan struct{}, 100)}
	w := p.dc.World()
	var err error
	if p.person, err = w.AddUser("9996621234", "Asha", "", "asha", "en"); err != nil {
		t.Fatal(err)
	}
	if p.bot, err = w.AddBot(world.BotSpec{Token: token, Username: "pavilionbot", Name: "Pavilion"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SendText(p.person.ID, world.UserPeer(p.bot.ID), "/start"); err != nil {
		t.Fatal(err)
	}
	storage, err := p.dc.Session(t.Context(), p.bot.ID)
	if err != nil {
		t.Fatal(err)
	}
	err = client(t, p.dc, dcs.PlainOptions{}, telegram.Options{SessionStorage: storage, UpdateHandler: telegram.UpdateHandlerFunc(p.keep)},
		func(ctx context.Context, c *telegram.Client) error {
			if _, err := c.API().UpdatesGetState(ctx); err != nil {
				return err
			}
			fn(ctx, p, c.API())
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
}

func (p *pair) keep(_ context.Context, u tg.UpdatesClass) error {
	list, ok := u.(*tg.Updates)
	if !ok {
		return nil
	}
	for _, one := range list.Updates {
		n, ok := one.(*tg.UpdateNewMessage)
		if !ok {
			continue
		}
		if m, ok := n.Message.(*tg.Message); ok && !m.Out {
			p.mu.Lock()
			p.updates = append(p.updates, m.Message)
			p.mu.Unlock()
			p.came <- struct{}{}
		}
	}
	return nil
}

// await waits for n updates and returns all of them.
func (p *pair) await(ctx context.Context, t *testing.T, n int) string {
	t.Helper()
	for range n {
		select {
		case <-p.came:
		case <-ctx.Done():
			t.Fatal("updates did not come")
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.updates, " ")
}

func (p *pair) say(t *testing.T, text string) {
	t.Helper()
	if _, err := p.dc.World().SendText(p.person.ID, world.UserPeer(p.bot.ID), text); err != nil {
		t.Fatal(err)
	}
}

// send sends a message as the bot.
func (p *pair) send(ctx context.Context, api *tg.Client, to int64, text string, random int64) error {
	_, err := api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
		Peer: &tg.InputPeerUser{UserID: to, AccessHash: p.dc.World().Hash(p.bot.ID, world.UserPeer(to))}, Message: text, RandomID: random,
	})
	return err
}

// received counts the person's messages from the bot with a text.
func (p *pair) received(t *testing.T, text string) int {
	t.Helper()
	all, err := p.dc.World().History(p.person.ID, world.UserPeer(p.bot.ID))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range all {
		if m.Message == text {
			n++
		}
	}
	return n
}

func TestFaults_FloodWaitHoldsForItsMethodItsChatAndItsTime(t *testing.T) {
	withBot(t, func(ctx context.Context, p *pair, api *tg.Client) {
		other, err := p.dc.World().AddUser("9996625678", "Ben", "", "ben", "en")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.dc.World().SendText(other.ID, world.UserPeer(p.bot.ID), "/start"); err != nil {
			t.Fatal(err)
		}
		const seconds = 3
		p.dc.Faults().FloodWait("messages.sendMessage", p.person.ID, seconds)
		end := time.Now().Add(seconds * time.Second)
		wait, flooded := tgerr.AsFloodWait(p.send(ctx, api, p.person.ID, "a", 1))
		if !flooded || wait <= 0 || wait > seconds*time.Second {
			t.Errorf("flood wait %v, %s", flooded, wait)
		}
		if err := p.send(ctx, api, other.ID, "b", 2); err != nil {
			t.Errorf("another chat: %v", err)
		}
		if _, err := api.UpdatesGetState(ctx); err != nil {
			t.Errorf("another method: %v", err)
		}
		timer := time.NewTimer(time.Until(end))
		defer timer.Stop()
		<-timer.C
		if err := p.send(ctx, api, p.person.ID, "c", 3); err != nil {
			t.Errorf("after the wait: %v", err)
		}
		p.dc.Faults().FloodWait("messages.forwardMessages", p.person.ID, 60)
		_, err = api.MessagesForwardMessages(ctx, &tg.MessagesForwardMessagesRequest{
			FromPeer: &tg.InputPeerSelf{}, ToPeer: &tg.InputPeerUser{UserID: p.person.ID}, ID: []int{1}, RandomID: []int64{4},
		})
		if _, flooded := tgerr.AsFloodWait(err); !flooded {
			t.Errorf("a forward to the chat: %v", err)
		}
	})
}

func TestFaults_FailuresAndDelaysEndAfterSoMany(t *testing.T) {
	withBot(t, func(ctx context.Context, p *pair, api *tg.Client) {
		p.dc.Faults().Fail("messages.sendMessage", 500, "WORKER_BUSY_TOO_LONG_RETRY", 2)
		p.dc.Faults().Delay("messages.sendMessage", 150*time.Millisecond, 3)
		began := time.Now()
		for i := range 2 {
			if err := p.send(ctx, api, p.person.ID, "a", int64(i)+1); !tgerr.IsCode(err, 500) {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if err := p.send(ctx, api, p.person.ID, "a", 3); err != nil {
			t.Error(err)
		}
		if n := p.received(t, "a"); n != 1 {
			t.Errorf("arrived %d times", n)
		}
		if took := time.Since(began); took < 150*time.Millisecond {
			t.Errorf("took %s", took)
		}
		if n := p.dc.Faults().Calls("messages.sendMessage"); n != 3 {
			t.Errorf("%d calls counted", n)
		}
	})
}

func TestFaults_ALostAnswerLeavesTheMessageThereOnce(t *testing.T) {
	withBot(t, func(ctx context.Context, p *pair, api *tg.Client) {
		p.dc.Faults().LoseAnswers("messages.sendMessage", 1)
		err := p.send(ctx, api, p.person.ID, "once", 7)
		for err != nil && !tgerr.Is(err, "RANDOM_ID_DUPLICATE") && ctx.Err() == nil {
			err = p.send(ctx, api, p.person.ID, "once", 7) // with the same random_id, as a careful client does
		}
		if n := p.received(t, "once"); n != 1 {
			t.Errorf("arrived %d times; last error %v", n, err)
		}
		if n := p.dc.Faults().Calls("messages.sendMessage"); n < 1 {
			t.Errorf("%d calls", n)
		}
	})
}

func TestFaults_DoubledAndReorderedUpdates(t *testing.T) {
	withBot(t, func(_ context.Context, p *pair, _ *tg.Client) {
		wire := listen(t, p.dc, p.bot.ID)
		p.dc.Faults().Double(p.bot.ID, true)
		p.say(t, "one")
		if got := wire(2); got != "one one" {
			t.Errorf("doubled: %q", got)
		}
		p.dc.Faults().Double(p.bot.ID, false)
		p.dc.Faults().Reorder(p.bot.ID, true)
		p.say(t, "two")
		p.say(t, "three")
		if got := wire(2); got != "three two" {
			t.Errorf("reordered: %q", got)
		}
		p.say(t, "four") // no later update overtakes it, so it arrives after holdBack
		if got := wire(1); got != "four" {
			t.Errorf("held back: %q", got)
		}
		p.dc.Faults().Reorder(p.bot.ID, false)
	})
}

// listen opens a connection of an account that returns updates in the order of the wire, because gotd's client handles each in its own goroutine. The
// returned function reads the next n new messages.
func listen(t *testing.T, d *dc.DC, account int64) func(n int) string {
	t.Helper()
	storage, err := d.Session(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	data, err := (&session.Loader{Storage: storage}).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := crypto.Key(data.AuthKey).WithID()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	cipher, frames := crypto.NewClientCipher(crypto.DefaultRand()), codec.Intermediate{}
	var request, frame bin.Buffer
	if err := (&tg.UpdatesGetStateRequest{}).Encode(&request); err != nil {
		t.Fatal(err)
	}
	err = errors.Join(frames.WriteHeader(conn), cipher.Encrypt(key, crypto.EncryptedMessageData{
		Salt: data.Salt, SessionID: 1, MessageID: int64(proto.NewMessageID(time.Now(), proto.MessageFromClient)), SeqNo: 1,
		MessageDataLen: int32(request.Len()), MessageDataWithPadding: request.Buf, Message: &tg.UpdatesGetStateRequest{},
	}, &frame), frames.Write(conn, &frame))
	if err != nil {
		t.Fatal(err)
	}
	next := func() *bin.Buffer {
		var b bin.Buffer
		if err := frames.Read(conn, &b); err != nil {
			t.Fatal(err)
		}
		msg, err := cipher.DecryptFromBuffer(key, &b)
		if err != nil {
			t.Fatal(err)
		}
		return &bin.Buffer{Buf: msg.Data()}
	}
	for { // the server pushes nothing before the answer
		if id, _ := next().PeekID(); id == proto.ResultTypeID {
			break
		}
	}
	return func(n int) string {
		var texts []string
		for len(texts) < n {
			var u tg.Updates
			if err := u.Decode(next()); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, u.Updates[0].(*tg.UpdateNewMessage).Message.(*tg.Message).Message)
		}
		return strings.Join(texts, " ")
	}
}

func TestFaults_ACutConnectionComesBackAndUpdatesGoOn(t *testing.T) {
	withBot(t, func(ctx context.Context, p *pair, api *tg.Client) {
		p.dc.Faults().Cut(p.bot.ID)
		for {
			if _, err := api.UpdatesGetState(ctx); err == nil {
				break
			} else if ctx.Err() != nil {
				t.Fatal(err)
			}
		}
		p.say(t, "after")
		if got := p.await(ctx, t, 1); got != "after" {
			t.Errorf("updates %q", got)
		}
	})
}

func TestFaults_EditsCountLikeMessages(t *testing.T) {
	t.Parallel()
	withBot(t, func(ctx context.Context, p *pair, api *tg.Client) {
		peer := &tg.InputPeerUser{UserID: p.person.ID, AccessHash: p.dc.World().Hash(p.bot.ID, world.UserPeer(p.person.ID))}
		u, err := api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{Peer: peer, Message: "0", RandomID: 7})
		if err != nil {
			t.Fatal(err)
		}
		sent, ok := u.(*tg.Updates)
		if !ok {
			t.Fatalf("%T", u)
		}
		id := 0
		for _, x := range sent.Updates {
			if x, ok := x.(*tg.UpdateMessageID); ok {
				id = x.ID
			}
		}
		p.dc.Faults().LimitChats(2, time.Hour)
		for i := range 3 {
			_, err = api.MessagesEditMessage(ctx, &tg.MessagesEditMessageRequest{Peer: peer, ID: id, Message: strings.Repeat("x", i+1)})
			if _, flood := tgerr.AsFloodWait(err); flood != (i == 2) {
				t.Errorf("edit %d: %v", i+1, err)
			}
		}
		if n := p.dc.Faults().ChatFloods(); n != 1 {
			t.Errorf("%d refusals are counted", n)
		}
	})
}

func TestLimitAccounts_CountsAllChats(t *testing.T) {
	withBot(t, func(ctx context.Context, p *pair, api *tg.Client) {
		w := p.dc.World()
		people, err := w.AddPeople(4, p.bot.ID, "en")
		if err != nil {
			t.Fatal(err)
		}
		p.dc.Faults().LimitAccounts(3, time.Hour)
		for i, to := range people {
			_, err := api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
				Peer: &tg.InputPeerUser{UserID: to.ID, AccessHash: w.Hash(p.bot.ID, world.UserPeer(to.ID))}, Message: "hello", RandomID: int64(i + 1),
			})
			if _, flood := tgerr.AsFloodWait(err); flood != (i == 3) {
				t.Errorf("message %d: %v", i+1, err)
			}
		}
		if n := p.dc.Faults().AccountFloods(); n != 1 {
			t.Errorf("%d refusals are counted", n)
		}
	})
}

func TestLimitAccounts_ABotPaysForMessagesBeyondThem(t *testing.T) {
	withBot(t, func(ctx context.Context, p *pair, api *tg.Client) {
		w := p.dc.World()
		people, err := w.AddPeople(1, p.bot.ID, "en")
		if err != nil {
			t.Fatal(err)
		}
		p.dc.Faults().LimitAccounts(1, time.Hour)
		sent := int64(0)
		send := func(paid bool) error {
			sent++
			_, err := api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
				Peer: &tg.InputPeerUser{UserID: people[0].ID, AccessHash: w.Hash(p.bot.ID, world.UserPeer(people[0].ID))}, Message: "hello", RandomID: sent, AllowPaidFloodskip: paid,
			})
			return err
		}
		if err := send(true); err != nil {
			t.Errorf("within the limit: %v", err)
		}
		if _, flood := tgerr.AsFloodWait(send(true)); !flood {
			t.Error("a bot without Stars was not held to the limit")
		}
		const balance = 100_001
		if err := w.GiveStars(p.bot.ID, balance); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if err := send(true); err != nil {
				t.Errorf("paid: %v", err)
			}
		}
		if _, flood := tgerr.AsFloodWait(send(false)); !flood {
			t.Error("a message without the flag was not held to the limit")
		}
		if spent := balance - w.Stars(p.bot.ID); spent != 1 {
			t.Errorf("ten messages cost %d Stars, want 1", spent)
		}
	})
}
