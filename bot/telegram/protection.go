package telegram

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/filter"
)

// protectionFor is how long a channel's setting counts without an update of the channel. Telegram does not repeat a change that was made while the
// bot was away.
const protectionFor = 10 * time.Minute

const protectionWithin = 3 * time.Second // to ask for channels' settings

// protections remember which channels restrict saving and forwarding their content.
type protections struct {
	mu    sync.Mutex
	known map[filter.ChannelID]knownProtection
}

type knownProtection struct {
	on    bool
	title string
	at    time.Time
}

func newProtections() *protections {
	return &protections{known: map[filter.ChannelID]knownProtection{}}
}

func (p *protections) note(ch *tg.Channel, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[filter.ChannelID(ch.ID)] = knownProtection{ch.Noforwards, ch.Title, now}
}

func (p *protections) of(id filter.ChannelID, now time.Time) (on, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k, known := p.known[id]
	return k.on, known && now.Sub(k.at) < protectionFor
}

// noteChats learns the protection of the channels among the chats of an update or an answer.
func (m *Messenger) noteChats(chats []tg.ChatClass) {
	for _, c := range chats {
		if ch, ok := c.(*tg.Channel); ok {
			m.noteChannel(ch)
		}
	}
}

func (m *Messenger) noteChannel(ch *tg.Channel) {
	if ch != nil && !ch.Min {
		m.protections.note(ch, m.queue.now())
	}
}

// IsProtected tells whether a file may be delivered only under protection: its post, or every channel that it was posted in, restricts saving and
// forwarding. A channel that cannot be asked counts as protected.
func (m *Messenger) IsProtected(ctx context.Context, f filter.File) bool {
	if f.Media.Protected {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, protectionWithin)
	defer cancel()
	open := func(p filter.Place) bool {
		on, known := m.protections.of(p.Channel, m.queue.now())
		if !known {
			if _, err := m.ChannelByID(ctx, p.Channel); err != nil {
				return false
			}
			on, _ = m.protections.of(p.Channel, m.queue.now())
		}
		return !on
	}
	return len(f.Places) > 0 && !slices.ContainsFunc(f.Places, open)
}
