package broadcast

import (
	"context"
	"time"
)

// Class is the kind of an outcome.
type Class uint8

// The classes.
const (
	Sent       Class = iota
	Gone             // the person blocked the bot, or deleted their account
	Closed           // Telegram lets the bot write nothing in this group
	Refused          // Telegram refuses this recipient for another reason
	Unsendable       // Telegram refuses the message itself
	Unpaid           // Telegram refuses the paid speed
	MustWait         // Telegram makes this chat wait
	Passing          // another try may succeed
	Aborted          // not sent, or in doubt: the send was cut short
)

// Outcome is the end of one send.
type Outcome struct {
	Class    Class
	Name     string        // Telegram's name of the error
	Messages []int         // ids of what was sent; empty where Telegram did not tell
	Wait     time.Duration // of MustWait
}

// unanswered reports that Telegram has neither done nor refused what it was asked.
func (o Outcome) unanswered() bool {
	return o.Class == MustWait || o.Class == Passing || o.Class == Aborted
}

// sender is the way to Telegram. Sends with the same broadcast and recipient are one message to Telegram.
type sender interface {
	Send(ctx context.Context, b Broadcast, to Recipient) Outcome
	// Refresh reads the content again from the first of the author's messages that still exists.
	Refresh(ctx context.Context, b Broadcast, sent []int) (Content, error)
	Edit(ctx context.Context, b Broadcast, to RecipientID, messages []int) Outcome
	// Delete deletes messages of one group, or of several people where group is 0.
	Delete(ctx context.Context, group RecipientID, messages []int) Outcome
}
