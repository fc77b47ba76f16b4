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

func TestTexts_AreStoredWithoutControlCharacters(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	const typed, want = "two\rlines\r\nand\x00\x1b\u0085 a\ttab", "two\nlines\nand a\ttab"
	r := b.want("2026-06-02T10:00:00Z", time.Hour, 1)
	r.Note = typed
	held, err := b.Hold(ctx, player(1), r)
	b.must(err)
	series, err := b.BookSeries(ctx, player(2), booking.SeriesRequest{
		Club: b.club, Nets: b.nets[1:2], First: booking.DayIn(r.Start, time.UTC), Minute: 600, Length: time.Hour, Weeks: 2, Policy: booking.AllOrNothing, Note: typed,
	})
	b.must(err)
	coach := boss()
	coach.Reason = typed
	block, err := b.Block(ctx, coach, booking.BlockRequest{Club: b.club, Nets: b.nets[2:3], Start: r.Start, End: r.End, Note: typed})
	b.must(err)
	closure, _, err := b.AddClosure(ctx, boss(), b.club, booking.Closure{Every: booking.Once, During: booking.Span{Start: r.Start, End: r.End}, Reason: typed})
	b.must(err)
	club, err := b.Club(ctx, b.club)
	b.must(err)
	club.Address = typed
	b.saveClub(club)
	club, err = b.Club(ctx, b.club)
	b.must(err)
	reason := one[string](b, `SELECT reason FROM audit WHERE reason <> '' ORDER BY id DESC LIMIT 1`)
	for name, got := range map[string]string{
		"a hold": held.Note, "a series": series.Bookings[1].Note, "a block": block.Note, "a closure": closure.Reason, "an address": club.Address, "a reason": reason,
	} {
		if got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if _, err := b.SaveNet(ctx, boss(), b.club, booking.Net{Name: "Net\rA", Capacity: 1}); !errors.Is(err, booking.ErrName) {
		t.Errorf("a name of two lines: %v", err)
	}
}
