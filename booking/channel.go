package booking

import (
	"context"

	"pavilion/internal/fault"
)

// Channel is a means of sending messages to members.
type Channel string

// The channels.
const (
	ByTelegram Channel = "telegram"
	ByEmail    Channel = "email"
	BySMS      Channel = "sms"
)

// messenger sends messages over one channel. The kind of its error decides whether the message may be sent again, over this channel or another:
//
//   - Gone: not sent, and this channel does not reach the member;
//   - Unavailable: not sent, and the channel cannot be used for now;
//   - any other error: it may have been sent.
type messenger interface {
	Send(ctx context.Context, m Message) error
}

// ErrRefused is returned by a messenger when an address does not exist. The address is not used again.
var ErrRefused = fault.New(fault.Gone, "refused")

// Reasons for giving up a channel. Their codes are stored as a Failure's reason.
var (
	errNoChannel = fault.New(fault.Gone, "not_set_up")
	errNoAddress = fault.New(fault.Gone, "no_address")
	errMaybeSent = fault.New(fault.Gone, "unsure")
	errNoWorker  = fault.New(fault.Gone, "not_worked")
)

// deliveryQueue is the queue of a channel's jobs. Telegram has its own queue, because only the bot's process can send there.
func (c Channel) deliveryQueue() Queue {
	if c == ByTelegram {
		return ChatQueue
	}
	return JobQueue
}

// deduplicates reports whether the channel recognises a repeated message. Telegram does, by Message.Once; email and SMS deliver it again.
func (c Channel) deduplicates() bool { return c == ByTelegram }
