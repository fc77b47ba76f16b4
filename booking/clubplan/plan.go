package clubplan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pavilion/booking"
)

// Plan describes a club. Apply does not change the parts that are missing; for a new club they have defaults.
type Plan struct {
	Name     string             `toml:"name"`
	Zone     Zone               `toml:"time_zone"`
	Currency string             `toml:"currency"`
	Address  *string            `toml:"address"`
	Nets     []Net              `toml:"-"`
	Hours    []Hours            `toml:"-"`
	Prices   []Price            `toml:"-"`
	Admins   []booking.MemberID `toml:"admins"`
	Staff    []booking.MemberID `toml:"staff"`
	Members  []booking.MemberID `toml:"members"`
	Guests   []booking.MemberID `toml:"guests"`
	Policy   Policy             `toml:"policy"`
}

// Net is one net of a plan.
type Net struct {
	Name     string  `toml:"name"`
	Was      string  `toml:"was"` // the present name of a net that is renamed
	Surface  *string `toml:"surface"`
	Indoor   *bool   `toml:"indoor"`
	Lights   *bool   `toml:"lights"`
	Capacity *int    `toml:"capacity"`
	Retired  *bool   `toml:"retired"`
	place    place
}

// Hours are opening hours on some days of the week.
type Hours struct {
	Net  string   `toml:"net"` // empty: every net without hours of its own
	Days Weekdays `toml:"days"`
	Open Times    `toml:"open"`

	place place
}

// Price is the price of an hour.
type Price struct {
	Name   string   `toml:"name"`
	Net    string   `toml:"net"` // empty: every net
	Days   Weekdays `toml:"days"`
	Hours  Times    `toml:"hours"` // one period; default: the whole day
	Member Amount   `toml:"member"`
	Guest  Amount   `toml:"guest"` // default: the members' price
	Rank   *int     `toml:"rank"`  // default: the place in the list; the highest rank that matches wins

	place place
}

// Policy has the fields of a club's policy that a plan names.
type Policy struct {
	PaysOnline       *bool `toml:"pays_online"`
	GridMinutes      *int  `toml:"grid_minutes"`
	MinMinutes       *int  `toml:"min_minutes"`
	MaxMinutes       *int  `toml:"max_minutes"`
	BufferMinutes    *int  `toml:"buffer_minutes"`
	NoticeMinutes    *int  `toml:"notice_minutes"`
	HorizonDays      *int  `toml:"horizon_days"`
	HoldMinutes      *int  `toml:"hold_minutes"`
	HoldMaxMinutes   *int  `toml:"hold_max_minutes"`
	OfferMinutes     *int  `toml:"offer_minutes"`
	CancelFreeHours  *int  `toml:"cancel_free_hours"`
	CancelFeePercent *int  `toml:"cancel_fee_percent"`
	CheckInMinutes   *int  `toml:"check_in_minutes"`
	NoShowMinutes    *int  `toml:"no_show_minutes"`
	ReminderMinutes  *int  `toml:"reminder_minutes"`
	QuotaHeld        *int  `toml:"quota_held"`
	QuotaActive      *int  `toml:"quota_active"`
	QuotaWeekMinutes *int  `toml:"quota_week_minutes"`
}

// over returns p with the fields of o that are set.
func (o Policy) over(p booking.Policy) booking.Policy {
	if o.PaysOnline != nil {
		p.PaysOnline = *o.PaysOnline
	}
	for to, n := range map[*int]*int{&p.Horizon: o.HorizonDays, &p.CancelFee: o.CancelFeePercent, &p.QuotaHeld: o.QuotaHeld, &p.QuotaActive: o.QuotaActive} {
		if n != nil {
			*to = *n
		}
	}
	for to, n := range map[*time.Duration]*int{
		&p.Grid: o.GridMinutes, &p.Min: o.MinMinutes, &p.Max: o.MaxMinutes, &p.Buffer: o.BufferMinutes, &p.Notice: o.NoticeMinutes,
		&p.Hold: o.HoldMinutes, &p.HoldMax: o.HoldMaxMinutes, &p.Offer: o.OfferMinutes, &p.CheckIn: o.CheckInMinutes, &p.NoShow: o.NoShowMinutes,
		&p.Reminder: o.ReminderMinutes, &p.QuotaWeek: o.QuotaWeekMinutes,
	} {
		if n != nil {
			*to = time.Duration(*n) * time.Minute
		}
	}
	if o.CancelFreeHours != nil {
		p.CancelFree = time.Duration(*o.CancelFreeHours) * time.Hour
	}
	return p
}

