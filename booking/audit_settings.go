package booking

import (
	"encoding/json"
	"fmt"
	"strings"
)

// settingsDiff is the detail of a change of settings: the values that differ, before and after. A value that is missing on one side was added or removed.
func settingsDiff(before, after *setup) (map[string]any, error) {
	from, to := before.values(), after.values()
	was, is := map[string]any{}, map[string]any{}
	for name, old := range from {
		same, err := equalJSON(old, to[name])
		if err != nil {
			return nil, err
		}
		if !same {
			was[name] = old
		}
	}
	for name, now := range to {
		same, err := equalJSON(from[name], now)
		if err != nil {
			return nil, err
		}
		if !same {
			is[name] = now
		}
	}
	return map[string]any{"before": was, "after": is}, nil
}

func equalJSON(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("compare settings: %w", err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("compare settings: %w", err)
	}
	return string(x) == string(y), nil
}

// values are the settings by name: each column of the club, each net, add-on and closure, all hours and all prices.
func (s *setup) values() map[string]any {
	out := map[string]any{}
	if s.club.Zone == nil {
		return out // there was no club
	}
	out["name"], out["time_zone"], out["currency"] = s.club.Name, s.club.Zone.String(), s.club.Currency
	columns := strings.Split(clubColumns, ",")[4:] // after id, name, time_zone and currency
	for i, v := range clubValues(s.club) {
		out[strings.TrimSpace(columns[i])] = v
	}
	for _, n := range s.nets {
		out[fmt.Sprintf("net %d", n.ID)] = map[string]any{"name": n.Name, "surface": n.Surface, "indoor": n.Indoor, "lights": n.Lights, "capacity": n.Capacity, "active": n.Active}
		for _, a := range n.AddOns {
			out[fmt.Sprintf("add_on %d", a.ID)] = map[string]any{"net": n.ID, "name": a.Name, "per_hour": a.PerHour, "price_minor": a.Price.Minor, "active": a.Active}
		}
	}
	hours, prices := []any{}, []any{}
	for _, h := range s.hours {
		hours = append(hours, map[string]any{"net": h.Net, "weekday": int(h.Weekday), "opens_minute": h.Opens, "closes_minute": h.Closes})
	}
	for _, r := range s.prices {
		prices = append(prices, map[string]any{
			"net": r.Net, "label": r.Label, "rank": r.Rank, "weekdays": r.Weekdays, "from_minute": r.From, "to_minute": r.To, "member_minor": r.Member.Minor, "guest_minor": r.Guest.Minor,
		})
	}
	out["hours"], out["prices"] = hours, prices
	for _, c := range s.closures {
		one := map[string]any{"nets": c.Nets, "reason": c.Reason, "every": c.Every}
		if c.Every == Once {
			one["start"], one["end"] = c.During.Start.UTC(), c.During.End.UTC()
		} else {
			one["first_day"], one["from_minute"], one["to_minute"] = c.First.String(), c.From, c.To
			if c.Last != nil {
				one["last_day"] = c.Last.String()
			}
		}
		out[fmt.Sprintf("closure %d", c.ID)] = one
	}
	return out
}
