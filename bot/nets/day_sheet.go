package nets

import (
	"context"
	"slices"
	"strconv"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// daySheet is a club's bookings of one day, for its staff. A booking leads to its screen, where the desk works on it.
type daySheet struct{ *visit }

// HandleToday answers /today.
func (s *Screens) HandleToday(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) {
		club, err := v.firstClub(ctx, v.staffActor)
		if err != nil {
			return nil, err
		}
		at, err := v.clock(ctx)
		if err != nil {
			return nil, err
		}
		return daySheet{v}.showSheet(ctx, step{Verb: stepDaySheet, Club: club.ID, Day: booking.DayIn(at, club.Zone)})
	})
}

const daySheetRows = 12 // on a page

func (y daySheet) showSheet(ctx context.Context, s step) (screen, error) {
	actor, err := y.staffActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	club, nets, err := y.clubNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	list, err := y.Booking.DaySheet(ctx, actor, s.Club, s.Day)
	if err != nil {
		return nil, err
	}
	stranded, err := y.Booking.Stranded(ctx, actor, s.Club)
	if err != nil {
		return nil, err
	}
	reviews, err := y.Booking.Reviews(ctx, actor, s.Club)
	if err != nil {
		return nil, err
	}
	shown, _, _ := pageOf(list, daySheetRows, s.Page)
	return daySheetView{club: club, nets: nets, bookings: list, stranded: stranded, reviews: len(reviews), names: y.names(ctx, membersOf(shown)), step: s}, nil
}

// daySheetView is a page of a day's bookings. It needs the names of the page's members only.
type daySheetView struct {
	club     booking.Club
	nets     []booking.Net
	bookings []booking.Booking
	stranded []booking.Booking // on any day
	reviews  int               // open ones of the club
	names    map[booking.MemberID]string
	step     step
}

func (v daySheetView) draw(d drawing) telegram.Reply {
	s := v.step
	shown, page, last := pageOf(v.bookings, daySheetRows, s.Page)
	k := d.keyboard()
	for _, b := range shown {
		k.add(v.line(d, b), step{Verb: stepBooking, Booking: b.ID})
	}
	k.pageButtons(page, 0, last, s)
	d.strandedButton(k, s.Club, len(v.stranded))
	d.reviewsButton(k, s.Club, v.reviews)
	var days []choice
	if before := s.Day - 1; before >= 0 {
		days = append(days, choice{"◀ " + d.in.Day(dateOf(before)), step{Verb: stepDaySheet, Club: s.Club, Day: before}})
	}
	if after := s.Day + 1; after <= maxStepDay {
		days = append(days, choice{d.in.Day(dateOf(after)) + " ▶", step{Verb: stepDaySheet, Club: s.Club, Day: after}})
	}
	k.row(days...)
	return titled("📋 "+clubName(v.club)+" · "+d.in.Day(dateOf(s.Day)), []string{d.in.Say("desk.some", len(v.bookings))}, k)
}

// line writes a booking: its times, its nets, and its member with the number of guests, or the note of a block.
func (v daySheetView) line(d drawing, b booking.Booking) string {
	start, end := b.Span.Start.In(v.club.Zone), b.Span.End.In(v.club.Zone)
	who := v.names[b.Member]
	if b.Kind == booking.Block {
		who = telegram.CleanLine(b.Note, 40)
	}
	if n := len(b.Guests); n > 0 {
		who += " +" + strconv.Itoa(n)
	}
	mark := stateMark(b)
	if slices.ContainsFunc(v.stranded, func(x booking.Booking) bool { return x.ID == b.ID }) {
		mark = "⚠️"
	}
	return mark + " " + d.in.Times(start, end) + " " + telegram.CleanLine(b.NetNames(v.nets), 30) + " · " + who
}
