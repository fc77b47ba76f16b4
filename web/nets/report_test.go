package nets

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"testing"
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
