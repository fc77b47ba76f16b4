package nets

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/sandbox/caller"
	"pavilion/web"
)

// zone has no daylight saving: every day has 24 hours.
const zone = "Asia/Kolkata"

// testClub is a club with nets that is always open. Its day is far enough ahead for every rule.
type testClub struct {
	id   booking.ClubID
	nets []booking.NetID
	day  booking.Day
	zone *time.Location
}

// club creates a club through the domain.
func (b *bundle) club(change func(c *booking.Club)) testClub {
	b.t.Helper()
	ctx := b.t.Context()
	boss := booking.Actor{ID: adminID, Role: booking.Admin, Origin: "http"}
	location, err := time.LoadLocation(zone)
	if err != nil {
		b.t.Fatal(err)
	}
	c := booking.Club{Name: "Riverside", Zone: location, Currency: "INR", Policy: booking.Policy{
		Grid: 30 * time.Minute, Min: 30 * time.Minute, Max: 4 * time.Hour, Horizon: 60, Hold: 10 * time.Minute, HoldMax: 30 * time.Minute,
		Offer: 15 * time.Minute, CancelFree: 24 * time.Hour, CancelFee: 50, CheckIn: 30 * time.Minute, NoShow: 15 * time.Minute,
	}}
	if change != nil {
		change(&c)
	}
	service := b.booking
	if c, err = service.CreateClub(ctx, boss, c); err != nil {
		b.t.Fatal(err)
	}
	tc := testClub{id: c.ID, day: booking.DayIn(time.Now(), c.Zone) + 7, zone: c.Zone}
	for i := range 6 {
		n, err := service.SaveNet(ctx, boss, c.ID, booking.Net{Name: fmt.Sprintf("Net %d", i+1), Capacity: 6, Active: true})
		if err != nil {
			b.t.Fatal(err)
		}
		tc.nets = append(tc.nets, n.ID)
	}
	var hours []booking.OpeningHours
	for day := time.Sunday; day <= time.Saturday; day++ {
		hours = append(hours, booking.OpeningHours{Weekday: day, Opens: 0, Closes: 1440})
	}
	if err := service.SetHours(ctx, boss, c.ID, hours); err != nil {
		b.t.Fatal(err)
	}
	rule := booking.PriceRule{Label: "Base", Weekdays: [7]bool{true, true, true, true, true, true, true}, To: 1440, Member: booking.Money{Minor: 40000, Currency: c.Currency}, Guest: booking.Money{Minor: 60000, Currency: c.Currency}}
	if err := service.SetPrices(ctx, boss, c.ID, []booking.PriceRule{rule}); err != nil {
		b.t.Fatal(err)
	}
	return tc
}

// at is a time on the club's day without an offset.
func (c testClub) at(clock string) string { return c.day.String() + "T" + clock }

func (c testClub) path(format string, args ...any) string {
	return fmt.Sprintf("%s/clubs/%d", web.APIPath, c.id) + fmt.Sprintf(format, args...)
}

func (c testClub) slot(start, end string, nets ...booking.NetID) map[string]any {
	return map[string]any{"nets": nets, "start": c.at(start), "end": c.at(end)}
}

// problem is a problem detail with booking's members.
type problem struct {
	caller.Problem
	ProblemMembers
}

func problemOf(t *testing.T, a answer) problem {
	t.Helper()
	p := problem{Problem: a.Problem(t)}
	a.Into(t, &p.ProblemMembers)
	return p
}

// key is a new Idempotency-Key.
func key() string { return fmt.Sprintf("key-%d", serial.Add(1)) }

// member signs a new person in and returns their access token.
func (b *bundle) member() string { return b.signIn(someone()) }

// hold holds a slot, which must succeed.
func (b *bundle) hold(token string, c testClub, slot map[string]any) BookingBody {
	b.t.Helper()
	a := b.Do(request{Method: http.MethodPost, Path: c.path("/holds"), Token: token, Key: key(), Body: slot})
	if a.Status != http.StatusCreated {
		b.t.Fatalf("hold: %d %s", a.Status, a.Body)
	}
	var body BookingBody
	a.Into(b.t, &body)
	return body
}

// act sends an action on a booking.
func (b *bundle) act(token string, c testClub, id int64, action string, body any) answer {
	b.t.Helper()
	return b.Do(request{Method: http.MethodPost, Path: c.path("/bookings/%d/%s", id, action), Token: token, Key: key(), Body: body})
}
