package broadcast

import (
	"context"

	"pavilion/filter"
)

// Class is the kind of an outcome.
type Class uint8

// The classes.
const (
	Sent       Class = iota
	Gone             // the person blocked the bot, or deleted their account
	Refused          // Telegram refuses this person for another reason
	Unsendable       // Telegram refuses the message itself
	Passing          // another try may succeed
	Aborted          // not sent, or in doubt: the send was cut short
)

// Outcome is the end of one send.
type Outcome struct {
	Class    Class
	Name     string // Telegram's name of the error
	Messages []int  // ids of what was sent; empty where Telegram did not tell
}

// sender is the way to Telegram. Sends with the same broadcast and person are one message to Telegram.
type sender interface {
	Send(ctx context.Context, b Broadcast, person filter.AudiencePerson) Outcome
	// Refresh reads the content again from the first of the author's messages that still exists.
	Refresh(ctx context.Context, b Broadcast, sent []int) (Content, error)
	Edit(ctx context.Context, b Broadcast, person filter.UserID, messages []int) Outcome
	Delete(ctx context.Context, messages []int) Outcome
}
