package booking_test

import (
	"testing"
	"time"

	"pavilion/booking"
)

// A booking keeps the price of the moment of the hold.
func TestPrice_IsFixedAtTheHold(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	r := b.want("2026-06-03T10:00:00Z", time.Hour, 1)
	h := b.held(player(1), r)
	b.must(b.SetPrices(t.Context(), boss(), b.club, []booking.PriceRule{{Label: "dearer", Weekdays: everyWeekday(), To: 1440, Member: rupees(9000), Guest: rupees(9000)}}))
	quote, err := b.Quote(t.Context(), player(1), r.SlotRequest)
	b.must(err)
	b.at("2026-06-01T00:05:00Z")
	_, err = b.Extend(t.Context(), player(1), h.ID)
	b.must(err)
	got, err := b.Confirm(t.Context(), player(1), h.ID)
	b.must(err)
	if quote.Total != rupees(9000) || got.Price != rupees(1000) || len(got.Lines) != 1 || got.Lines[0].Label != "base" || got.Lines[0].Amount != rupees(1000) {
		t.Errorf("a quote is %s; held at %s, confirmed at %s: %+v", quote.Total, h.Price, got.Price, got.Lines)
	}
	b.healthy()
}

func TestPrice_RolesHaveTheirRates(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	guest := booking.Actor{ID: 900, Role: booking.Guest}
	forOther := func(rate booking.Rate) booking.HoldRequest {
		r := b.want("2026-06-03T10:00:00Z", time.Hour, 1)
		r.Member, r.Rate = 900, rate
		return r
	}
	for i, c := range []struct {
		actor booking.Actor
		r     booking.HoldRequest
		want  int64
	}{
		{player(1), b.want("2026-06-03T10:00:00Z", time.Hour, 1), 1000},
		{guest, b.want("2026-06-03T10:00:00Z", time.Hour, 1), 2000},
		{boss(), b.want("2026-06-03T10:00:00Z", time.Hour, 1), 1000},
		{boss(), forOther(""), 1000},
		{boss(), forOther(booking.GuestRate), 2000},
	} {
		c.r.Nets = b.nets[i : i+1]
		if h := b.held(c.actor, c.r); h.Price != rupees(c.want) {
			t.Errorf("%s: %s, want %d", c.actor.Role, h.Price, c.want)
		}
	}
}

// Currencies with zero, two and three decimals, from the price of an hour to the fee of a late cancellation.
func TestPrice_CurrenciesWithTheirDecimals(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min = 10*time.Minute, 10*time.Minute
	b := newClub(t, "UTC", policy)
	for currency, c := range map[string]struct {
		hourly     int64
		price, fee string // of fifty minutes
	}{"JPY": {1001, "834 JPY", "417 JPY"}, "INR": {1999, "16.66 INR", "8.33 INR"}, "KWD": {4357, "3.630 KWD", "1.820 KWD"}} {
		b.at("2026-06-01T00:00:00Z")
		club, err := b.CreateClub(t.Context(), boss(), booking.Club{Name: currency, Zone: time.UTC, Currency: currency, Policy: policy})
		b.must(err)
		net, err := b.SaveNet(t.Context(), boss(), club.ID, booking.Net{Name: "Net", Capacity: 1, Active: true})
		b.must(err)
		b.must(b.SetHours(t.Context(), boss(), club.ID, wholeWeek(0, 1440)))
		price := booking.Money{Minor: c.hourly, Currency: currency}
		b.must(b.SetPrices(t.Context(), boss(), club.ID, []booking.PriceRule{{Label: "base", Weekdays: everyWeekday(), To: 1440, Member: price, Guest: price}}))
		start := b.at("2026-06-01T05:00:00Z").Add(time.Hour)
		h := b.held(player(1), booking.HoldRequest{SlotRequest: booking.SlotRequest{Club: club.ID, Nets: []booking.NetID{net.ID}, Start: start, End: start.Add(50 * time.Minute)}})
		_, err = b.Confirm(t.Context(), player(1), h.ID)
		b.must(err)
		gone, err := b.Cancel(t.Context(), player(1), h.ID, false)
		b.must(err)
		if h.Price.String() != c.price || gone.CancelFee.String() != c.fee {
			t.Errorf("fifty minutes at %d %s an hour: %s, of which %s stays", c.hourly, currency, h.Price, gone.CancelFee)
		}
	}
	b.healthy()
}
