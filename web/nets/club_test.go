package nets

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/internal/fault"
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
		QuotaHeld: 1000,
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
	return b.put(http.MethodPost, token, c.path("/bookings/%d/%s", id, action), body)
}

// put sends a change with a new key and the present version in If-Match.
func (b *bundle) put(method, token, path string, body any) answer {
	b.t.Helper()
	return b.Do(request{Method: method, Path: path, Token: token, Key: key(), Body: body, Headers: b.seen(path)})
}

var (
	seriesPath  = regexp.MustCompile(`/clubs/(\d+)/series/(\d+)/`)
	bookingPath = regexp.MustCompile(`/bookings/(\d+)/`)
	settingPath = regexp.MustCompile(`/clubs/(\d+)(?:/(hours|prices)|/members/(\d+)|/nets/(\d+)(?:/add-ons/(\d+))?)?$`)
)

// seen returns the If-Match header for a change of path: the present version, or 1 if the resource does not exist.
func (b *bundle) seen(path string) map[string]string {
	b.t.Helper()
	ctx, version := b.t.Context(), 1
	boss := booking.Actor{ID: adminID, Role: booking.Admin, Origin: "http"}
	var err error
	if found := bookingPath.FindStringSubmatch(path); found != nil {
		var one booking.Booking
		if one, err = b.booking.Booking(ctx, boss, booking.ID(number(found[1]))); err == nil {
			version = one.Revision
		}
	} else if found := seriesPath.FindStringSubmatch(path); found != nil {
		var all []booking.Booking
		all, err = b.booking.SeriesBookings(ctx, boss, booking.ClubID(number(found[1])), booking.SeriesID(number(found[2])))
		version = max(1, booking.SeriesVersion(all))
	} else if found := settingPath.FindStringSubmatch(path); found != nil {
		version, err = b.settingVersion(boss, found)
	}
	if err != nil && fault.KindOf(err) != fault.NotFound {
		b.t.Fatal(err)
	}
	return map[string]string{"If-Match": web.ETag(version)}
}

// settingVersion returns the version of the setting that matched settingPath.
func (b *bundle) settingVersion(boss booking.Actor, found []string) (version int, err error) {
	ctx, club := b.t.Context(), booking.ClubID(number(found[1]))
	switch {
	case found[2] == "hours":
		_, version, err = b.booking.HoursWithVersion(ctx, club)
	case found[2] == "prices":
		_, version, err = b.booking.PricesWithVersion(ctx, club)
	case found[3] != "":
		var m booking.Membership
		m, err = b.booking.Membership(ctx, boss, club, booking.MemberID(number(found[3])))
		version = m.Version
	case found[4] != "":
		var nets []booking.Net
		nets, err = b.booking.AllNets(ctx, boss, club)
		for _, n := range nets {
			if int64(n.ID) != number(found[4]) {
				continue
			}
			version = n.Version
			for _, a := range n.AddOns {
				if int64(a.ID) == number(found[5]) {
					version = a.Version
				}
			}
		}
	default:
		var c booking.Club
		c, err = b.booking.Club(ctx, club)
		version = c.Version
	}
	return version, err
}

// number parses digits of a path. It returns 0 if there are none or too many.
func number(digits string) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
