package booking

import (
	"context"
	"maps"
	"slices"
	"strings"

	"pavilion/internal/phrase"
)

// composeSeries composes the message about a changed series: the number of bookings, the first and the last. After the end of a series it adds the
// refunds and the fees.
func (d *delivery) composeSeries(ctx context.Context, set *setup, id SeriesID, in *phrase.Speaker) error {
	list, err := selectChangedInSeries(ctx, d.s.db, id, d.CreatedAt)
	if err != nil {
		return err
	}
	ended := notice(d.Kind) == notifySeriesEnded
	list = slices.DeleteFunc(list, func(b Booking) bool { return (b.State == Cancelled) != ended })
	if len(list) == 0 {
		return ErrNoSeries // it changed after selectStillCurrent; the next try drops the notification
	}
	first, last := list[0], list[len(list)-1]
	fee := Money{Currency: first.Price.Currency}
	var names []string
	for _, b := range list {
		if name := b.NetNames(set.nets); !slices.Contains(names, name) {
			names = append(names, name)
		}
		if b.CancelFee != nil {
			fee.Minor += b.CancelFee.Minor
		}
	}
	span := func(b Booking) string { return in.Span(b.Span.Start.In(d.zone), b.Span.End.In(d.zone)) }
	lines := []string{
		in.Say("notice_series."+strings.TrimPrefix(d.Kind, "series_"), len(list), strings.Join(names, ", ")),
		in.Say("notice_series.dates", span(first), span(last)),
	}
	if ended {
		back, err := selectCancelRefunds(ctx, d.s.db, idsOf(list))
		if err != nil {
			return err
		}
		sums := map[string]int64{} // by currency
		for _, r := range back {
			sums[r.Amount.Currency] += r.Amount.Minor
		}
		for _, currency := range slices.Sorted(maps.Keys(sums)) {
			lines = append(lines, in.Say("notice_series.back", in.Money(sums[currency], currency)))
		}
		if fee.Minor > 0 {
			lines = append(lines, in.Say("notice_series.fee", in.Money(fee.Minor, fee.Currency)))
		}
	}
	if notice(d.Kind) != notifySeriesBooked {
		d.deadline = first.Span.Start
	}
	d.message.Text = strings.Join(append(lines, set.club.Name), "\n")
	d.message.Calendar, d.message.CalendarType = calendarOf(set.club, set.nets, list...), first.CalendarType()
	return nil
}
