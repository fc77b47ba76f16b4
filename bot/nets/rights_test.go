package nets

import (
	"testing"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// The staff who lay a block change it as staff, because a block is no member's own booking.
func TestIsOwn_ABlockIsTheClubs(t *testing.T) {
	t.Parallel()
	v := &visit{event: &telegram.Event{From: telegram.Person{ID: goldenOwner}}}
	block := changed(evening(), func(b *booking.Booking) { b.Kind = booking.Block })
	others := changed(evening(), func(b *booking.Booking) { b.Member = 7002 })
	if !v.isOwn(evening()) || v.isOwn(block) || v.isOwn(others) {
		t.Errorf("own: %v, a block: %v, another's: %v", v.isOwn(evening()), v.isOwn(block), v.isOwn(others))
	}
}
