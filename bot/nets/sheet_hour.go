package nets

import (
	"context"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// sheetHour sets the hour of the day sheet; for a club's admins.
type sheetHour struct{ *visit }

// ask shows a button for each hour.
func (h sheetHour) ask(ctx context.Context, s step) (screen, error) {
	if _, err := h.adminActor(ctx, s.Club); err != nil {
		return nil, err
	}
	club, err := h.Booking.Club(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	return sheetHourView{club}, nil
}

// set stores step.Opens, a minute of the day. wholeDay means never.
func (h sheetHour) set(ctx context.Context, s step) (screen, error) {
	actor, err := h.adminActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	club, err := h.Booking.Club(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	club.DaySheet = nil
	if s.Opens < wholeDay {
		club.DaySheet = &s.Opens
	}
	if _, err := h.Booking.IfSeen(booking.Seen{Setting: &club.Version}).SaveClub(ctx, actor, club); err != nil {
		return nil, err
	}
	h.confirmSaved()
	return netsMenu(h).showNets(ctx, s.Club)
}

// sheetHourView asks for the hour of the day sheet.
type sheetHourView struct{ club booking.Club }

func (v sheetHourView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	var hours []choice
	for hour := range 24 {
		hours = append(hours, choice{d.minuteOfDay(hour * 60), step{Verb: stepSetSheetHour, Club: v.club.ID, Opens: hour * 60}})
	}
	k.inRows(hours, 6)
	k.add(d.in.Say("nets.sheet_never"), step{Verb: stepSetSheetHour, Club: v.club.ID, Opens: wholeDay})
	k.add(d.in.Say("book.back"), step{Verb: stepNets, Club: v.club.ID})
	return titled(d.sheetHour(v.club), []string{d.in.Say("nets.sheet_when")}, k)
}

// sheetHour writes the hour of the day sheet, or "never".
func (d drawing) sheetHour(c booking.Club) string {
	if c.DaySheet == nil {
		return d.in.Say("nets.sheet", d.in.Say("nets.sheet_never"))
	}
	return d.in.Say("nets.sheet", d.minuteOfDay(*c.DaySheet))
}
