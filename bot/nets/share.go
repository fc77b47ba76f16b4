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
	v := s.visitOf(person)
	b, at, err := v.readBooking(ctx, booking.ID(id))
	switch {
	case err != nil:
		return telegram.InlineText{}, err
	case b.Member != booking.MemberID(person) || b.Club != booking.ClubID(club):
		return telegram.InlineText{}, booking.ErrNoBooking
	case b.State != booking.Confirmed && b.State != booking.CheckedIn || !b.Span.End.After(at):
		return telegram.InlineText{}, errNotShareable
	}
	shown := bookingView{booking: b, at: at}
	if shown.club, shown.nets, err = v.clubNets(ctx, b.Club); err != nil {
		return telegram.InlineText{}, err
	}
	d := drawing{in: s.Texts.InLanguage(s.Language(ctx, person))}
	return telegram.InlineText{ID: fmt.Sprintf("booking-%d-%d", b.ID, b.Revision), Title: shown.title(), Reply: shown.drawShared(d)}, nil
}

// drawShared is the booking for others.
func (v bookingView) drawShared(d drawing) telegram.Reply {
	lines := []string{d.span(v.booking.Span, v.club.Zone)}
	if v.club.Address != "" {
		lines = append(lines, "📍 "+telegram.CleanLine(v.club.Address, 200))
	}
	lines = append(lines, v.guestLines()...)
	reply := titled(v.title(), lines, d.keyboard())
	if p := v.club.Place; p != nil {
		reply.Links = []telegram.Link{{Text: d.in.Say("show.map"), URL: fmt.Sprintf("https://maps.google.com/?q=%f,%f", p.Latitude, p.Longitude)}}
	}
	return reply
}
