package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/telegramweb"
)

// clockChanges returns the next days of 23 and of 25 hours in a zone.
func clockChanges(t *testing.T, zone *time.Location) (short, long time.Time) {
	t.Helper()
	y, m, d := time.Now().In(zone).Date()
	for ahead := 1; ahead <= 366; ahead++ {
		day := time.Date(y, m, d+ahead, 0, 0, 0, 0, zone)
		switch length := time.Date(y, m, d+ahead+1, 0, 0, 0, 0, zone).Sub(day); {
		case length == 23*time.Hour && short.IsZero():
			short = day
		case length == 25*time.Hour && long.IsZero():
			long = day
		}
	}
	if short.IsZero() || long.IsZero() {
		t.Fatalf("%s has no clock changes", zone)
	}
	return short, long
}

// On the day of 23 hours the page has no times of the skipped hour. On the day of 25 hours it has the repeated hour twice, with the zone's offset in every
// name, and each of the two can be booked.
func (p *pages) changesClock(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	club, err := miniapp.SetUp(t.Context(), p.boss, "Thamesside", "Turf 1", "Turf 2")
	if err != nil {
		t.Fatal(err)
	}
	if err := club.Set(t.Context(), p.boss, map[string]any{"time_zone": zone.String(), "horizon_days": 400}); err != nil {
		t.Fatal(err)
	}
	var night []map[string]any
	for day := range 7 {
		night = append(night, map[string]any{"weekday": day, "opens_minute": 0, "closes_minute": 4 * 60})
	}
	var set struct{}
	if err := p.boss.Do(t.Context(), http.MethodPut, club.Path("/hours"), map[string]any{"items": night}, http.StatusOK, &set); err != nil {
		t.Fatal(err)
	}
	short, long := clockChanges(t, zone)
	opened := func(v telegramweb.Visit, day time.Time) telegramweb.Visit {
		v.Start = fmt.Sprintf("c%d_d%s", club.ID, day.Format("20060102"))
		return v
	}
	first, second := p.someone(), p.someone()
	v := p.visit(t, opened(telegramweb.Visit{Who: first}, short))
	v.shows(short, "00:00", "00:30", "02:00", "02:30", "03:00", "03:30")
	v.open(opened(telegramweb.Visit{Who: first}, long))
	v.shows(long, "00:00", "00:30", "01:00 GMT+1", "01:30 GMT+1", "01:00 GMT+0", "01:30 GMT+0", "02:00", "02:30", "03:00", "03:30")
	v.page.Press(t, "Turf 1, 01:30 GMT+0, Free")
	v.page.Until(t, `document.querySelector("dialog .when").textContent === "01:30 GMT+0–02:30"`)
	v.main("Hold")
	v.page.Until(t, `document.querySelector('[role="timer"]') && document.querySelector(".when").textContent.includes("01:30 GMT+0–02:30")`)
	later := v.bookingID()
	other := p.visit(t, opened(telegramweb.Visit{Who: second}, long))
	other.page.Until(t, `document.querySelector('.cell.held[aria-label^="Turf 1, 01:30 GMT+0, "]') && document.querySelector('.cell.held[aria-label^="Turf 1, 02:00, "]')`)
	other.page.Press(t, "Turf 1, 01:00 GMT+1, Free")
	other.page.Until(t, `document.querySelector("dialog .when").textContent === "01:00 GMT+1–01:00 GMT+0"`)
	other.main("Hold")
	other.page.Until(t, `document.querySelector('[role="timer"]')`)
	earlier := other.bookingID()
	other.goTo("#/bookings")
	other.page.Shows(t, "01:00 GMT+1–01:00 GMT+0")
	// A link has no offset. It leads to the first of the two.
	v.open(telegramweb.Visit{Who: first, Start: fmt.Sprintf("c%d_n%d_%s_0130", club.ID, club.Nets[1], long.Format("20060102"))})
	v.page.Until(t, `document.querySelector("dialog .when")?.textContent === "01:30 GMT+1–01:30 GMT+0"`)
	y, m, d := long.Date()
	for id, start := range map[int]time.Time{later: time.Date(y, m, d, 1, 30, 0, 0, time.UTC), earlier: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)} {
		if n := p.count(t, `SELECT count(*) FROM booking_slot WHERE booking_id = $1 AND during = tstzrange($2, $3, '[)')`, id, start, start.Add(time.Hour)); n != 1 {
			t.Errorf("booking %d is not one hour from %s", id, start)
		}
	}
}

// shows waits for a day's grid and compares its times. Every cell has a name of its own, of the time that its row shows.
func (v *visitor) shows(day time.Time, want ...string) {
	v.t.Helper()
	v.page.Until(v.t, `location.hash.endsWith("/`+day.Format(time.DateOnly)+`") && document.querySelector(".cell.free")`)
	times := browser.Eval[[]string](v.t, v.page, `[...document.querySelectorAll("[role=rowheader]")].map((r) => r.textContent)`)
	if !slices.Equal(times, want) {
		v.t.Errorf("the times of %s are %q, not %q", day.Format(time.DateOnly), times, want)
	}
	var cells []string
	for _, at := range want {
		cells = append(cells, "Turf 1, "+at, "Turf 2, "+at)
	}
	names := browser.Eval[[]string](v.t, v.page, `[...document.querySelectorAll(".cell")].map((c) => c.getAttribute("aria-label").split(", ", 2).join(", "))`)
	if !slices.Equal(names, cells) {
		v.t.Errorf("the cells of %s are %q, not %q", day.Format(time.DateOnly), names, cells)
	}
}
