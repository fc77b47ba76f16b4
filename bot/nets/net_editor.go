package nets

import (
	"context"
	"slices"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// netEditor adds and renames nets, for a club's admins.
type netEditor struct{ *visit }

// find reads one net of a club, even if it is retired. The person must be an admin.
func (n netEditor) find(ctx context.Context, s step) (booking.Actor, booking.Net, error) {
	actor, err := n.adminActor(ctx, s.Club)
	if err != nil {
		return actor, booking.Net{}, err
	}
	nets, err := n.Booking.AllNets(ctx, actor, s.Club)
	if err != nil {
		return actor, booking.Net{}, err
	}
	at := slices.IndexFunc(nets, func(x booking.Net) bool { return x.ID == s.Net })
	if at < 0 {
		return actor, booking.Net{}, booking.ErrNoNet
	}
	return actor, nets[at], nil
}

func (n netEditor) showNet(ctx context.Context, s step) (screen, error) {
	_, net, err := n.find(ctx, s)
	if err != nil {
		return nil, err
	}
	return netView{club: s.Club, net: net}, nil
}

// typeNet takes the names of new nets (Net 0), or a new name for a net.
func (n netEditor) typeNet(ctx context.Context, s step) (screen, error) {
	if _, err := n.adminActor(ctx, s.Club); err != nil {
		return nil, err
	}
	text, typed := n.typed()
	switch {
	case !typed:
		return question{answer: s, text: askNetName(s.Net)}, nil
	case s.Net == 0:
		return n.addNets(ctx, s, text)
	}
	actor, net, err := n.find(ctx, s)
	if err != nil {
		return nil, err
	}
	if net.Name = strings.TrimSpace(text); !isName(net.Name) {
		return nil, errTypedName
	}
	if _, err := n.Booking.IfSeen(booking.Seen{Setting: &net.Version}).SaveNet(ctx, actor, s.Club, net); err != nil {
		return nil, err
	}
	return netsMenu(n).showNets(ctx, s.Club)
}

func askNetName(net booking.NetID) func(d drawing) string {
	return func(d drawing) string {
		if net == 0 {
			return d.in.Say("nets.ask_nets")
		}
		return d.in.Say("nets.ask_name")
	}
}

// addNets adds nets by their names. It skips names that exist, because a typed answer can be handled twice after a crash.
func (n netEditor) addNets(ctx context.Context, s step, text string) (screen, error) {
	names, err := typedNets(text)
	if err != nil {
		return nil, err
	}
	actor, err := n.adminActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	err = n.Booking.SetUp(ctx, func(ctx context.Context, service *booking.Service) error {
		now, err := service.Overview(ctx, actor, s.Club)
		if err != nil {
			return err
		}
		for _, name := range names {
			if slices.ContainsFunc(now.Nets, func(x booking.Net) bool { return x.Name == name }) {
				continue
			}
			if _, err := service.SaveNet(ctx, actor, s.Club, newNet(name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return netsMenu(n).showNets(ctx, s.Club)
}

// netView shows one net.
type netView struct {
	club booking.ClubID
	net  booking.Net
}

func (v netView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	k.add(d.in.Say("nets.rename"), step{Verb: stepTypeNet, Club: v.club, Net: v.net.ID})
	k.add(d.in.Say("nets.hours"), step{Verb: stepHours, Club: v.club, Net: v.net.ID})
	k.add(d.in.Say("book.back"), step{Verb: stepNets, Club: v.club})
	var lines []string
	if !v.net.Active {
		lines = append(lines, d.in.Say("nets.retired"))
	}
	return titled("🏏 "+telegram.CleanLine(v.net.Name, maxLabel), lines, k)
}
