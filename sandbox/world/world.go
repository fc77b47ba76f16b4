// The world: one lock around one state, and the outbox.

package world

import (
	"cmp"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gotd/td/tg"
)

// Options configure a World. The zero value works.
type Options struct {
	Logger *slog.Logger
	Now    func() time.Time
	// HistoryCap is the number of messages that a chat keeps; older ones are dropped. 0 means 100,000.
	HistoryCap int
	// LogCap is the number of events that an account or a channel keeps for getDifference; a client that is further behind
	// gets "too long". 0 means 50,000.
	LogCap int
	// SliceSize is the largest number of events in one getDifference answer. 0 means 500.
	SliceSize int
	// AnswerTimeout limits the wait for a bot's answer to a button or an inline query. 0 means 10 s.
	AnswerTimeout time.Duration
	// MaxChannels is the number of channels and supergroups that a person can be in. 0 means 500.
	MaxChannels int
	// Host, Port and DC are sent to clients by help.getConfig. SetAddress changes them.
	Host string
	Port int
	DC   int
}

// World is a simulated Telegram. Its methods may be called from any goroutine.
type World struct {
	o        Options
	dispatch *tg.ServerDispatcher
	names    map[uint32]string
	rules    map[string]usability
	outbox   outbox

	mu sync.Mutex
	state
	keys      map[int64]map[[8]byte]bool     // account -> the auth keys signed in to it
	online    map[[8]byte]map[int64]struct{} // auth key -> sessions that want updates
	codes     map[string]string              // phone -> code hash of the sent code
	uploads   map[uploadKey]*upload
	uploaded  []uploadKey
	callbacks callbackDesk
	inline    inlineDesk
	payments  paymentDesk
	watchers  map[int64]map[*watcher]struct{}
	changed   chan struct{} // closed at the next change; nil if no goroutine waits
}

// New returns an empty world.
func New(o Options) *World {
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.Now == nil {
		o.Now = time.Now
	}
	o.HistoryCap = cmp.Or(o.HistoryCap, 100_000)
	o.LogCap = cmp.Or(o.LogCap, 50_000)
	o.SliceSize = cmp.Or(o.SliceSize, 500)
	o.AnswerTimeout = cmp.Or(o.AnswerTimeout, 10*time.Second)
	o.MaxChannels = cmp.Or(o.MaxChannels, 500)
	o.Host = cmp.Or(o.Host, "127.0.0.1")
	o.DC = cmp.Or(o.DC, 2)
	w := &World{
		o:         o,
		names:     methodNames(),
		rules:     methodRules(),
		state:     newState(rand.Uint64()),
		keys:      map[int64]map[[8]byte]bool{},
		online:    map[[8]byte]map[int64]struct{}{},
		codes:     map[string]string{},
		uploads:   map[uploadKey]*upload{},
		callbacks: newCallbackDesk(),
		inline:    newInlineDesk(),
		payments:  newPaymentDesk(),
		watchers:  map[int64]map[*watcher]struct{}{},
	}
	w.dispatch = w.routes()
	return w
}

// SetAddress sets the address for help.getConfig, once the listener has one.
func (w *World) SetAddress(host string, port, dc int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.o.Host, w.o.Port, w.o.DC = host, port, dc
}

// unlock releases the lock, pushes the rendered updates, and then wakes the waiters, because they may wait for a pushed
// update.
func (w *World) unlock() {
	w.mu.Unlock()
	w.outbox.drain()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// now returns the world's time in Unix seconds.
func (w *World) now() int { return int(w.o.Now().Unix()) }
