package nets

import (
	"context"
	"fmt"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

const auditLines = 20

// HandleAudit shows who did what: with a booking, or in the club of late.
func (s *Screens) HandleAudit(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) {
		if strings.TrimSpace(e.Text) != "" {
			id, err := numberIn(e.Text)
			if err != nil {
				return telegram.Reply{}, err
			}
			return v.auditOf(ctx, step{Verb: stepAudit, Booking: id})
		}
		club, err := v.staffClub(ctx)
		if err != nil {
			return telegram.Reply{}, err
		}
		return v.audit(ctx, club, booking.AuditQuery{Club: club.ID, Limit: auditLines, Newest: true})
	})
}

func (v *visit) auditOf(ctx context.Context, s step) (telegram.Reply, error) {
	var reply telegram.Reply
	err := v.deskStep(ctx, s, func(ctx context.Context, _ booking.Actor, b booking.Booking) error {
		club, err := v.service().Club(ctx, b.Club)
		if err != nil {
			return err
		}
		if reply, err = v.audit(ctx, club, booking.AuditQuery{Club: b.Club, Booking: b.ID, Limit: auditLines, Newest: true}); err != nil {
			return err
		}
		k := v.buttons()
		k.row(v.in.Say("book.back"), step{Verb: stepShow, Booking: b.ID})
		reply.Keyboard = k.rows
		return nil
	})
	return reply, err
}

// audit writes lines of the record. What was done is named as in the record: the words are the same for everybody who reads it.
func (v *visit) audit(ctx context.Context, club booking.Club, query booking.AuditQuery) (telegram.Reply, error) {
	actor, err := v.staffActor(ctx, club.ID)
	if err != nil {
		return telegram.Reply{}, err
	}
	lines, err := v.service().Audit(ctx, actor, query)
	if err != nil {
		return telegram.Reply{}, err
	}
	who := make([]booking.Booking, 0, len(lines))
	for _, l := range lines {
		who = append(who, booking.Booking{Member: l.Actor})
	}
	names := v.names(ctx, who)
	title := v.in.Say("desk.audit_title", telegram.CleanLine(club.Name, 100))
	var t strings.Builder
	t.WriteString(title)
	for _, l := range lines {
		at := l.At.In(club.Zone)
		fmt.Fprintf(&t, "\n%s %s · %s", v.in.Day(at), v.in.Clock(at), l.Action)
		if l.Booking != 0 {
			fmt.Fprintf(&t, " %d", l.Booking)
		}
		if l.Actor != 0 {
			t.WriteString(" · " + names[l.Actor])
		}
		t.WriteString(" · " + l.Origin)
	}
	return telegram.Reply{Text: t.String(), Bold: len(title)}, nil
}
