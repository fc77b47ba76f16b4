package nets

import (
	"context"
	"log/slog"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

// Entrance says which buttons of booking a person gets with /start.
type Entrance struct {
	MayBook  bool
	Manages  booking.ClubID // the first club that the person is an admin of; 0: none
	MaySetUp bool           // there is no club, and the person may set one up
	HasDraft bool           // the person has begun to set one up
}

// Entrance reads a person's Entrance. A button is left out if its data cannot be read.
func (s *Screens) Entrance(ctx context.Context, e *telegram.Event, hasClub bool) Entrance {
	v := s.visit(e)
	out := Entrance{MayBook: hasClub, MaySetUp: !hasClub && s.IsAdmin(e.From.ID)}
	var err error
	if out.MaySetUp {
		out.HasDraft, err = s.Drafts.Read(ctx, e.Chat.ID, new(clubDraft))
	}
	if hasClub {
		if club, cerr := v.firstClub(ctx, v.adminActor); cerr == nil {
			out.Manages = club.ID
		}
	}
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "a way into booking is left out of the first screen", slog.Any("error", err))
	}
	return out
}

// Buttons returns the buttons. They edit their own message.
func (n Entrance) Buttons(in *phrase.Speaker, owner int64) [][]telegram.Button {
	k := &keyboard{owner: owner}
	if n.MayBook {
		k.row(choice{in.Say("mine.book"), step{Verb: stepClubs}}, choice{in.Say("start.bookings_button"), step{Verb: stepMyBookings}})
	}
	if n.Manages != 0 {
		k.add(in.Say("start.manage_button"), step{Verb: stepNets, Club: n.Manages})
	}
	if n.MaySetUp {
		text := "start.set_up_button"
		if n.HasDraft {
			text = "start.go_on_button"
		}
		k.add(in.Say(text), step{Verb: stepSetUp, Choice: setUpResume})
	}
	return k.rows
}
