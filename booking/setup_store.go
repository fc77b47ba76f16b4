package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// clubColumns are the columns of a club; scanClub and clubValues use this order.
const clubColumns = `id, name, time_zone, currency, pays_online, grid_minutes, min_minutes, max_minutes, buffer_minutes, notice_minutes, horizon_days,
	hold_seconds, hold_max_seconds, offer_seconds, cancel_free_hours, cancel_fee_percent, check_in_minutes, no_show_minutes, reminder_minutes,
	quota_active, quota_week_minutes, address, latitude, longitude, day_sheet_minute, quota_held, version`

func scanClub(row pgx.CollectableRow) (Club, error) {
	var c Club
	var zone string
	var latitude, longitude *float64
	p := &c.Policy
	var grid, minimum, maximum, buffer, notice, hold, holdMax, offer, free, checkIn, noShow, reminder, week int64
	err := row.Scan(&c.ID, &c.Name, &zone, &c.Currency, &p.PaysOnline, &grid, &minimum, &maximum, &buffer, &notice, &p.Horizon,
		&hold, &holdMax, &offer, &free, &p.CancelFee, &checkIn, &noShow, &reminder, &p.QuotaActive, &week, &c.Address, &latitude, &longitude, &c.DaySheet, &p.QuotaHeld, &c.Version)
	if err != nil {
		return c, err
	}
	if latitude != nil && longitude != nil {
		c.Place = &Place{*latitude, *longitude}
	}
	for to, minutes := range map[*time.Duration]int64{
		&p.Grid: grid, &p.Min: minimum, &p.Max: maximum, &p.Buffer: buffer, &p.Notice: notice,
		&p.CheckIn: checkIn, &p.NoShow: noShow, &p.Reminder: reminder, &p.QuotaWeek: week,
	} {
		*to = time.Duration(minutes) * time.Minute
	}
	p.Hold, p.HoldMax, p.Offer = time.Duration(hold)*time.Second, time.Duration(holdMax)*time.Second, time.Duration(offer)*time.Second
	p.CancelFree = time.Duration(free) * time.Hour
	c.Zone, err = ParseZone(zone)
	return c, err
}

// selectClubs reads all clubs by id.
func selectClubs(ctx context.Context, q storage.Queryer) ([]Club, error) {
	clubs, err := collect(ctx, q, scanClub, `SELECT `+clubColumns+` FROM club ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read clubs: %w", err)
	}
	return clubs, nil
}

// collect runs a query and scans all its rows.
func collect[T any](ctx context.Context, q storage.Queryer, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// firstOf returns the first of the rows that a query read, or missing if there is none.
func firstOf[T any](rows []T, err, missing error) (first T, _ error) {
	switch {
	case err != nil:
		return first, err
	case len(rows) == 0:
		return first, missing
	}
	return rows[0], nil
}

// selectSetup reads a club with its nets, add-ons, hours, closures and prices.
func selectSetup(ctx context.Context, q storage.Queryer, id ClubID) (*setup, error) {
	clubs, err := collect(ctx, q, scanClub, `SELECT `+clubColumns+` FROM club WHERE id = $1`, id)
	if err == nil && len(clubs) == 0 {
		return nil, ErrNoClub
	}
	var addOns []AddOn
	s := new(setup)
	for _, read := range []func() error{
		func() error {
			s.club = clubs[0]
			return q.QueryRow(ctx, `SELECT hours_version, prices_version FROM club WHERE id = $1`, id).Scan(&s.hoursVersion, &s.pricesVersion)
		},
		func() (err error) {
			s.nets, err = collect(ctx, q, scanNet, `SELECT id, name, surface, indoor, lights, capacity, active, version FROM net WHERE club_id = $1 ORDER BY id`, id)
			return err
		},
		func() (err error) {
			addOns, err = collect(ctx, q, scanAddOn, `SELECT a.id, a.net_id, a.name, a.per_hour, a.price_minor, a.active, a.version, c.currency
				FROM add_on a JOIN net n ON n.id = a.net_id JOIN club c ON c.id = n.club_id WHERE c.id = $1 ORDER BY a.id`, id)
			return err
		},
		func() (err error) {
			s.hours, err = collect(ctx, q, pgx.RowToStructByPos[OpeningHours], `SELECT net_id, weekday, opens_minute, closes_minute FROM opening_hours
				WHERE club_id = $1 ORDER BY net_id, weekday, opens_minute`, id)
			return err
		},
		func() (err error) {
			s.closures, err = collect(ctx, q, scanClosure, `SELECT id, net_ids, reason, every, lower(during), upper(during), first_day, last_day,
				coalesce(from_minute, 0), coalesce(to_minute, 0) FROM closure WHERE club_id = $1 ORDER BY id`, id)
			return err
		},
		func() (err error) {
			s.prices, err = collect(ctx, q, scanPriceRule, `SELECT p.id, p.net_id, p.label, p.rank, p.weekdays, p.from_minute, p.to_minute, p.member_minor, p.guest_minor,
				c.currency FROM price_rule p JOIN club c ON c.id = p.club_id WHERE c.id = $1 ORDER BY p.id`, id)
			return err
		},
	} {
		if err == nil {
			err = read()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read club %d: %w", id, err)
	}
	for i := range s.nets {
		for _, a := range addOns {
			if a.Net == s.nets[i].ID {
				s.nets[i].AddOns = append(s.nets[i].AddOns, a)
			}
		}
	}
	return s, nil
}

func scanNet(row pgx.CollectableRow) (n Net, err error) {
	err = row.Scan(&n.ID, &n.Name, &n.Surface, &n.Indoor, &n.Lights, &n.Capacity, &n.Active, &n.Version)
	return n, err
}

func scanAddOn(row pgx.CollectableRow) (a AddOn, err error) {
	err = row.Scan(&a.ID, &a.Net, &a.Name, &a.PerHour, &a.Price.Minor, &a.Active, &a.Version, &a.Price.Currency)
	return a, err
}

func scanPriceRule(row pgx.CollectableRow) (r PriceRule, err error) {
	var weekdays int
	if err = row.Scan(&r.ID, &r.Net, &r.Label, &r.Rank, &weekdays, &r.From, &r.To, &r.Member.Minor, &r.Guest.Minor, &r.Member.Currency); err != nil {
		return r, err
	}
	r.Guest.Currency = r.Member.Currency
	for i := range r.Weekdays {
		r.Weekdays[i] = weekdays&(1<<i) != 0
	}
	return r, nil
}
