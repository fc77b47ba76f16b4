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

// messenger carries messages over one channel. What its error says decides whether the message may go again, by this way or another:
//
//   - kind Gone: it was not sent, and this way does not lead to the member;
//   - kind Unavailable: it was not sent, and the way is closed for now;
//   - any other error: it may have been sent.
type messenger interface {
	Send(ctx context.Context, m Message) error
}

// ErrRefused is a messenger's word that nobody is at an address; it is not used again.
var ErrRefused = fault.New(fault.Gone, "refused", "Nobody can be reached at that address.")

// Why a channel was passed over.
var (
	errNoChannel = fault.New(fault.Gone, "not_set_up", "The club does not send messages this way.")
	errNoAddress = fault.New(fault.Gone, "no_address", "The member has no confirmed address there.")
	errMaybeSent = fault.New(fault.Gone, "unsure", "It may have arrived, so it is not sent again.")
	errNoWorker  = fault.New(fault.Gone, "not_worked", "Nobody worked the queue.")
)

// deliveryQueue is where the jobs of a channel are worked. Telegram's have one of their own: only the process that is the bot can do them.
func (c Channel) deliveryQueue() Queue {
	if c == ByTelegram {
		return ChatQueue
	}
	return JobQueue
}

// deduplicates tells whether the channel itself recognises a message that it has carried before. Telegram does, by Message.Once; mail and SMS
// would deliver it again.
func (c Channel) deduplicates() bool { return c == ByTelegram }
