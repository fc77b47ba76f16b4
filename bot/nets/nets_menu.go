package nets

import (
	"context"
	"errors"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// netsMenu leads a club's admins to the editors of hours, prices and closures.
type netsMenu struct{ *visit }

// HandleNets answers /nets with the first club that the person is an admin of. Without a club it starts the set-up for people in PAVILION_ADMINS.
func (s *Screens) HandleNets(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) {
		club, err := v.firstClub(ctx, v.adminActor)
		if errors.Is(err, errNoClub) && v.IsAdmin(e.From.ID) {
			return setUp{v}.show(ctx, step{Verb: stepSetUp, Choice: setUpResume})
		}
		if err != nil {
			return nil, err
		}
		return netsMenu{v}.showNets(ctx, club.ID)
	})
}

func (m netsMenu) showNets(ctx context.Context, id booking.ClubID) (screen, error) {
	actor, err := m.adminActor(ctx, id)
	if err != nil {
		return nil, err
	}
	club, err := m.Booking.Club(ctx, id)
	if err != nil {
		return nil, err
	}
	nets, err := m.Booking.AllNets(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	stranded, err := m.Booking.Stranded(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return netsView{club: club, nets: nets, stranded: len(stranded)}, nil
}

// mostNetButtons leaves room for the other buttons. Telegram allows 100 in a message.
const mostNetButtons = 80

// netsView is a club's nets, also those that cannot be booked.
type netsView struct {
	club     booking.Club
	nets     []booking.Net
	stranded int // number of bookings outside the hours or on retired nets
}

func (v netsView) draw(d drawing) telegram.Reply {
	var lines []string
	var nets []choice
	for i, n := range v.nets {
		mark := "🏏 "
		if !n.Active {
			mark = "💤 "
		}
		lines = append(lines, mark+telegram.CleanLine(n.Name, 40))
		if i < mostNetButtons {
			nets = append(nets, choice{"✏ " + telegram.CleanLine(n.Name, 20), step{Verb: stepNet, Club: v.club.ID, Net: n.ID}})
		}
	}
	k := d.keyboard()
	k.inPairs(nets)
	k.add(d.in.Say("nets.new_nets"), step{Verb: stepTypeNet, Club: v.club.ID})
	k.add(d.in.Say("nets.hours"), step{Verb: stepHours, Club: v.club.ID})
	k.add(d.in.Say("nets.prices"), step{Verb: stepPrices, Club: v.club.ID})
	k.add(d.in.Say("nets.closures"), step{Verb: stepClosures, Club: v.club.ID})
	k.add(d.sheetHour(v.club), step{Verb: stepAskSheetHour, Club: v.club.ID})
	d.strandedButton(k, v.club.ID, v.stranded)
	return titled("🛠 "+clubName(v.club), append(lines, d.in.Say("nets.what")), k)
}

// netOrAll is a net's name; of 0, and of a net that is not in the list, it is "all nets".
func (d drawing) netOrAll(nets []booking.Net, id booking.NetID) string {
	for _, n := range nets {
		if n.ID == id {
			return telegram.CleanLine(n.Name, 30)
		}
	}
	return d.in.Say("nets.all")
}

// netChoices are all nets together and each net that can be booked, for a step. The step's net is marked.
func (d drawing) netChoices(nets []booking.Net, s step) (choices []choice) {
	add := func(id booking.NetID) {
		c := choice{d.netOrAll(nets, id), s}
		if id == s.Net {
			c.text = "● " + c.text
		}
		c.to.Net = id
		choices = append(choices, c)
	}
	add(0)
	for _, n := range nets {
		if n.Active {
			add(n.ID)
		}
	}
	return choices
}
