package nets

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func (h sheets) downloadReport(ctx context.Context, in *reportIn) (*fileOut, error) {
	r, err := h.clubReport(ctx, in)
	if err != nil {
		return nil, err
	}
	body := reportOf(r)
	return csvFile(fmt.Sprintf("report-%s-%s.csv", body.From, body.To), reportLines(body))
}

// reportTable collects the lines of a report.
type reportTable struct{ lines [][]string }

// add adds a figure. part names the part of the report, item the day, net, hour, lead time or way of payment.
func (t *reportTable) add(part, item, name, figure string, value int64, currency string) {
	t.lines = append(t.lines, []string{part, item, escapeFormula(name), figure, strconv.FormatInt(value, 10), currency})
}

// reportLines are the figures of a report, one a line, under the names that they have in the report. Amounts are in minor units.
func reportLines(r ReportBody) [][]string {
	t := reportTable{lines: [][]string{{"part", "item", "name", "figure", "value", "currency"}}}
	for _, h := range r.Hours {
		item, name := fmt.Sprintf("%d-%02d", h.Weekday, h.Hour), fmt.Sprintf("%s %02d:00", time.Weekday(h.Weekday), h.Hour)
		t.add("hour", item, name, "booked_minutes", int64(h.BookedMinutes), "")
		t.add("hour", item, name, "blocked_minutes", int64(h.BlockedMinutes), "")
		t.add("hour", item, name, "open_minutes", int64(h.OpenMinutes), "")
	}
	for _, d := range r.Days {
		t.add("day", d.Day, "", "bookings", int64(d.Bookings), "")
		t.add("day", d.Day, "", "checked_in", int64(d.CheckedIn), "")
		t.add("day", d.Day, "", "no_shows", int64(d.NoShows), "")
		t.add("day", d.Day, "", "late_cancelled", int64(d.LateCancelled), "")
		t.add("day", d.Day, "", "price_minor", d.PriceMinor, r.Currency)
		t.add("day", d.Day, "", "fee_minor", d.FeeMinor, r.Currency)
		t.add("day", d.Day, "", "received_minor", d.ReceivedMinor, r.Currency)
		t.add("day", d.Day, "", "refunded_minor", d.RefundedMinor, r.Currency)
	}
	for _, n := range r.Nets {
		item := strconv.FormatInt(n.Net, 10)
		t.add("net", item, n.Name, "bookings", int64(n.Bookings), "")
		t.add("net", item, n.Name, "booked_minutes", int64(n.BookedMinutes), "")
		t.add("net", item, n.Name, "price_minor", n.PriceMinor, r.Currency)
	}
	for i, l := range r.Leads {
		name := fmt.Sprintf("%d hours and more", l.Hours)
		if i+1 < len(r.Leads) {
			name = fmt.Sprintf("%d to %d hours", l.Hours, r.Leads[i+1].Hours)
		}
		t.add("lead", strconv.Itoa(l.Hours), name, "bookings", int64(l.Bookings), "")
	}
	for _, x := range r.Takings {
		way := strings.TrimSpace(x.Provider + " " + x.Method)
		t.add("takings", way, "", "received_minor", x.Received.Minor, x.Received.Currency)
		t.add("takings", way, "", "refunded_minor", x.Refunded.Minor, x.Refunded.Currency)
	}
	return t.lines
}
