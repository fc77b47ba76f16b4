package booking_test

import (
	"errors"
	"testing"
	"time"

	"pavilion/booking"
)

// A swap keeps the price and takes its lines to the new net and time.
func TestSwap_MovesThePriceLines(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	var ids [2]booking.ID
	for i, r := range []booking.HoldRequest{b.want("2026-06-02T10:00:00Z", 2*time.Hour, 1), b.want("2026-06-03T18:00:00Z", time.Hour, 4)} {
		h := b.held(player(i), r)
		_, err := b.Confirm(ctx, player(i), h.ID)
		b.must(err)
		ids[i] = h.ID
	}
	swapped, err := b.Swap(ctx, boss(), ids[0], ids[1])
	b.must(err)
	for i, id := range ids {
		stored, err := b.Booking(ctx, boss(), id)
		b.must(err)
		for _, one := range []booking.Booking{swapped[i], stored} {
			if len(one.Lines) != 1 {
				t.Fatalf("%+v", one.Lines)
			}
			if l := one.Lines[0]; l.Net != one.Nets[0] || !l.Start.Equal(one.Span.Start) || !l.End.Equal(one.Span.End) || l.Amount != one.Price {
				t.Errorf("booking %d on %v, %v: line %+v", i, one.Nets, one.Span, l)
			}
		}
	}
	if swapped[0].Price != rupees(2000) || swapped[1].Price != rupees(1000) {
		t.Errorf("prices %s and %s", swapped[0].Price, swapped[1].Price)
	}
	b.healthy()
}

func TestSettings_BlankNamesAndZonesOfTheHostAreRefused(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	club, err := b.Club(ctx, b.club)
	b.must(err)
	for _, name := range []string{"", " ", "\u00a0\t", "\u200b\u2060", "\n"} {
		club.Name = name
		if _, err := b.SaveClub(ctx, boss(), club); !errors.Is(err, booking.ErrName) {
			t.Errorf("a club %q: %v", name, err)
		}
		if _, err := b.SaveNet(ctx, boss(), b.club, booking.Net{Name: name, Capacity: 1}); !errors.Is(err, booking.ErrName) {
			t.Errorf("a net %q: %v", name, err)
		}
		if _, err := b.SaveAddOn(ctx, boss(), b.club, booking.AddOn{Net: b.nets[0], Name: name, Price: rupees(1)}); !errors.Is(err, booking.ErrName) {
			t.Errorf("an add-on %q: %v", name, err)
		}
		rule := booking.PriceRule{Label: name, Weekdays: everyWeekday(), To: 1440, Member: rupees(1), Guest: rupees(1)}
		if err := b.SetPrices(ctx, boss(), b.club, []booking.PriceRule{rule}); !errors.Is(err, booking.ErrPriceRule) {
			t.Errorf("a price %q: %v", name, err)
		}
	}
	club.Name = "नेट"
	for _, name := range []string{"posixrules", "localtime", "Local", "Factory", "posix/Asia/Kolkata", "right/Asia/Kolkata"} {
		club.Zone = time.FixedZone(name, 0)
		if _, err := b.SaveClub(ctx, boss(), club); !errors.Is(err, booking.ErrZone) {
			t.Errorf("zone %s: %v", name, err)
		}
	}
	club.Zone = time.UTC
	b.saveClub(club)
}

// A time without a price cannot be booked, so it is not free, and nobody waits for it.
func TestAvailability_ATimeWithoutAPriceIsClosed(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	b.must(b.SetPrices(ctx, boss(), b.club, []booking.PriceRule{{Label: "morning", Weekdays: everyWeekday(), To: 720, Member: rupees(1), Guest: rupees(1)}}))
	day := booking.DayIn(now, time.UTC) + 1
	a, err := b.Availability(ctx, booking.AvailabilityRequest{Club: b.club, Nets: b.nets[:1], From: day, To: day})
	b.must(err)
	for _, c := range a.Days[0].Cells {
		want := booking.Free
		if c.Span.Start.Hour() >= 12 {
			want = booking.Shut
		}
		if c.Status != want {
			t.Errorf("%s is %s", c.Span.Start.Format("15:04"), c.Status)
		}
	}
	noon := time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)
	if _, err := b.JoinWaitlist(ctx, player(1), booking.WaitRequest{Club: b.club, Start: noon, End: noon.Add(time.Hour)}); !errors.Is(err, booking.ErrNoPrice) {
		t.Errorf("waiting for it: %v", err)
	}
}
