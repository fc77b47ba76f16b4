package nets

import (
	"context"
	"fmt"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// errNotShareable refuses to share a booking that is not confirmed, or is over.
var errNotShareable = fault.New(fault.Conflict, "not_shareable")

// SharedBooking writes a booking of a person for others: the nets, the time and the guests, without its price. The staff's rights do not count.
func (s *Screens) SharedBooking(ctx context.Context, person, club, id int64) (telegram.InlineText, error) {
	owner := booking.Actor{ID: booking.MemberID(person), Role: booking.Player, Origin: booking.OriginChat}
	b, err := s.Booking.Booking(ctx, owner, booking.ID(id))
	if err == nil && b.Club != booking.ClubID(club) {
		err = booking.ErrNoBooking
	}
	if err != nil {
		return telegram.InlineText{}, err
	}
	_, at, err := s.Booking.BookingsByID(ctx, nil) // only the clock
	if err != nil {
		return telegram.InlineText{}, err
	}
	if b.State != booking.Confirmed && b.State != booking.CheckedIn || !b.Span.End.After(at) {
		return telegram.InlineText{}, errNotShareable
	}
	v, err := readBookingView(ctx, s.Booking, owner, b, at)
	if err != nil {
		return telegram.InlineText{}, err
	}
	d := drawing{in: s.Texts.InLanguage(s.Language(ctx, person))}
	return telegram.InlineText{ID: fmt.Sprintf("booking-%d-%d", b.ID, b.Revision), Title: v.sharedTitle(), Reply: v.drawShared(d)}, nil
}

// sharedTitle names the nets and the club.
func (v bookingView) sharedTitle() string {
	return "🏏 " + telegram.CleanLine(v.booking.NetNames(v.nets), 100) + " · " + clubName(v.club)
}

// drawShared is the booking for others.
func (v bookingView) drawShared(d drawing) telegram.Reply {
	lines := []string{d.span(v.booking.Span, v.club.Zone)}
	if v.club.Address != "" {
		lines = append(lines, "📍 "+telegram.CleanLine(v.club.Address, 200))
	}
	for _, name := range v.booking.Guests {
		lines = append(lines, "👥 "+telegram.CleanLine(name, 60))
	}
	reply := titled(v.sharedTitle(), lines, d.keyboard())
	if p := v.club.Place; p != nil {
		reply.Links = []telegram.Link{{Text: d.in.Say("show.map"), URL: fmt.Sprintf("https://maps.google.com/?q=%f,%f", p.Latitude, p.Longitude)}}
	}
	return reply
}
