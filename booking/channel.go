package booking

import (
	"context"

	"pavilion/internal/fault"
)

// Channel is a way to reach a member.
type Channel string

// The channels.
const (
	ByTelegram Channel = "telegram"
	ByEmail    Channel = "email"
	BySMS      Channel = "sms"
)

// messenger carries messages over one channel. It may be called again for one that was sent just before a crash: Once is the same then, and
// whoever sends derives its own dedupe id from it. An error of the kind Gone means that this way does not lead to the member, one of the kind
// Unavailable that it is closed for now.
type messenger interface {
	Send(ctx context.Context, m Message) error
}

// queue is where the jobs of a channel are worked. Telegram's have one of their own: only the process that is the bot can do them.
func (c Channel) queue() Queue {
	if c == ByTelegram {
		return ChatQueue
	}
	return JobQueue
}

// errNoChannel is why a channel is passed over that this installation does not have.
var errNoChannel = fault.New(fault.Gone, "not_set_up", "The club does not send messages this way.")
