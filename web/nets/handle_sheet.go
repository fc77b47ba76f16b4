package nets

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/web"
)

const (
	csvType = "text/csv"
	// exportDays bounds the days of one export.
	exportDays = 31
)

type dayIn struct {
	InClub
	Day string `path:"day" format:"date"`
}

type exportIn struct {
	InClub
	From string `query:"from" required:"true" format:"date"`
	To   string `query:"to" required:"true" format:"date" doc:"At most thirty-one days."`
}

// SheetBookingBody is a booking on the day sheet.
type SheetBookingBody struct {
	BookingBody
	Paid bool `json:"paid" doc:"A payment settles it, at the desk or elsewhere."`
}

// sheets are the handlers that list a club's bookings for its staff.
type sheets struct{ handlers }

func (h sheets) addRoutes() {
	web.Add(h.api, readRoute("day-sheet", "/clubs/{club}/days/{day}", administrationTag, "What happens on a day"), h.readDaySheet)
	web.AddOnce(h.actions, actionRoute("check-in-by-code", http.MethodPost, "/clubs/{club}/check-ins", administrationTag, "Check in the booking of a code that was scanned or typed; it has to be of the club and the day; staff only", http.StatusOK), h.checkInByCode)
	export := readRoute("export", "/clubs/{club}/export.csv", administrationTag, "Bookings of some days for a spreadsheet")
	export.Media = csvType
	web.Add(h.api, export, h.exportCSV)
	web.Add(h.api, readRoute("report", "/clubs/{club}/reports", administrationTag, "Use of the nets, revenue, attendance and lead times of some days; staff only"), h.readReport)
	spreadsheet := readRoute("report-csv", "/clubs/{club}/reports.csv", administrationTag, "The figures of the report for a spreadsheet, one a line; staff only")
	spreadsheet.Media = csvType
	web.Add(h.api, spreadsheet, h.downloadReport)
}

func (h sheets) readDaySheet(ctx context.Context, in *dayIn) (*web.Body[web.ListOf[SheetBookingBody]], error) {
	day, err := booking.ParseDay(in.Day)
	if err != nil {
		return nil, err
	}
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := h.booking.DaySheet(ctx, actor, booking.ClubID(in.Club), day)
	if err != nil {
		return nil, err
	}
	paid, err := h.booking.Paid(ctx, actor, list)
	return web.List(list, func(b booking.Booking) SheetBookingBody { return SheetBookingBody{bookingOf(b), paid[b.ID]} }), err
}

func (h sheets) exportCSV(ctx context.Context, in *exportIn) (*fileOut, error) {
	from, to, err := booking.ParseDays(in.From, in.To)
	if err != nil {
		return nil, err
	}
	if to < from || to-from >= exportDays {
		return nil, booking.ErrRange
	}
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	club, err := h.booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	list, err := h.booking.Export(ctx, actor, club.ID, from, to)
	if err != nil {
		return nil, err
	}
	return csvFile(fmt.Sprintf("bookings-%s-%s.csv", from, to), bookingLines(list, club))
}

// csvFile makes a spreadsheet to download. The first line has the names of the columns.
func csvFile(name string, lines [][]string) (*fileOut, error) {
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	return &fileOut{
		ContentType:        csvType + "; charset=utf-8",
		ContentDisposition: fmt.Sprintf(`attachment; filename="%s"`, name),
		Body:               out.Bytes(),
	}, nil
}

// bookingLines are the lines of the export, in the club's own time. Amounts are in minor units, which spreadsheets do not round.
func bookingLines(list []booking.Booking, club booking.Club) [][]string {
	lines := [][]string{{"id", "day", "start", "end", "nets", "member", "kind", "state", "rate", "price_minor", "fee_minor", "currency", "note", "guests"}}
	for _, b := range list {
		var nets []string
		for _, n := range b.Nets {
			nets = append(nets, strconv.FormatInt(int64(n), 10))
		}
		fee := ""
		if b.CancelFee != nil {
			fee = strconv.FormatInt(b.CancelFee.Minor, 10)
		}
		lines = append(lines, []string{
			strconv.FormatInt(int64(b.ID), 10), b.Day.String(), b.Span.Start.In(club.Zone).Format(time.RFC3339), b.Span.End.In(club.Zone).Format(time.RFC3339),
			strings.Join(nets, " "), strconv.FormatInt(int64(b.Member), 10), string(b.Kind), string(b.State), string(b.Rate),
			strconv.FormatInt(b.Price.Minor, 10), fee, b.Price.Currency, escapeFormula(b.Note), escapeFormula(strings.Join(b.Guests, "; ")),
		})
	}
	return lines
}

// formulaStart is the place in a cell at which a spreadsheet would begin to read a formula. The reader's settings
// decide which character separates cells, so a cell may begin after a comma, a semicolon, a tab or a line's end.
var formulaStart = regexp.MustCompile(`(^|[,;\t\r\n])([\s"\x{00a0}]*)([=+\-@＝＋－＠])`)

// escapeFormula puts an apostrophe before everything that a spreadsheet would run as a formula: members write notes and names. A cell that begins
// with white space other than blanks gets one as well.
func escapeFormula(cell string) string {
	cell = formulaStart.ReplaceAllString(cell, "$1$2'$3")
	if strings.IndexAny(cell, "\t\r\n") == 0 {
		return "'" + cell
	}
	return cell
}
