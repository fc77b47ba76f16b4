package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/booking"
)

const (
	lanes     = 40
	slotSteps = 30 * time.Minute
	slotDays  = 990
	// everybody is the number of members. A quota counts a member's own bookings, so the bookings are spread over many members.
	everybody   = 1000
	firstMember = 800_000_001
)

// clubFigures are the numbers from which a slot is computed. The ids of the nets have no gaps.
type clubFigures struct {
	id       booking.ClubID
	firstNet int64
	first    time.Time // start of slot 0
}

// slot is one time on one net. Slots with consecutive numbers are on different nets, like most simultaneous bookings.
type slot struct {
	net    int64
	member int // the member who requests it
	start  time.Time
}

func (s slot) end() time.Time { return s.start.Add(slotSteps) }

func (c clubFigures) slot(n int64) slot {
	return slot{net: c.firstNet + n%lanes, member: int(n % everybody), start: c.first.Add(time.Duration(n/lanes) * slotSteps)}
}

// slots returns the number of slots.
const slots = lanes * int64(slotDays*24*time.Hour/slotSteps)

// boss is an admin of every club.
func boss() booking.Actor { return booking.Actor{ID: 1, Role: booking.Admin, Origin: "command"} }

// addClub makes a club with nets, the same hours each day and one price, through the domain. p needs only the fields in which the clubs differ.
func addClub(ctx context.Context, service *booking.Service, name string, nets int, p booking.Policy, daily booking.OpeningHours) (club booking.Club, ids []booking.NetID, err error) {
	p.Grid, p.Hold, p.HoldMax, p.Offer = slotSteps, time.Hour, 2*time.Hour, 15*time.Minute
	p.CancelFree, p.CheckIn, p.NoShow, p.QuotaHeld = 24*time.Hour, 30*time.Minute, 15*time.Minute, 1000
	if club, err = service.CreateClub(ctx, boss(), booking.Club{Name: name, Zone: time.UTC, Currency: "INR", Policy: p}); err != nil {
		return club, nil, err
	}
	for i := range nets {
		net, err := service.SaveNet(ctx, boss(), club.ID, booking.Net{Name: fmt.Sprintf("Net %d", i+1), Capacity: 6, Active: true})
		if err != nil {
			return club, ids, err
		}
		ids = append(ids, net.ID)
	}
	var hours []booking.OpeningHours
	for day := time.Sunday; day <= time.Saturday; day++ {
		daily.Weekday = day
		hours = append(hours, daily)
	}
	if err := service.SetHours(ctx, boss(), club.ID, hours); err != nil {
		return club, ids, err
	}
	price := booking.PriceRule{
		Label: "Base", Weekdays: [7]bool{true, true, true, true, true, true, true}, To: 1440,
		Member: booking.Money{Minor: 40_000, Currency: club.Currency}, Guest: booking.Money{Minor: 60_000, Currency: club.Currency},
	}
	return club, ids, service.SetPrices(ctx, boss(), club.ID, []booking.PriceRule{price})
}

// makeClub makes a club that is always open. Every kind of id starts at a different number, so that the recorded statements show
// the meaning of each number.
func makeClub(ctx context.Context, db *pgxpool.Pool, service *booking.Service) (clubFigures, error) {
	for table, first := range map[string]int{"club": 301, "net": 70_001, "booking": 5_000_001} {
		if _, err := db.Exec(ctx, fmt.Sprintf(`ALTER TABLE %s ALTER COLUMN id RESTART WITH %d`, table, first)); err != nil {
			return clubFigures{}, err
		}
	}
	club, nets, err := addClub(ctx, service, "Riverside", lanes, booking.Policy{Min: slotSteps, Max: 4 * time.Hour, Horizon: 1000}, booking.OpeningHours{Opens: 0, Closes: 1440})
	if err != nil {
		return clubFigures{}, err
	}
	figures := clubFigures{id: club.ID, firstNet: int64(nets[0]), first: time.Now().UTC().Truncate(24 * time.Hour).Add(7 * 24 * time.Hour)}
	for i, net := range nets {
		if int64(net) != figures.firstNet+int64(i) {
			return figures, fmt.Errorf("net %d has the id %d", i+1, net)
		}
	}
	for i := range everybody {
		if err := service.SaveMember(ctx, boss(), club.ID, firstMember+booking.MemberID(i), booking.Player); err != nil {
			return figures, err
		}
	}
	return figures, nil
}
