package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
)

const (
	csvType = "text/csv"
	// exportDays bounds one export; a longer one is several.
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

func (a *routes) daySheet(ctx context.Context, in *dayIn) (*bodyOut[listOf[BookingBody]], error) {
	day, err := booking.ParseDay(in.Day)
	if err != nil {
		return nil, err
	}
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	list, err := a.deps.Booking.DaySheet(ctx, actor, booking.ClubID(in.Club), day)
	return &bodyOut[listOf[BookingBody]]{listOf[BookingBody]{bookingsOf(list)}}, err
}

func (a *routes) export(ctx context.Context, in *exportIn) (*fileOut, error) {
	from, err := booking.ParseDay(in.From)
	if err != nil {
		return nil, err
	}
	to, err := booking.ParseDay(in.To)
	if err != nil {
		return nil, err
	}
	if to < from || to-from >= exportDays {
		return nil, booking.ErrRange
	}
	actor, err := a.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	club, err := a.deps.Booking.Club(ctx, booking.ClubID(in.Club))
	if err != nil {
		return nil, err
	}
	list, err := a.deps.Booking.Export(ctx, actor, club.ID, from, to)
	if err != nil {
		return nil, err
	}
	data, err := sheet(list, club)
	if err != nil {
		return nil, err
	}
	return &fileOut{
		ContentType:        csvType + "; charset=utf-8",
		ContentDisposition: fmt.Sprintf(`attachment; filename="bookings-%s-%s.csv"`, from, to),
		Body:               data,
	}, nil
}

// sheet writes bookings in the club's own time. Amounts are in minor units, so that no spreadsheet rounds them.
func sheet(list []booking.Booking, club booking.Club) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
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
			strconv.FormatInt(b.Price.Minor, 10), fee, b.Price.Currency, harmless(b.Note), harmless(strings.Join(b.Guests, "; ")),
		})
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	return out.Bytes(), nil
}

// harmless keeps a spreadsheet from running what a member wrote: a cell that begins like a formula begins with an apostrophe instead.
func harmless(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r\n") == 0 || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＋") || strings.HasPrefix(cell, "－") || strings.HasPrefix(cell, "＠") {
		return "'" + cell
	}
	return cell
}
