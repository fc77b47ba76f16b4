package dc

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// Faults injects faults for tests and for the operator of a demo.
type Faults struct {
	dc      *DC
	names   map[uint32]string
	objects map[uint32]func() bin.Object

	mu          sync.Mutex
	rules       []*rule
	calls       map[string]int
	waiters     []chan struct{}
	doubled     map[int64]bool
	reversed    map[int64]bool
	held        map[route]*held
	chatRate    messageRate
	accountRate messageRate
}

// rule is one fault for a method.
type rule struct {
	method string // empty: all
	chat   int64  // 0: all
	times  int    // left
	delay  time.Duration
	err    *tgerr.Error
	lose   bool      // handle the call, then cut the connection before the answer
	until  time.Time // the end of a FLOOD_WAIT, which ignores times
}

// route is the receiver of updates: all sessions of a key, or one of them.
type route struct {
	key     [8]byte
	session int64
}

// held is an update that waits until the next one of its route overtakes it.
type held struct {
	account int64
	updates tg.UpdatesClass
	timer   *time.Timer
}

func newFaults(d *DC) *Faults {
	f := &Faults{dc: d, names: map[uint32]string{}, objects: tg.TypesConstructorMap(), calls: map[string]int{}, doubled: map[int64]bool{}, reversed: map[int64]bool{}, held: map[route]*held{}}
	for id, name := range tg.TypesMap() {
		f.names[id], _, _ = strings.Cut(name, "#")
	}
	return f
}

// FloodWait makes a method answer FLOOD_WAIT for a number of seconds, in one chat or, with 0, in all.
func (f *Faults) FloodWait(method string, chat int64, seconds int) {
	f.add(&rule{method: method, chat: chat, until: time.Now().Add(time.Duration(seconds) * time.Second)})
}

// Fail makes the next calls of a method fail.
func (f *Faults) Fail(method string, code int, message string, times int) {
	f.add(&rule{method: method, times: times, err: tgerr.New(code, message)})
}

// Delay makes the next calls of a method take longer.
func (f *Faults) Delay(method string, d time.Duration, times int) {
	f.add(&rule{method: method, times: times, delay: d})
}

// LoseAnswers handles the next calls of a method but cuts the caller's connections before the answer. A client that does not reuse its random_id does
// these calls twice.
func (f *Faults) LoseAnswers(method string, times int) {
	f.add(&rule{method: method, times: times, lose: true})
}

// Cut closes the connections of an account, or with 0 of all accounts.
func (f *Faults) Cut(accountID int64) {
	if accountID == 0 {
		f.dc.server.Cut([8]byte{})
		return
	}
	for _, key := range f.dc.world.KeysOf(accountID) {
		f.dc.server.Cut(key)
	}
}

// DuplicateKey ends the sessions of an account, as if another host had used its auth key.
func (f *Faults) DuplicateKey(accountID int64) {
	for _, key := range f.dc.world.KeysOf(accountID) {
		f.dc.keys.Duplicate(key)
	}
}

// Double starts or stops to deliver every update of an account twice.
func (f *Faults) Double(accountID int64, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.doubled[accountID] = on
}

// Reorder starts or stops to deliver every two updates of an account in reverse order.
func (f *Faults) Reorder(accountID int64, on bool) {
	f.mu.Lock()
	f.reversed[accountID] = on
	f.mu.Unlock()
	if on {
		return
	}
	f.mu.Lock()
	var waiting []route
	for to, h := range f.held {
		if h.account == accountID {
			waiting = append(waiting, to)
		}
	}
	f.mu.Unlock()
	for _, to := range waiting {
		f.flush(to)
	}
}

// Calls returns the number of calls of a method.
func (f *Faults) Calls(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

// WaitCalls waits until a method has been called n times.
func (f *Faults) WaitCalls(ctx context.Context, method string, n int) error {
	for {
		f.mu.Lock()
		enough := f.calls[method] >= n
		wake := make(chan struct{})
		f.waiters = append(f.waiters, wake)
		f.mu.Unlock()
		if enough {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %d calls of %s: %w", n, method, context.Cause(ctx))
		case <-wake:
		}
	}
}

func (f *Faults) add(r *rule) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, r)
}

