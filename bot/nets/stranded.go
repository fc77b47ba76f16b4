package nets

import (
	"context"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// strandedList lists the future bookings outside the opening hours or on retired nets. Each has a button to its screen, where staff move or cancel it.
type strandedList struct{ *visit }

func (l strandedList) show(ctx context.Context, s step) (screen, error) {
	actor, err := l.staffActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	club, nets, err := l.clubNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	list, err := l.Booking.Stranded(ctx, actor, s.Club)
	if err != nil {
		return nil, err
	}
	at, err := l.clock(ctx)
	if err != nil {
		return nil, err
	}
	shown, _, _ := pageOf(list, daySheetRows, s.Page)
	return strandedView{today: booking.DayIn(at, club.Zone), club: club, nets: nets, bookings: list, names: l.names(ctx, membersOf(shown)), step: s}, nil
}

// strandedView is a page of these bookings. It has the names of the members on this page.
type strandedView struct {
	club     booking.Club
	today    booking.Day
	nets     []booking.Net
	bookings []booking.Booking
	names    map[booking.MemberID]string
	step     step
}

func (v strandedView) draw(d drawing) telegram.Reply {
	shown, page, last := pageOf(v.bookings, daySheetRows, v.step.Page)
	k := d.keyboard()
	for _, b := range shown {
		k.add("⚠️ "+d.span(b.Span, v.club.Zone)+" · "+telegram.CleanLine(b.NetNames(v.nets), 30)+" · "+v.names[b.Member], step{Verb: stepBooking, Booking: b.ID})
	}
	k.pageButtons(page, 0, last, v.step)
	k.add(d.in.Say("desk.sheet"), step{Verb: stepDaySheet, Club: v.club.ID, Day: v.today})
	return titled("⚠️ "+clubName(v.club), []string{d.in.Say("stranded.some", len(v.bookings))}, k)
}

// strandedButton adds a button to the list if count is above 0.
func (d drawing) strandedButton(k *keyboard, club booking.ClubID, count int) {
	if count > 0 {
		k.add(d.in.Say("stranded.button", count), step{Verb: stepStranded, Club: club})
	}
}
