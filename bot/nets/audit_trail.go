package nets

import (
	"context"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// auditTrail shows the staff the latest entries of the audit: of one booking, or of the club.
type auditTrail struct{ *visit }

// HandleAudit answers /audit, with or without the number of a booking.
func (s *Screens) HandleAudit(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) {
		if strings.TrimSpace(e.Text) != "" {
			id, err := parseBookingNumber(e.Text)
			if err != nil {
				return nil, err
			}
			return auditTrail{v}.ofBooking(ctx, id)
		}
		club, err := v.firstClub(ctx, v.staffActor)
		if err != nil {
			return nil, err
		}
		return auditTrail{v}.readEntries(ctx, club, 0)
	})
}

func (a auditTrail) ofBooking(ctx context.Context, id booking.ID) (screen, error) {
	b, _, err := a.readBooking(ctx, id)
	if err != nil {
		return nil, err
	}
	club, err := a.Booking.Club(ctx, b.Club)
	if err != nil {
		return nil, err
	}
	return a.readEntries(ctx, club, id)
}

const auditLines = 20

func (a auditTrail) readEntries(ctx context.Context, club booking.Club, id booking.ID) (screen, error) {
	actor, err := a.staffActor(ctx, club.ID)
	if err != nil {
		return nil, err
	}
	entries, err := a.Booking.Audit(ctx, actor, booking.AuditQuery{Club: club.ID, Booking: id, Limit: auditLines, Newest: true})
	if err != nil {
		return nil, err
	}
	nets, err := a.Booking.NamedNets(ctx, club.ID)
	if err != nil {
		return nil, err
	}
	var people []booking.MemberID
	for _, x := range entries {
		for _, id := range []booking.MemberID{x.Actor, booking.MemberID(integer(x.Detail["member"]))} {
			if id != 0 {
				people = append(people, id)
			}
		}
	}
	return auditView{club: club, booking: id, nets: nets, entries: entries, names: a.names(ctx, people)}, nil
}

// auditView is a page of the audit.
type auditView struct {
	club    booking.Club
	booking booking.ID // 0: the entries are the club's
	nets    []booking.Net
	entries []booking.AuditEntry
	names   map[booking.MemberID]string
}

func (v auditView) draw(d drawing) telegram.Reply {
	words := auditWords{drawing: d, zone: v.club.Zone, nets: v.nets, names: v.names}
	var lines []string
	for _, x := range v.entries {
		lines = append(lines, words.line(x))
	}
	k := d.keyboard()
	if v.booking != 0 {
		k.add(d.in.Say("book.back"), step{Verb: stepBooking, Booking: v.booking})
	}
	return titled(d.in.Say("desk.audit_title", clubName(v.club)), lines, k)
}