// before applies the faults to a request: it delays it, refuses it, or returns lose when the answer must not arrive.
func (f *Faults) before(ctx context.Context, key [8]byte, body []byte) (lose bool, refusal error) {
	id, err := (&bin.Buffer{Buf: body}).PeekID()
	if err != nil {
		return false, nil //nolint:nilerr // the world answers with an error
	}
	delay, lose, refusal := f.consult(f.names[id], body)
	if refusal == nil {
		refusal = f.countMessage(f.dc.world.AccountOf(key), f.names[id], body)
	}
	if delay > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(delay):
		}
	}
	return lose, refusal
}

func (f *Faults) consult(name string, body []byte) (delay time.Duration, lose bool, refusal error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[name]++
	for _, w := range f.waiters {
		close(w)
	}
	f.waiters = nil
	now := time.Now()
	var left []*rule
	for _, r := range f.rules {
		matches := (r.method == "" || r.method == name) && (r.chat == 0 || r.chat == f.target(body))
		switch {
		case !r.until.IsZero():
			if now.After(r.until) {
				continue
			}
			if matches && refusal == nil {
				refusal = tgerr.New(420, fmt.Sprintf("FLOOD_WAIT_%d", int(r.until.Sub(now).Seconds())+1))
			}
		case matches && refusal == nil:
			r.times--
			delay += r.delay
			lose = lose || r.lose
			if r.err != nil {
				refusal = r.err
			}
			if r.times <= 0 {
				continue
			}
		}
		left = append(left, r)
	}
	f.rules = left
	return delay, lose, refusal
}

// decode decodes a request; nil if it cannot.
func (f *Faults) decode(body []byte) bin.Object {
	id, err := (&bin.Buffer{Buf: body}).PeekID()
	if err != nil || f.objects[id] == nil {
		return nil
	}
	request := f.objects[id]()
	if err := request.Decode(&bin.Buffer{Buf: slices.Clone(body)}); err != nil {
		return nil
	}
	return request
}

// target returns the id of the user, group or channel of a request, 0 if it has none.
func (f *Faults) target(body []byte) int64 {
	switch r := f.decode(body).(type) {
	case interface{ GetPeer() tg.InputPeerClass }:
		return peerID(r.GetPeer())
	case interface{ GetToPeer() tg.InputPeerClass }: // forwards
		return peerID(r.GetToPeer())
	case interface{ GetChannel() tg.InputChannelClass }:
		if ch, ok := r.GetChannel().(*tg.InputChannel); ok {
			return ch.ChannelID
		}
	}
	return 0
}

func peerID(in tg.InputPeerClass) int64 {
	switch p := in.(type) {
	case *tg.InputPeerUser:
		return p.UserID
	case *tg.InputPeerChat:
		return p.ChatID
	case *tg.InputPeerChannel:
		return p.ChannelID
	}
	return 0
}

// holdBack is the longest time that a held update waits.
const holdBack = 200 * time.Millisecond

// push applies the faults to updates of the world and delivers them.
func (f *Faults) push(key [8]byte, session int64, updates tg.UpdatesClass) {
	to, account := route{key, session}, f.dc.world.AccountOf(key)
	f.mu.Lock()
	double, reorder := f.doubled[account], f.reversed[account]
	var overtaken *held
	if reorder {
		if overtaken = f.held[to]; overtaken == nil {
			f.held[to] = &held{account, updates, time.AfterFunc(holdBack, func() { f.flush(to) })}
			f.mu.Unlock()
			return
		}
		delete(f.held, to)
		overtaken.timer.Stop()
	}
	f.mu.Unlock()
	f.deliver(to, updates)
	if double {
		f.deliver(to, updates)
	}
	if overtaken != nil {
		f.deliver(to, overtaken.updates)
	}
}

func (f *Faults) flush(to route) {
	f.mu.Lock()
	h := f.held[to]
	delete(f.held, to)
	f.mu.Unlock()
	if h != nil {
		h.timer.Stop()
		f.deliver(to, h.updates)
	}
}

func (f *Faults) deliver(to route, updates tg.UpdatesClass) {
	if err := f.dc.server.Push(to.key, to.session, updates); err != nil {
		f.dc.opts.Logger.LogAttrs(context.Background(), slog.LevelWarn, "an update could not be sent", slog.Any("error", err))
	}
}

// release drops the held updates.
func (f *Faults) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.held {
		h.timer.Stop()
	}
	clear(f.held)
}
