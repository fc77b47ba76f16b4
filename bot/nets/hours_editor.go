package nets

import (
	"context"
	"slices"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// hoursEditor edits the opening hours of a club's nets, for its admins.
type hoursEditor struct{ *visit }

// errLastHours refuses to delete a net's last own hours: the net would get the common hours.
var errLastHours = fault.New(fault.Invalid, "last_hours")

// ownHours in step.Weekday means all own hours of the net.
const ownHours = 8

// week is the hours of one net, or of all.
func (h hoursEditor) week(ctx context.Context, s step) (screen, error) { return h.readWeek(ctx, s) }

func (h hoursEditor) readWeek(ctx context.Context, s step) (weekView, error) {
	_, club, nets, err := h.adminNets(ctx, s.Club)
	if err != nil {
		return weekView{}, err
	}
	hours, err := h.Booking.Hours(ctx, s.Club)
	return weekView{club: club, nets: nets, hours: hours, net: s.Net}, err
}

// askTime asks by a keyboard when a weekday opens, or when it closes.
func (h hoursEditor) askTime(ctx context.Context, s step) (screen, error) {
	_, _, nets, err := h.adminNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	if s.Weekday > everyWeekday {
		return nil, errStaleStep
	}
	return timeOfDayView{nets, s}, nil
}

func (h hoursEditor) typeHours(ctx context.Context, s step) (screen, error) {
	if _, err := h.adminActor(ctx, s.Club); err != nil {
		return nil, err
	}
	text, typed := h.typed()
	if !typed {
		return question{answer: s, text: askHours(s.Weekday)}, nil
	}
	list, err := parseHours(text)
	if err != nil {
		return nil, err
	}
	return h.setHours(ctx, s, list...)
}

func askHours(weekday int) func(d drawing) string {
	return func(d drawing) string { return d.in.Say("nets.ask_hours", d.weekday(weekday)) }
}

// setHours replaces the hours of a weekday and shows the week. An empty list closes the weekday, or removes ownHours.
func (h hoursEditor) setHours(ctx context.Context, s step, list ...booking.TimesOfDay) (screen, error) {
	actor, err := h.adminActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	if s.Weekday > ownHours {
		return nil, errStaleStep
	}
	err = h.Booking.EditHours(ctx, actor, s.Club, func(now []booking.OpeningHours) ([]booking.OpeningHours, error) {
		return editHours(now, s, list)
	})
	if err != nil {
		return nil, err
	}
	h.confirmSaved()
	stranded, err := h.Booking.Stranded(ctx, actor, s.Club)
	if err != nil {
		return nil, err
	}
	week, err := h.readWeek(ctx, s)
	week.stranded = len(stranded)
	return week, err
}

// editHours replaces the hours of a step's net and weekday. A net that gets its first own hours begins with those of all nets.
func editHours(now []booking.OpeningHours, s step, list []booking.TimesOfDay) ([]booking.OpeningHours, error) {
	keepsOwn := s.Net != 0 && s.Weekday != ownHours
	if keepsOwn && len(hoursOf(now, s.Net)) == 0 {
		for _, h := range hoursOf(now, 0) {
			h.Net = s.Net
			now = append(now, h)
		}
	}
	now = slices.DeleteFunc(now, func(h booking.OpeningHours) bool {
		return h.Net == s.Net && (s.Weekday >= everyWeekday || int(h.Weekday) == s.Weekday)
	})
	for day := range booking.Day(daysInWeek) {
		for _, x := range list {
			if s.Weekday == everyWeekday || s.Weekday == int(day.Weekday()) {
				now = append(now, booking.OpeningHours{Net: s.Net, Weekday: day.Weekday(), Opens: x.From, Closes: x.To})
			}
		}
	}
	if keepsOwn && len(hoursOf(now, s.Net)) == 0 {
		return nil, errLastHours
	}
	return now, nil
}

func hoursOf(all []booking.OpeningHours, net booking.NetID) (list []booking.OpeningHours) {
	for _, h := range all {
		if h.Net == net {
			list = append(list, h)
		}
	}
	return list
}
