package telegram

import (
	"fmt"

	"github.com/gotd/td/tgerr"
)

// paidRefusedError reports that Telegram does not take a paid message. It is no tgerr.Error, so the queue does not wait for a FLOOD_WAIT.
type paidRefusedError struct{ name string }

// Error implements error.
func (p paidRefusedError) Error() string {
	return fmt.Sprintf("telegram refuses a paid message: %s", p.name)
}

// orPaidRefusal returns a paidRefusedError if Telegram refuses the payment of a message. A bot that may not pay, or has too few Stars, gets a
// FLOOD_WAIT at the free limits.
func orPaidRefusal(err error) error {
	if rpc, ok := tgerr.As(err); ok && (rpc.Type == "BALANCE_TOO_LOW" || rpc.Type == "FLOOD_WAIT") {
		return paidRefusedError{rpc.Type}
	}
	return err
}
