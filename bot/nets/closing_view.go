package nets

import (
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// closingView is the preview of a closing. Its buttons choose nets and start it. While no net is chosen, it has neither figures nor the button that starts.
type closingView struct {
	club    booking.Club
	nets    []booking.Net
	preview booking.ClosurePreview
	step    step
	changed bool // the button was made for another preview
}

func (v closingView) draw(d drawing) telegram.Reply {
	p := v.preview
	var lines []string
	if v.step.Value != 0 {
		lines = append(lines, d.netList(v.nets, p.Closure.Nets), d.in.Say("closing.inside", len(p.Bookings), d.in.Say("closing.people", p.People())))
	}
	if v.changed {
		lines = append([]string{d.in.Say("closing.changed")}, lines...)
	}
	if holds := p.Holds(); holds > 0 {
		lines = append(lines, d.in.Say("closing.holds", holds))
	}
	if len(p.Back) > 0 {
		lines = append(lines, "", d.in.Say("closing.back"))
	}
	for _, sum := range p.Back {
		lines = append(lines, "• "+d.paymentSum(sum))
	}
	for _, sum := range p.Reviewed {
		lines = append(lines, d.in.Say("closing.reviewed", d.paymentSum(sum)))
	}
	k := d.keyboard()
	k.inPairs(d.netMask(v.nets, v.step))
	if v.step.Value != 0 {
		start := v.step.with(stepStartClosing)
		start.Conflict, start.NoReason = p.Version, false
		k.add(d.in.Say("closing.start"), start)
	}
	day := booking.DayIn(p.Closure.During.Start, v.club.Zone)
	k.add(d.in.Say("book.back"), step{Verb: stepClosureDay, Club: v.club.ID, Day: day})
	return titled("🌧 "+clubName(v.club)+" · "+d.span(p.Closure.During, v.club.Zone), lines, k)
}

// netMask are all nets together and each net that can be booked. A tap on a net adds it to the step's mask or takes it out; after all
// nets it chooses this net alone.
func (d drawing) netMask(nets []booking.Net, s step) (choices []choice) {
	s = s.with(stepPreviewClosing)
	mark := func(on bool, text string) string {
		if on {
			return "● " + text
		}
		return text
	}
	all := s
	all.Value = maskAll
	choices = []choice{{mark(s.Value == maskAll, d.in.Say("nets.all")), all}}
	for i, n := range nets {
		if !n.Active || netBit(i) == 0 {
			continue
		}
		toggled := s
		toggled.Value = s.Value&^maskAll ^ netBit(i)
		choices = append(choices, choice{mark(s.Value&netBit(i) != 0, d.netOrAll(nets, n.ID)), toggled})
	}
	return choices
}

// netList writes the names of nets; none are all.
func (d drawing) netList(nets []booking.Net, ids []booking.NetID) string {
	if len(ids) == 0 {
		return d.in.Say("nets.all")
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = netName(nets, id, 30)
	}
	return strings.Join(names, ", ")
}

// paymentSum writes a way of paying with the sum and the number of payments.
func (d drawing) paymentSum(s booking.PaymentSum) string {
	return d.in.Say("closing.sum", s.Payments, d.wayOf(s), d.money(s.Amount))
}

// wayOf writes a way of paying, and the method at the desk.
func (d drawing) wayOf(s booking.PaymentSum) string {
	if s.Provider == booking.Desk {
		return d.in.Say("way.desk_" + s.Method)
	}
	return d.way(s.Provider)
}

// closingRunView shows the progress of a closure run.
type closingRunView struct {
	club booking.Club
	nets []booking.Net
	run  booking.ClosureRun
}

func (v closingRunView) draw(d drawing) telegram.Reply {
	r := v.run
	lines := []string{d.netList(v.nets, r.Closure.Nets)}
	if r.Closure.Reason != "" {
		lines = append(lines, telegram.CleanLine(r.Closure.Reason, maxLabel))
	}
	lines = append(lines, d.in.Say("closing.progress", r.Bookings, r.Cancelled))
	if r.Left > 0 {
		lines = append(lines, d.in.Say("closing.left", r.Left))
	}
	for _, back := range r.Refunds {
		line := "• " + d.in.Say("closing.done_of", d.wayOf(back.PaymentSum), d.money(back.Done), d.money(back.Amount))
		if back.ByHand > 0 {
			line += ", " + d.in.Say("closing.by_hand", back.ByHand)
		}
		if back.Failed > 0 {
			line += ", " + d.in.Say("closing.failed", back.Failed)
		}
		lines = append(lines, line)
	}
	state := r.State()
	lines = append(lines, "", d.in.Say("closing.state_"+string(state)))
	k := d.keyboard()
	switch state {
	case booking.RunCancelling, booking.RunRefunding:
		k.add(d.in.Say("closing.refresh"), step{Verb: stepClosing, Club: v.club.ID, Run: r.ID})
	case booking.RunForStaff:
		k.add(d.in.Say("closing.reviews"), step{Verb: stepReviews, Club: v.club.ID})
	case booking.RunDone:
	}
	k.add(d.in.Say("book.back"), step{Verb: stepClosures, Club: v.club.ID})
	return titled("🌧 "+clubName(v.club)+" · "+d.span(r.Closure.During, v.club.Zone), lines, k)
}

// runLabel is the button of a closing in the list of closures.
func (d drawing) runLabel(c booking.Club, r booking.ClosureRun) string {
	return "🌧 " + d.span(r.Closure.During, c.Zone) + " · " + d.in.Say("closing.button", r.Cancelled+r.Left, r.Bookings)
}
