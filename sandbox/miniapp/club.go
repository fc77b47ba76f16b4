package miniapp

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"time"
)

// Money is an amount in the API.
type Money struct {
	Minor int64  `json:"minor"`
	Text  string `json:"text"`
}

// Booking is a hold or a booking in the API.
type Booking struct {
	ID        int64      `json:"id"`
	State     string     `json:"state"`
	Nets      []int64    `json:"nets"`
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"`
	Rate      string     `json:"rate"`
	Price     Money      `json:"price"`
	CancelFee *Money     `json:"cancel_fee"`
	ExpiresAt *time.Time `json:"expires_at"`
}

// Club is a club that was set up over the API.
type Club struct {
	ID   int64
	Name string
	Zone *time.Location
	Nets []int64

	today time.Time // when it was set up or found
}

// SetUp makes a club with nets, hours from 6:00 to 22:00 and prices with an evening peak, over the API as an admin.
func SetUp(ctx context.Context, admin *Client, name string, nets ...string) (Club, error) {
	club := Club{Name: name}
	var made struct {
		ID       int64  `json:"id"`
		TimeZone string `json:"time_zone"`
	}
	err := admin.Do(ctx, http.MethodPost, "/clubs", settings(name), http.StatusCreated, &made)
	if err != nil {
		return club, err
	}
	club.ID = made.ID
	if err := club.setZone(made.TimeZone); err != nil {
		return club, err
	}
	for _, net := range nets {
		var added struct {
			ID int64 `json:"id"`
		}
		if err := admin.Do(ctx, http.MethodPost, club.Path("/nets"), map[string]any{"name": net, "surface": "turf", "lights": true, "capacity": 6, "active": true}, http.StatusCreated, &added); err != nil {
			return club, err
		}
		club.Nets = append(club.Nets, added.ID)
	}
	return club, club.SetHoursAndPrices(ctx, admin)
}

// Find finds a club by its name, with its nets.
func Find(ctx context.Context, client *Client, name string) (Club, error) {
	var clubs struct {
		Items []struct {
			ID       int64  `json:"id"`
			Name     string `json:"name"`
			TimeZone string `json:"time_zone"`
		} `json:"items"`
	}
	if err := client.Do(ctx, http.MethodGet, "/clubs", nil, http.StatusOK, &clubs); err != nil {
		return Club{}, err
	}
	for _, c := range clubs.Items {
		if c.Name != name {
			continue
		}
		club := Club{ID: c.ID, Name: name}
		if err := club.setZone(c.TimeZone); err != nil {
			return club, err
		}
		var nets struct {
			Items []struct {
				ID int64 `json:"id"`
			} `json:"items"`
		}
		err := client.Do(ctx, http.MethodGet, club.Path("/nets"), nil, http.StatusOK, &nets)
		for _, n := range nets.Items {
			club.Nets = append(club.Nets, n.ID)
		}
		return club, err
	}
	return Club{}, fmt.Errorf("there is no club %q", name)
}

// SetHoursAndPrices sets hours from 6:00 to 22:00 and prices with an evening peak.
func (c Club) SetHoursAndPrices(ctx context.Context, admin *Client) error {
	week := []int{0, 1, 2, 3, 4, 5, 6}
	var hours []map[string]any
	for _, day := range week {
		hours = append(hours, map[string]any{"weekday": day, "opens_minute": 6 * 60, "closes_minute": 22 * 60})
	}
	prices := []map[string]any{
		{"label": "Day", "weekdays": week, "from_minute": 0, "to_minute": 1440, "member_minor": 40000, "guest_minor": 60000},
		{"label": "Evening", "rank": 1, "weekdays": week, "from_minute": 18 * 60, "to_minute": 21 * 60, "member_minor": 60000, "guest_minor": 90000},
	}
	for path, items := range map[string]any{"/hours": hours, "/prices": prices} {
		var set struct{}
		if err := admin.Do(ctx, http.MethodPut, c.Path("%s", path), map[string]any{"items": items}, http.StatusOK, &set); err != nil {
			return err
		}
	}
	return nil
}

// settings are the settings of a new club.
func settings(name string) map[string]any {
	return map[string]any{
		"name": name, "time_zone": "Asia/Kolkata", "currency": "INR", "grid_minutes": 30, "min_minutes": 30, "max_minutes": 180, "horizon_days": 60,
		"hold_seconds": 600, "hold_max_seconds": 1800, "offer_seconds": 900, "cancel_free_hours": 48, "cancel_fee_percent": 50, "check_in_minutes": 30, "no_show_minutes": 15,
		"quota_held": 100, "quota_active": 0, "quota_week_minutes": 0, // tests book more than the default quotas allow
	}
}

// Set changes some settings of the club.
func (c Club) Set(ctx context.Context, admin *Client, changes map[string]any) error {
	all := settings(c.Name)
	maps.Copy(all, changes)
	var set struct{}
	return admin.Do(ctx, http.MethodPut, c.Path(""), all, http.StatusOK, &set)
}

// Path returns the path of a resource of the club.
func (c Club) Path(format string, args ...any) string {
	return fmt.Sprintf("/clubs/%d", c.ID) + fmt.Sprintf(format, args...)
}

func (c *Club) setZone(name string) error {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return fmt.Errorf("the club's zone: %w", err)
	}
	c.Zone, c.today = zone, time.Now().In(zone)
	return nil
}

// Date returns the club's date some days after the one on which it was set up or found. It stays the same when midnight passes.
func (c Club) Date(ahead int) time.Time { return c.today.AddDate(0, 0, ahead) }

// Day formats a Date.
func (c Club) Day(ahead int) string { return c.Date(ahead).Format(time.DateOnly) }

// Slot returns a time on nets on one of the club's days.
func Slot(day, start, end string, nets ...int64) map[string]any {
	return map[string]any{"nets": nets, "start": day + "T" + start, "end": day + "T" + end}
}
