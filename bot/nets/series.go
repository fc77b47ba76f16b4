package nets

import (
	"context"
	"errors"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// series ends and moves the bookings of a series, for its member and the staff.
type series struct{ *visit }

// Which bookings of a series a step changes. With "Others", dates that clash stay and the others move. Buttons carry the number.
const (
	seriesFromHere = iota
	seriesAll
	seriesFromHereOthers
	seriesAllOthers
)

// from returns the first day that a step changes: the booking's day, or 0 for all days.
func (s step) from(b booking.Booking) booking.Day {
	if s.Choice == seriesAll || s.Choice == seriesAllOthers {
		return 0
	}
	return b.Day
}

// readPart reads a booking of a series, and the future bookings that a step changes.
func (r series) readPart(ctx context.Context, s step) (present bookingView, actor booking.Actor, ahead []booking.Booking, err error) {
	if present, err = bookingScreen(r).readBookingView(ctx, s.Booking); err != nil {
		return present, actor, nil, err
	}
	b := present.booking
	if b.Series == 0 || s.Choice > seriesAllOthers {
		return present, actor, nil, errStaleStep
	}
	if actor, err = r.actor(ctx, b.Club); err != nil {
		return present, actor, nil, err
	}
	if r.isOwn(b) && actor.Role != booking.Guest {
		actor.Role = booking.Player
	}
	all, err := r.Booking.SeriesBookings(ctx, actor, b.Club, b.Series)
	for _, x := range all {
		if x.State == booking.Confirmed && x.Day >= s.from(b) && x.Span.Start.After(present.at) {
			ahead = append(ahead, x)
		}
	}
	if err == nil && len(ahead) == 0 {
		err = booking.ErrSeriesOver
	}
	return present, actor, ahead, err
}

// seriesVersion reads the version of a booking's series; 0 where it has none.
func seriesVersion(ctx context.Context, service *booking.Service, actor booking.Actor, b booking.Booking) (int, error) {
	if b.Series == 0 {
		return 0, nil
	}
	all, err := service.SeriesBookings(ctx, actor, b.Club, b.Series)
	return booking.SeriesVersion(all), err
}

// askEnd shows the bookings, fees and refunds before a series or a part of it is ended.
func (r series) askEnd(ctx context.Context, s step) (screen, error) {
	present, actor, ahead, err := r.readPart(ctx, s)
	if err != nil {
		return nil, err
	}
	if s.Version, err = seriesVersion(ctx, r.Booking, actor, present.booking); err != nil {
		return nil, err
	}
	v := seriesEndView{present: present, ahead: ahead, step: s}
	for _, b := range ahead {
		terms, err := r.Booking.CancelTerms(ctx, actor, b.ID)
		if err != nil {
			return nil, err
		}
		v.addTerms(terms)
	}
	return v, nil
}

// end cancels the future bookings. It asks staff for a reason if the series is another person's.
func (r series) end(ctx context.Context, s step) (screen, error) {
	present, actor, _, err := r.readPart(ctx, s)
	if err != nil {
		return nil, err
	}
	b := present.booking
	reason, given := r.reason(s)
	if isStaff(actor) && !given {
		return askReason(s), nil
	}
	actor.Reason = reason
	done, err := r.Booking.IfSeen(s.seriesSeen()).EndSeries(ctx, actor, booking.EndSeriesRequest{Club: b.Club, Series: b.Series, From: s.from(b)})
	if err == nil {
		r.answer = r.in.Say("series.ended", len(done.Bookings))
	}
	return bookingScreen(r).showAfter(ctx, s, err)
}

// move moves the future bookings to the weekday, time and net that were chosen for one of them. If dates clash, it lists them and moves nothing yet.
func (r series) move(ctx context.Context, s step) (screen, error) {
	present, actor, _, err := r.readPart(ctx, s)
	if err != nil {
		return nil, err
	}
	b := present.booking
	slot := s.slotOf(b)
	quote, err := r.Booking.Quote(ctx, actor, slot)
	if err != nil {
		return nil, err
	}
	reason, given := r.reason(s)
	if isStaff(actor) && !given {
		return askReason(s), nil
	}
	actor.Reason = reason
	local := slot.Start.In(present.club.Zone)
	request := booking.MoveSeriesRequest{
		Club: b.Club, Series: b.Series, From: s.from(b), Weekday: new(quote.Day.Weekday()), Nets: slot.Nets, Policy: booking.AllOrNothing,
		Minute: new(int(booking.DayIn(local, present.club.Zone)-quote.Day)*wholeDay + local.Hour()*60 + local.Minute()),
	}
	if s.Choice == seriesFromHereOthers || s.Choice == seriesAllOthers {
		request.Policy = booking.Skip
	}
	done, err := r.Booking.IfSeen(s.seriesSeen()).MoveSeries(ctx, actor, request)
	if clash, ok := errors.AsType[*booking.SeriesConflictError](err); ok {
		return seriesClashView{present: present, clashes: clash.Skipped, step: s}, nil
	}
	if errors.Is(err, booking.ErrNoMove) {
		err = nil // by an earlier tap
	} else if err == nil {
		r.answer = r.in.Say("series.moved", len(done.Bookings))
	}
	return bookingScreen(r).showAfter(ctx, s, err)
}

// seriesEndView lists the bookings of a series that a step would cancel, with the refunds and fees.
type seriesEndView struct {
	present bookingView
	ahead   []booking.Booking // at least one, by start
	back    []booking.Money   // by currency
	fee     booking.Money
	step    step
}

// addTerms adds the refund and fee of one booking to the sums.
func (v *seriesEndView) addTerms(t booking.CancelTerms) {
	v.fee = booking.Money{Minor: v.fee.Minor + t.Fee.Minor, Currency: t.Fee.Currency}
	for _, m := range t.Back {
		found := false
		for i := range v.back {
			if v.back[i].Currency == m.Currency {
				v.back[i].Minor += m.Minor
				found = true
			}
		}
		if !found {
			v.back = append(v.back, m)
		}
	}
}

func (v seriesEndView) draw(d drawing) telegram.Reply {
	b, zone := v.present.booking, v.present.club.Zone
	lines := []string{
		"🏏 " + telegram.CleanLine(b.NetNames(v.present.nets), 100),
		d.in.Say("notice_series.dates", d.span(v.ahead[0].Span, zone), d.span(v.ahead[len(v.ahead)-1].Span, zone)),
	}
	for _, back := range v.back {
		lines = append(lines, d.in.Say("drop.back", d.money(back)))
	}
	if v.fee.Minor > 0 {
		lines = append(lines, d.in.Say("drop.fee", d.money(v.fee)))
	}
	k := d.keyboard()
	k.add(d.in.Say("series.end_do"), v.step.with(stepEndSeries))
	k.add(d.in.Say("series.keep"), step{Verb: stepBooking, Booking: b.ID})
	return titled(d.in.Say("series.end_ask", len(v.ahead)), lines, k)
}

const clashRows = 20

// seriesClashView lists the dates that cannot move with their series.
type seriesClashView struct {
	present bookingView
	clashes []booking.Skipped
	step    step
}

func (v seriesClashView) draw(d drawing) telegram.Reply {
	var lines []string
	for _, c := range v.clashes[:min(len(v.clashes), clashRows)] {
		lines = append(lines, "• "+d.in.Day(dateOf(c.Day))+": "+d.in.Error(fault.CodeOf(c.Reason)))
	}
	k := d.keyboard()
	others := v.step
	if others.Choice < seriesFromHereOthers {
		others.Choice += seriesFromHereOthers
		k.add(d.in.Say("series.move_others"), others)
	}
	k.add(d.in.Say("move.stay"), step{Verb: stepBooking, Booking: v.step.Booking})
	return titled(d.in.Say("series.clash", len(v.clashes)), lines, k)
}

// isSameWeek reports whether two days are in one week, from Monday to Sunday.
func isSameWeek(a, b booking.Day) bool {
	monday := func(d booking.Day) booking.Day {
		return d - booking.Day((int(d.Weekday())+int(time.Saturday))%daysInWeek)
	}
	return monday(a) == monday(b)
}
