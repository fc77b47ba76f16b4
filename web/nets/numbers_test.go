package nets

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pavilion/booking"
	"pavilion/sandbox/caller"
)

// bigNumbers are beyond a 32-bit column, at the end of a 64-bit one, and beyond it.
func bigNumbers() []string {
	return []string{"2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e400"}
}

// Every number in a path or a query of the description is sent too large: the answer is a refusal or nothing found, and never a failure.
func TestNumbers_InPathsAndQueriesOfAnySizeAreAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := b.signIn(adminID)
	type parameter struct {
		Name, In string
		Schema   struct{ Type any }
	}
	var description struct {
		Paths map[string]map[string]struct{ Parameters []parameter }
	}
	b.Do(request{Path: "/api/openapi.json"}).Into(t, &description)
	sent := 0
	for path, operations := range description.Paths {
		for method, o := range operations {
			for _, p := range o.Parameters {
				if p.Schema.Type != "integer" {
					continue
				}
				for _, number := range bigNumbers() {
					replace := []string{"{club}", "1", "{id}", "1", "{net}", "1", "{day}", c.day.String()}
					address := path
					query := ""
					if p.In == "path" {
						address = strings.ReplaceAll(path, "{"+p.Name+"}", number)
					} else {
						query = "?" + p.Name + "=" + number
					}
					r := request{Method: strings.ToUpper(method), Path: strings.NewReplacer(replace...).Replace(address) + query, Token: boss}
					if r.Method != http.MethodGet && r.Method != http.MethodDelete {
						r.Key, r.Body = key(), "{}"
					}
					if a := b.Do(r); a.Status >= 500 || a.Status >= 300 && a.Problem(t).Type == "" {
						t.Errorf("%s %s: %d %s", r.Method, r.Path, a.Status, a.Body)
					}
					sent++
				}
			}
		}
	}
	if sent < 300 {
		t.Errorf("only %d requests", sent)
	}
	b.Do(request{Path: c.path("/audit?booking=2147483648"), Token: boss}).Want(t, "the audit of a booking that there is not", 200, "")
}

// Every number in these bodies is sent too large, one at a time.
func TestNumbers_InBodiesOfAnySizeAreAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(func(club *booking.Club) { club.Policy.Buffer = 0 })
	boss := b.signIn(adminID)
	booked := b.hold(boss, c, c.slot("06:00", "07:00", c.nets[5]))
	at, to := c.at("18:00"), c.at("19:00")
	settings := map[string]any{
		"name": "Riverside", "time_zone": zone, "currency": "INR", "grid_minutes": 30, "min_minutes": 30, "max_minutes": 240, "buffer_minutes": 0, "notice_minutes": 0, "horizon_days": 60,
		"hold_seconds": 600, "hold_max_seconds": 1800, "offer_seconds": 900, "cancel_free_hours": 24, "cancel_fee_percent": 50, "check_in_minutes": 30, "no_show_minutes": 15,
		"reminder_minutes": 0, "quota_active": 0, "quota_week_minutes": 0, "place": map[string]any{"latitude": 1, "longitude": 1},
	}
	for path, body := range map[string]map[string]any{
		"POST /quote":    {"nets": []any{1}, "start": at, "end": to, "add_ons": []any{1}},
		"POST /holds":    {"nets": []any{1}, "start": at, "end": to, "add_ons": []any{1}, "member": 1},
		"POST /series":   {"nets": []any{1}, "first_day": c.day.String(), "start_minute": 600, "minutes": 60, "weeks": 2, "policy": "skip", "member": 1},
		"POST /waitlist": {"net": 1, "start": at, "end": to},
		"POST /blocks":   {"nets": []any{1}, "start": at, "end": to, "resolve": []any{map[string]any{"booking": 1, "version": 1, "action": "cancel", "nets": []any{1}}}},
		"POST /closures": {"nets": []any{1}, "every": "week", "first_day": c.day.String(), "from_minute": 0, "to_minute": 60},
		"PUT /hours":     {"items": []any{map[string]any{"net": 1, "weekday": 1, "opens_minute": 0, "closes_minute": 1440}}},
		"PUT /prices": {"items": []any{map[string]any{
			"net": 1, "label": "a", "rank": 1, "weekdays": []any{1}, "from_minute": 0, "to_minute": 1440, "member_minor": 1, "guest_minor": 1,
		}}},
		"POST /nets":               {"name": "A", "capacity": 1, "active": true},
		"POST /nets/1/add-ons":     {"name": "A", "price_minor": 1, "active": true},
		"POST /payments/1/refunds": {"amount_minor": 1, "seen_minor": 1},
		"POST /bookings/1/swap":    {"with": booked.ID, "with_version": 1},
		"PUT ":                     settings,
	} {
		method, below, _ := strings.Cut(path, " ")
		for _, number := range bigNumbers() {
			for _, text := range withNumber(t, body, number) {
				a := b.Do(request{Method: method, Path: c.path("%s", below), Token: boss, Key: key(), Body: text, Headers: b.seen(c.path("%s", below))})
				if a.Status >= 500 {
					t.Errorf("%s %s: %d %s", path, text, a.Status, a.Body)
				}
			}
		}
	}
	if n := caller.Metric(t, b.metrics, "pavilion_http_panics_total"); n != 0 {
		t.Errorf("%v panics", n)
	}
}

// withNumber writes a body once for each number in it, with that number replaced.
func withNumber(t *testing.T, body any, number string) []string {
	t.Helper()
	const mark = 424242424242
	count := 0
	var replace func(v any, nth *int) any
	replace = func(v any, nth *int) any {
		switch v := v.(type) {
		case map[string]any:
			out := map[string]any{}
			for _, name := range slices.Sorted(maps.Keys(v)) {
				out[name] = replace(v[name], nth)
			}
			return out
		case []any:
			var out []any
			for _, x := range v {
				out = append(out, replace(x, nth))
			}
			return out
		case int, int64:
			if *nth--; *nth == -1 {
				return mark
			}
			count++
			return v
		}
		return v
	}
	all := 1 << 30
	replace(body, &all)
	var texts []string
	for i := range count {
		nth := i
		data, err := json.Marshal(replace(body, &nth))
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.Replace(string(data), "424242424242", number, 1))
	}
	return texts
}
