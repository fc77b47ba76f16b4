package booking_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"pavilion/booking"
)

// slotOp is one call for one slot, and slotDone its result. The model defines the results that a correct system may return.
type slotOp struct {
	slot int
	what string // hold, confirm, cancel, expire
	id   booking.ID
}

type slotDone struct {
	id booking.ID // of a hold that won
	ok bool
}

// slotState is the booking that has a slot (0: none), held or confirmed.
type slotState struct {
	id        booking.ID
	confirmed bool
}

// slotModel is a slot that one booking has at a time. Slots are checked separately.
func slotModel() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			slots := map[int][]porcupine.Operation{}
			for _, op := range history {
				slot := op.Input.(slotOp).slot //nolint:forcetypeassert // recorded below
				slots[slot] = append(slots[slot], op)
			}
			var parts [][]porcupine.Operation
			for _, p := range slots {
				parts = append(parts, p)
			}
			return parts
		},
		Init: func() any { return slotState{} },
		Step: func(state, input, output any) (bool, any) {
			s, in, out := state.(slotState), input.(slotOp), output.(slotDone) //nolint:forcetypeassert // recorded below
			mine := s.id == in.id && s.id != 0
			switch in.what {
			case "hold":
				if out.ok {
					return s.id == 0, slotState{id: out.id}
				}
				return s.id != 0, s
			case "confirm":
				if out.ok {
					return mine && !s.confirmed, slotState{s.id, true}
				}
				return !mine || s.confirmed, s
			case "cancel":
				if out.ok {
					return mine, slotState{}
				}
				return !mine, s
			default: // expire
				if out.ok {
					return mine && !s.confirmed, slotState{}
				}
				return !mine || s.confirmed, s
			}
		},
		Equal: func(a, b any) bool { return a == b },
	}
}

// recorder records the calls of many clients.
type recorder struct {
	mu      sync.Mutex
	began   time.Time
	history []porcupine.Operation
}

func (r *recorder) call(client int, in slotOp, fn func() slotDone) slotDone {
	call := time.Since(r.began).Nanoseconds()
	out := fn()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history = append(r.history, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: time.Since(r.began).Nanoseconds()})
	return out
}

func TestLinearizability_OfHoldsConfirmsCancelsAndExpiries(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	second := b.service(nil)
	r := &recorder{began: time.Now()}
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			s := []*booking.Service{b.Service, second}[client%2]
			for range 15 {
				b.oneRound(r, s, client)
			}
		})
	}
	clients.Wait()
	if result := porcupine.CheckOperationsTimeout(slotModel(), r.history, time.Minute); result != porcupine.Ok {
		t.Errorf("%d operations: %s", len(r.history), result)
	}
	won := 0
	for _, op := range r.history {
		if op.Input.(slotOp).what == "hold" && op.Output.(slotDone).ok { //nolint:forcetypeassert // recorded above
			won++
		}
	}
	if won < 10 {
		t.Errorf("only %d holds won: the history says little", won)
	}
	b.healthy()

	// The same history with one double booking in it must be rejected: a second winner while the first has the slot.
	for i, op := range r.history {
		in, out := op.Input.(slotOp), op.Output.(slotDone) //nolint:forcetypeassert // recorded above
		if in.what == "hold" && !out.ok {
			planted := append([]porcupine.Operation(nil), r.history...)
			planted[i].Output = slotDone{id: 1 << 40, ok: true}
			if result := porcupine.CheckOperationsTimeout(slotModel(), planted, time.Minute); result != porcupine.Illegal {
				t.Errorf("with a planted double booking: %s", result)
			}
			return
		}
	}
	t.Error("no hold lost: nothing to plant")
}

// oneRound holds one of two slots and, if that succeeds, confirms, cancels or expires the hold.
func (b *bundle) oneRound(r *recorder, s *booking.Service, client int) {
	ctx := b.t.Context()
	slot := rand.IntN(2)
	who := player(client)
	held := r.call(client, slotOp{slot: slot, what: "hold"}, func() slotDone {
		h, err := s.Hold(ctx, who, b.want(fmt.Sprintf("2026-06-01T%d:00:00Z", 10+slot), time.Hour, 1))
		if err != nil && !errors.Is(err, booking.ErrSlotTaken) {
			b.t.Error(err)
		}
		return slotDone{id: h.ID, ok: err == nil}
	})
	if !held.ok {
		return
	}
	step := func(what string, fn func() error, refusals ...error) {
		r.call(client, slotOp{slot: slot, what: what, id: held.id}, func() slotDone {
			err := fn()
			for _, refusal := range refusals {
				if errors.Is(err, refusal) {
					return slotDone{}
				}
			}
			if err != nil {
				b.t.Error(err)
			}
			return slotDone{ok: err == nil}
		})
	}
	confirm := func() error { _, err := s.Confirm(ctx, who, held.id); return err }
	cancel := func() error { _, err := s.Cancel(ctx, who, held.id, false); return err }
	switch rand.IntN(3) {
	case 0:
		step("confirm", confirm, booking.ErrHoldExpired, booking.ErrState)
		step("cancel", cancel, booking.ErrHoldExpired, booking.ErrState)
	case 1:
		step("cancel", cancel, booking.ErrHoldExpired, booking.ErrState)
		step("confirm", confirm, booking.ErrHoldExpired, booking.ErrState)
	case 2: // it expires: from one instant on, the next call finds it expired
		step("expire", func() error {
			_, err := b.db.Exec(ctx, `UPDATE booking SET expires_at = booking_clock() WHERE id = $1 AND state = 'held'`, held.id)
			return err
		})
		step("confirm", confirm, booking.ErrHoldExpired, booking.ErrState)
	}
}
