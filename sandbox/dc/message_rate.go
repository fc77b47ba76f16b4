package dc

import (
	"fmt"
	"slices"
	"time"

	"github.com/gotd/td/tgerr"
)

// messageRate simulates one of Telegram's limits for the messages of an account. New messages and edits count alike.
type messageRate struct {
	most   int // 0: no limit
	within time.Duration
	made   map[chatOf][]time.Time
	floods int
}

// chatOf is what a limit counts: an account's messages to one chat or, with chat 0, to all.
type chatOf struct{ account, chat int64 }

// LimitChats allows an account most sends and edits to a chat within a time. More are answered with FLOOD_WAIT. 0 removes the limit.
func (f *Faults) LimitChats(most int, within time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.chatRate = newMessageRate(most, within)
}

// LimitAccounts allows an account most sends and edits in all within a time. More are answered with FLOOD_WAIT. 0 removes the limit.
func (f *Faults) LimitAccounts(most int, within time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.accountRate = newMessageRate(most, within)
}

// ChatFloods returns how many calls LimitChats has refused.
func (f *Faults) ChatFloods() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.chatRate.floods
}

// AccountFloods returns how many calls LimitAccounts has refused.
func (f *Faults) AccountFloods() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.accountRate.floods
}

func newMessageRate(most int, within time.Duration) messageRate {
	return messageRate{most: most, within: within, made: map[chatOf][]time.Time{}}
}

// countMessage counts a send or edit, or returns FLOOD_WAIT. A refused one is not counted. A bot may pay for its messages beyond the limit of its account.
func (f *Faults) countMessage(account int64, method string, body []byte) error {
	switch method {
	case "messages.sendMessage", "messages.sendMedia", "messages.sendMultiMedia", "messages.forwardMessages", "messages.editMessage":
	default:
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.chatRate.most == 0 && f.accountRate.most == 0 {
		return nil
	}
	inChat, inAll, now := chatOf{account, f.target(body)}, chatOf{account: account}, time.Now()
	if err := f.chatRate.refuse(inChat, now); err != nil {
		return err
	}
	if err := f.accountRate.refuse(inAll, now); err != nil {
		if f.isPaid(body) && f.dc.world.PayFloodskip(account) {
			return nil
		}
		return err
	}
	f.chatRate.count(inChat, now)
	f.accountRate.count(inAll, now)
	return nil
}

// isPaid tells whether a request says that the bot pays for it beyond the free limit.
func (f *Faults) isPaid(body []byte) bool {
	r, ok := f.decode(body).(interface{ GetAllowPaidFloodskip() bool })
	return ok && r.GetAllowPaidFloodskip()
}

// refuse returns FLOOD_WAIT where the limit is reached.
func (r *messageRate) refuse(key chatOf, now time.Time) error {
	if r.most == 0 {
		return nil
	}
	r.made[key] = slices.DeleteFunc(r.made[key], func(at time.Time) bool { return now.Sub(at) >= r.within })
	if made := r.made[key]; len(made) >= r.most {
		r.floods++
		return tgerr.New(420, fmt.Sprintf("FLOOD_WAIT_%d", int((r.within-now.Sub(made[0])).Seconds())+1))
	}
	return nil
}

func (r *messageRate) count(key chatOf, now time.Time) {
	if r.most > 0 {
		r.made[key] = append(r.made[key], now)
	}
}
