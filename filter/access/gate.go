package access

import (
	"context"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// Refusals of a Gate. The chat shows screens in their place.
var (
	ErrBanned    = fault.New(fault.Forbidden, "banned")
	ErrTooOften  = fault.New(fault.TooMany, "too_often")
	ErrJoinFirst = fault.New(fault.Forbidden, "join_first")
)

// JoinFirstError refuses a person who has not joined the required channels.
type JoinFirstError struct{ Lists []MissingOf }

// Error is that of ErrJoinFirst.
func (e *JoinFirstError) Error() string { return ErrJoinFirst.Error() }

// Unwrap returns ErrJoinFirst.
func (e *JoinFirstError) Unwrap() error { return ErrJoinFirst }

// Gate decides whether a person may use the archive outside of the chat. It has the rules and the counts of the chat's guard, in its order: ban, limit,
// required channels.
type Gate struct {
	Bans     *Bans
	Limits   *Limits
	Required *Required
	IsAdmin  func(person filter.UserID) bool // of the club
}

// Admit counts a request of a person, and refuses it by the rules of the chat.
func (g Gate) Admit(ctx context.Context, kind Kind, person filter.UserID) error {
	if _, banned := g.Bans.Of(ctx, person); banned {
		return ErrBanned
	}
	if err := g.Limits.Admit(ctx, kind, person); err != nil {
		return err
	}
	if g.IsAdmin(person) {
		return nil
	}
	if m := g.Required.Missing(ctx, filter.ChatID(person), person); len(m.Lists) > 0 {
		return &JoinFirstError{Lists: m.Lists}
	}
	return nil
}
