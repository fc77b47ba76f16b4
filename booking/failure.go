package booking

import (
	"context"
	"errors"
	"fmt"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// Errors made of Postgres errors. Callers may retry ErrBusy and ErrUnreachable; after the latter the change may have been committed.
var (
	ErrSlotTaken   = fault.New(fault.Conflict, "slot_taken")
	ErrBusy        = fault.New(fault.Unavailable, "busy")
	ErrUnreachable = fault.New(fault.Unavailable, "booking_down")
)

// ErrText refuses a text with the character NUL, which Postgres cannot store.
var ErrText = fault.New(fault.Invalid, "text")

// translate turns errors of Postgres into errors for people. It returns a fault unchanged.
func translate(ctx context.Context, err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	switch storage.SQLState(err) {
	case "23P01":
		if storage.Violated(err, "booking_slot_no_overlap") {
			return fmt.Errorf("%w: %w", ErrSlotTaken, err)
		}
	case "22021", "22P05": // in a text, in JSON
		return fmt.Errorf("%w: %w", ErrText, err)
	case "55P03", "40001", "40P01", "57014":
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	if errors.Is(err, storage.ErrNoConn) {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	if ctx.Err() == nil && storage.Unreachable(err) {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return err
}
