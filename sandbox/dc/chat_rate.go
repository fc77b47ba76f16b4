package dc

import (
	"fmt"
	"slices"
	"time"

	"github.com/gotd/td/tgerr"
)

// chatRate simulates Telegram's limit for the messages of one account to one chat. New messages and edits count alike.
type chatRate struct {
	most   int // 0: no limit
	within time.Duration
	made   map[chatOf][]time.Time
	floods int
}

type chatOf struct{ account, chat int64 }

// LimitChats allows an account most sends and edits to a chat within a time. More are answered with FLOOD_WAIT. 0 removes the limit.
func (f *Faults) LimitChats(most int, within time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rate = chatRate{most: most, within: within, made: map[chatOf][]time.Time{}}
}

// ChatFloods returns how many calls the limit has refused.
func (f *Faults) ChatFloods() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rate.floods
}

// countMessage counts a send or edit, or returns FLOOD_WAIT.
func (f *Faults) countMessage(account int64, method string, body []byte) error {
	switch method {
	case "messages.sendMessage", "messages.sendMedia", "messages.sendMultiMedia", "messages.forwardMessages", "messages.editMessage":
	default:
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rate.most == 0 {
		return nil
	}
	key, now := chatOf{account, f.target(body)}, time.Now()
	made := slices.DeleteFunc(f.rate.made[key], func(at time.Time) bool { return now.Sub(at) >= f.rate.within })
	if len(made) >= f.rate.most {
		f.rate.floods++
		f.rate.made[key] = made
		return tgerr.New(420, fmt.Sprintf("FLOOD_WAIT_%d", int((f.rate.within-now.Sub(made[0])).Seconds())+1))
	}
	f.rate.made[key] = append(made, now)
	return nil
}
