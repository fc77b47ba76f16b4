package nets

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"testing"
	"time"

	"pavilion/booking"
)

// The report and the spreadsheet are made of the same bookings.
func TestReport_HasTheSumsOfTheSpreadsheet(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	for i, times := range [][2]string{{"10:00", "11:00"}, {"10:00", "12:00"}} {
		held := b.hold(member, c, c.slot(times[0], times[1], c.nets[i]))
		b.act(member, c, held.ID, "confirm", nil).Want(t, "confirm", http.StatusOK, "")
	}
	b.Do(request{Path: c.path("/reports?from=%s&to=%s", c.day, c.day), Token: member}).Want(t, "a member", http.StatusForbidden, "forbidden")
	b.Do(request{Path: c.path("/reports?from=%s&to=%s", c.day, c.day+62), Token: boss}).Want(t, "too many days", http.StatusUnprocessableEntity, "day-range")
	var r ReportBody
	b.Do(request{Path: c.path("/reports?from=%s&to=%s", c.day, c.day), Token: boss}).Into(t, &r)
	lines, err := csv.NewReader(bytes.NewReader(b.Do(request{Path: c.path("/export.csv?from=%s&to=%s", c.day, c.day), Token: boss}).Body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	price, nets, booked := int64(0), int64(0), 0
	for _, line := range lines[1:] {
		one, err := strconv.ParseInt(line[9], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		price += one
	}
	for _, n := range r.Nets {
		nets += n.PriceMinor
	}
	for _, u := range r.Hours {
		booked += u.BookedMinutes
	}
	if len(r.Days) != 1 || r.Days[0].Bookings != 2 || r.Days[0].PriceMinor != price || nets != price || price == 0 || booked != 180 || len(r.Leads) != 6 {
		t.Errorf("the spreadsheet has %d, the report %+v", price, r)
	}
}

// The spreadsheet of the report has every figure of the report once. A net's name cannot become a formula.
func TestReport_ItsSpreadsheetHasItsSums(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss, member := b.signIn(adminID), b.member()
	held := b.hold(member, c, c.slot("10:00", "12:00", c.nets[0]))
	b.act(member, c, held.ID, "confirm", nil).Want(t, "confirm", http.StatusOK, "")
	b.act(boss, c, held.ID, "desk-payment", map[string]any{"method": "cash"}).Want(t, "cash", http.StatusOK, "")
	b.put("PUT", boss, c.path("/nets/%d", c.nets[1]), map[string]any{"name": "=1+1", "capacity": 4, "active": true}).Want(t, "rename", http.StatusOK, "")
	today := booking.DayIn(time.Now(), c.zone)
	days := fmt.Sprintf("?from=%s&to=%s", today, today+61)
	b.Do(request{Path: c.path("/reports.csv%s", days), Token: member}).Want(t, "a member", http.StatusForbidden, "forbidden")
	b.Do(request{Path: c.path("/reports.csv?from=%s&to=%s", today, today+62), Token: boss}).Want(t, "too many days", http.StatusUnprocessableEntity, "day-range")
	var r ReportBody
	b.Do(request{Path: c.path("/reports%s", days), Token: boss}).Into(t, &r)
	lines, err := csv.NewReader(bytes.NewReader(b.Do(request{Path: c.path("/reports.csv%s", days), Token: boss}).Body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sums, names := map[string]int64{}, map[string]int{}
	for _, line := range lines[1:] {
		n, err := strconv.ParseInt(line[4], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sums[line[0]+" "+line[3]] += n
		names[line[2]]++
	}
	want := map[string]int64{}
	for _, h := range r.Hours {
		want["hour booked_minutes"] += int64(h.BookedMinutes)
		want["hour blocked_minutes"] += int64(h.BlockedMinutes)
		want["hour open_minutes"] += int64(h.OpenMinutes)
	}
	for _, d := range r.Days {
		want["day bookings"] += int64(d.Bookings)
		want["day checked_in"] += int64(d.CheckedIn)
		want["day no_shows"] += int64(d.NoShows)
		want["day late_cancelled"] += int64(d.LateCancelled)
		want["day price_minor"] += d.PriceMinor
		want["day fee_minor"] += d.FeeMinor
		want["day received_minor"] += d.ReceivedMinor
		want["day refunded_minor"] += d.RefundedMinor
	}
	for _, n := range r.Nets {
		want["net bookings"] += int64(n.Bookings)
		want["net booked_minutes"] += int64(n.BookedMinutes)
		want["net price_minor"] += n.PriceMinor
	}
	for _, l := range r.Leads {
		want["lead bookings"] += int64(l.Bookings)
	}
	for _, x := range r.Takings {
		want["takings received_minor"] += x.Received.Minor
		want["takings refunded_minor"] += x.Refunded.Minor
	}
	if !maps.Equal(sums, want) || want["day bookings"] != 1 || want["takings received_minor"] == 0 {
		t.Errorf("the spreadsheet has %v, the report %v", sums, want)
	}
	if names["=1+1"] != 0 || names["'=1+1"] != 3 {
		t.Errorf("the net's name is %v", names)
	}
}
