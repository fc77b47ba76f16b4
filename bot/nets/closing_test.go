package nets

import (
	"errors"
	"testing"

	"pavilion/booking"
)

// Only the button of all nets closes all nets: a net without a bit and an empty choice do not.
func TestClosing_OnlyAllIsAll(t *testing.T) {
	t.Parallel()
	var nets []booking.Net
	for i := range 70 {
		nets = append(nets, booking.Net{ID: booking.NetID(100 + i), Active: true})
	}
	for id, want := range map[booking.NetID]error{0: nil, 100: nil, 161: nil, 162: booking.ErrNoNet, 999: booking.ErrNoNet} {
		mask, err := maskOf(nets, id)
		if !errors.Is(err, want) || (err == nil) != (mask != 0) {
			t.Errorf("the mask of net %d is %b, %v", id, mask, err)
		}
		if err != nil {
			continue
		}
		closure, err := step{Value: mask}.closing(nets)
		if all := len(closure.Nets) == 0; err != nil || all != (id == 0) || !all && closure.Nets[0] != id {
			t.Errorf("net %d closes %v, %v", id, closure.Nets, err)
		}
	}
	for _, mask := range []int64{1 << 3, maskAll | 1} {
		if _, err := (step{Value: mask}).closing(nets[:2]); !errors.Is(err, booking.ErrNoNet) {
			t.Errorf("a mask of nets that the club lacks: %v", err)
		}
	}
}
