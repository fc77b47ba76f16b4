package access_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/fault"
)

// Not parallel, as all tests with the list of required channels. The chat's guard has the same order: bot/access.New.
func TestGate_RefusesInTheOrderOfTheChat(t *testing.T) {
	required := newGate(t)
	required.require(t, false, access.NeedMember)
	defer required.require(t, false)
	isAdmin := func(person filter.UserID) bool { return person == theAdmin }
	bans, err := access.NewBans(openPostgres(t, shared.PostgresURL), access.BansOptions{IsAdmin: isAdmin, Logger: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	const budget = 2
	limits := newLimits(t, nil, access.Settings{}.WithBudget(access.Tap, budget), time.Now)
	g := access.Gate{Bans: bans, Limits: limits, Required: required.Required, IsAdmin: isAdmin}
	admit := func(person filter.UserID, want error) {
		t.Helper()
		if err := g.Admit(t.Context(), access.Tap, person); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}

	person := someone()
	admit(person, access.ErrJoinFirst) // and it is counted
	var join *access.JoinFirstError
	if err := g.Admit(t.Context(), access.Tap, person); !errors.As(err, &join) || len(join.Lists) != 1 || join.Lists[0].Channels[0].ID != required.channel {
		t.Errorf("the channels to join: %v", err)
	}
	var often *fault.RetryError
	if err := g.Admit(t.Context(), access.Tap, person); !errors.As(err, &often) || !errors.Is(err, access.ErrTooOften) || often.After <= 0 {
		t.Errorf("the limit comes before the channels: %v", err)
	}
	if _, err := bans.Add(t.Context(), person, theAdmin, time.Hour, ""); err != nil {
		t.Fatal(err)
	}
	admit(person, access.ErrBanned)

	banned := someone()
	ban, err := bans.Add(t.Context(), banned, theAdmin, time.Hour, "")
	if err != nil {
		t.Fatal(err)
	}
	for range budget + 1 {
		admit(ban.Person, access.ErrBanned)
	}
	if v := limits.Count(t.Context(), access.Tap, banned); !v.Allowed {
		t.Error("a banned person's events are counted")
	}

	required.in[required.channel] = true
	admit(someone(), nil)
	required.in[required.channel] = false
	for range budget { // an admin need not join, and has the limit of all
		admit(theAdmin, nil)
	}
	admit(theAdmin, access.ErrTooOften)
}
