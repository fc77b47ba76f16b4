package booking_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
)

// The description and the schema count characters; a Hindi one has three bytes.
func TestNote_IsCountedInCharacters(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	for note, want := range map[string]error{strings.Repeat("अ", 500): nil, strings.Repeat("अ", 501): booking.ErrNote} {
		r := b.want("2026-06-02T10:00:00Z", time.Hour, 1)
		r.Note = note
		if _, err := b.Hold(ctx, player(1), r); !errors.Is(err, want) {
			t.Errorf("a hold: %v, want %v", err, want)
		}
		series := booking.SeriesRequest{Club: b.club, Nets: b.nets[1:2], First: booking.DayIn(r.Start, time.UTC), Minute: 600, Length: time.Hour, Weeks: 2, Policy: booking.AllOrNothing, Note: note}
		if _, err := b.BookSeries(ctx, player(2), series); !errors.Is(err, want) {
			t.Errorf("a series: %v, want %v", err, want)
		}
		if want != nil {
			want = booking.ErrBlock
		}
		if _, err := b.Block(ctx, boss(), booking.BlockRequest{Club: b.club, Nets: b.nets[2:3], Start: r.Start, End: r.End, Note: note}); !errors.Is(err, want) {
			t.Errorf("a block: %v, want %v", err, want)
		}
	}
	club, err := b.Club(ctx, b.club)
	b.must(err)
	club.Address = strings.Repeat("अ", 200)
	b.saveClub(club)
	club.Address += "अ"
	if _, err := b.SaveClub(ctx, boss(), club); !errors.Is(err, booking.ErrPlace) {
		t.Errorf("an address of 201 characters: %v", err)
	}
}
