package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// clubValues are the values of clubColumns from pays_online on, in that order.
func clubValues(c Club) []any {
	p := c.Policy
	var latitude, longitude *float64
	if c.Place != nil {
		latitude, longitude = &c.Place.Latitude, &c.Place.Longitude
	}
	minutes := func(d time.Duration) int64 { return int64(d / time.Minute) }
	seconds := func(d time.Duration) int64 { return int64(d / time.Second) }
	return []any{
		p.PaysOnline, minutes(p.Grid), minutes(p.Min), minutes(p.Max), minutes(p.Buffer), minutes(p.Notice), p.Horizon,
		seconds(p.Hold), seconds(p.HoldMax), seconds(p.Offer), int64(p.CancelFree / time.Hour), p.CancelFee,
		minutes(p.CheckIn), minutes(p.NoShow), minutes(p.Reminder), p.QuotaActive, minutes(p.QuotaWeek), c.Address, latitude, longitude, c.DaySheet, p.QuotaHeld,
	}
}

// insertClub sets the id of the new club.
func insertClub(ctx context.Context, q storage.Queryer, club *Club) error {
	err := q.QueryRow(ctx, `INSERT INTO club (name, time_zone, currency, pays_online, grid_minutes, min_minutes, max_minutes, buffer_minutes, notice_minutes,
		horizon_days, hold_seconds, hold_max_seconds, offer_seconds, cancel_free_hours, cancel_fee_percent, check_in_minutes, no_show_minutes, reminder_minutes,
		quota_active, quota_week_minutes, address, latitude, longitude, day_sheet_minute, quota_held)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25) RETURNING id, version`,
		append([]any{club.Name, club.Zone.String(), club.Currency}, clubValues(*club)...)...).Scan(&club.ID, &club.Version)
	if err != nil {
		return fmt.Errorf("insert club: %w", err)
	}
	return nil
}

func updateClub(ctx context.Context, q storage.Queryer, club Club) error {
	_, err := q.Exec(ctx, `UPDATE club SET name = $2, time_zone = $3, pays_online = $4, grid_minutes = $5, min_minutes = $6, max_minutes = $7, buffer_minutes = $8,
		notice_minutes = $9, horizon_days = $10, hold_seconds = $11, hold_max_seconds = $12, offer_seconds = $13, cancel_free_hours = $14, cancel_fee_percent = $15,
		check_in_minutes = $16, no_show_minutes = $17, reminder_minutes = $18, quota_active = $19, quota_week_minutes = $20,
		address = $21, latitude = $22, longitude = $23, day_sheet_minute = $24, quota_held = $25, version = version + 1 WHERE id = $1`,
		append([]any{club.ID, club.Name, club.Zone.String()}, clubValues(club)...)...)
	if err != nil {
		return fmt.Errorf("save club %d: %w", club.ID, err)
	}
	return nil
}

func saveNet(ctx context.Context, q storage.Queryer, club ClubID, n *Net) error {
	args := []any{club, n.Name, n.Surface, n.Indoor, n.Lights, n.Capacity, n.Active}
	sql := `INSERT INTO net (club_id, name, surface, indoor, lights, capacity, active) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, version`
	if n.ID != 0 {
		sql = `UPDATE net SET name = $2, surface = $3, indoor = $4, lights = $5, capacity = $6, active = $7, version = version + 1 WHERE club_id = $1 AND id = $8 RETURNING id, version`
		args = append(args, n.ID)
	}
	err := q.QueryRow(ctx, sql, args...).Scan(&n.ID, &n.Version)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNoNet
	case storage.Violated(err, "net_club_id_name_key"):
		return ErrName
	case err != nil:
		return fmt.Errorf("save net: %w", err)
	}
	return nil
}

func saveAddOn(ctx context.Context, q storage.Queryer, a *AddOn) error {
	args := []any{a.Net, a.Name, a.PerHour, a.Price.Minor, a.Active}
	sql := `INSERT INTO add_on (net_id, name, per_hour, price_minor, active) VALUES ($1, $2, $3, $4, $5) RETURNING id, version`
	if a.ID != 0 {
		sql = `UPDATE add_on SET name = $2, per_hour = $3, price_minor = $4, active = $5, version = version + 1 WHERE net_id = $1 AND id = $6 RETURNING id, version`
		args = append(args, a.ID)
	}
	err := q.QueryRow(ctx, sql, args...).Scan(&a.ID, &a.Version)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNoAddOn
	case storage.Violated(err, "add_on_net_id_name_key"):
		return ErrName
	case err != nil:
		return fmt.Errorf("save add-on: %w", err)
	}
	return nil
}

func replaceHours(ctx context.Context, q storage.Queryer, club ClubID, hours []OpeningHours) error {
	if _, err := q.Exec(ctx, `WITH counted AS (UPDATE club SET hours_version = hours_version + 1 WHERE id = $1) DELETE FROM opening_hours WHERE club_id = $1`, club); err != nil {
		return fmt.Errorf("set hours: %w", err)
	}
	for _, h := range hours {
		_, err := q.Exec(ctx, `INSERT INTO opening_hours (club_id, net_id, weekday, opens_minute, closes_minute) VALUES ($1, $2, $3, $4, $5)`, club, h.Net, int(h.Weekday), h.Opens, h.Closes)
		if err != nil {
			return fmt.Errorf("set hours: %w", err)
		}
	}
	return nil
}

func replacePrices(ctx context.Context, q storage.Queryer, club ClubID, rules []PriceRule) error {
	if _, err := q.Exec(ctx, `WITH counted AS (UPDATE club SET prices_version = prices_version + 1 WHERE id = $1) DELETE FROM price_rule WHERE club_id = $1`, club); err != nil {
		return fmt.Errorf("set prices: %w", err)
	}
	for _, r := range rules {
		weekdays := 0
		for i, on := range r.Weekdays {
			if on {
				weekdays |= 1 << i
			}
		}
		_, err := q.Exec(ctx, `INSERT INTO price_rule (club_id, net_id, label, rank, weekdays, from_minute, to_minute, member_minor, guest_minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			club, r.Net, r.Label, r.Rank, weekdays, r.From, r.To, r.Member.Minor, r.Guest.Minor)
		if err != nil {
			return fmt.Errorf("set prices: %w", err)
		}
	}
	return nil
}