// roles returns the role of each person of the plan, or an error if a person is named twice.
func (p Plan) roles() (map[booking.MemberID]booking.Role, error) {
	roles := map[booking.MemberID]booking.Role{}
	for _, list := range []struct {
		field string
		role  booking.Role
		ids   []booking.MemberID
	}{{"admins", booking.Admin, p.Admins}, {"staff", booking.Staff, p.Staff}, {"members", booking.Player, p.Members}, {"guests", booking.Guest, p.Guests}} {
		for _, id := range list.ids {
			if id <= 0 {
				return nil, fmt.Errorf("%s: %d is no Telegram user id", list.field, id)
			}
			if _, twice := roles[id]; twice {
				return nil, fmt.Errorf("%s: %d is named twice", list.field, id)
			}
			roles[id] = list.role
		}
	}
	return roles, nil
}

// Zone is a time zone by its IANA name.
type Zone struct{ *time.Location }

// MarshalText writes the name; the zero Zone has none.
func (z Zone) MarshalText() ([]byte, error) {
	if z.Location == nil {
		return nil, nil
	}
	return []byte(z.String()), nil
}

// UnmarshalText reads the name.
func (z *Zone) UnmarshalText(text []byte) (err error) {
	if z.Location, err = booking.ParseNewZone(string(text)); err != nil {
		return fmt.Errorf("%q is no time zone: use a name like Asia/Kolkata", text)
	}
	return nil
}

// Amount is a typed amount of money. booking.ParseMoney reads it with the decimals of the club's currency.
type Amount string

// UnmarshalText takes a number or a text.
func (a *Amount) UnmarshalText(text []byte) error {
	s := string(text)
	if strings.Contains(s, ".") { // the TOML parser passes a float with six decimals
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	*a = Amount(s)
	return nil
}

// Times are periods of a day.
type Times []booking.TimesOfDay

// UnmarshalText reads periods such as 06:00-12:00, 16:00-22:00. "closed" is an empty list.
func (t *Times) UnmarshalText(text []byte) error {
	*t = Times{}
	if strings.TrimSpace(string(text)) == "closed" {
		return nil
	}
	for part := range strings.SplitSeq(string(text), ",") {
		one, ok := booking.ParseTimesOfDay(part)
		if !ok {
			return fmt.Errorf("%q is not a time like 06:00-22:00", strings.TrimSpace(part))
		}
		*t = append(*t, one)
	}
	return nil
}

// Weekdays are some days of the week.
type Weekdays []time.Weekday

// UnmarshalText reads days such as mon-fri, sun. "every day" is all seven.
func (d *Weekdays) UnmarshalText(text []byte) error {
	*d = nil
	for part := range strings.SplitSeq(strings.ToLower(string(text)), ",") {
		part = strings.TrimSpace(part)
		if part == "every day" {
			part = "mon-sun"
		}
		first, last, ranged := strings.Cut(part, "-")
		from, ok := weekday(first)
		to, also := from, true
		if ranged {
			to, also = weekday(last)
		}
		if !ok || !also {
			return fmt.Errorf("%q is no day of the week: write mon, mon-fri, or every day", part)
		}
		for day := from; ; day = (day + 1) % 7 {
			if !slices.Contains(*d, day) {
				*d = append(*d, day)
			}
			if day == to {
				break
			}
		}
	}
	return nil
}

// all returns the days, or all seven if none is named.
func (d Weekdays) all() Weekdays {
	if len(d) > 0 {
		return d
	}
	return Weekdays{1, 2, 3, 4, 5, 6, 0}
}

const shortWeekday = 3 // letters

func weekday(text string) (time.Weekday, bool) {
	text = strings.TrimSpace(text)
	for day := range time.Weekday(7) {
		if name := strings.ToLower(day.String()); text == name || text == name[:shortWeekday] {
			return day, true
		}
	}
	return 0, false
}
