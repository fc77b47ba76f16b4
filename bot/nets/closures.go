package nets

import (
	"context"
	"slices"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// closuresShown is how many closures a screen lists.
const closuresShown = 20

// repetitions are how a closure may repeat, as buttons name them by their place.
func repetitions() []booking.Every {
	return []booking.Every{booking.Once, booking.EveryWeek, booking.EveryYear}
}

// closures lists what is closed, each with a button to open it again.
func (v *visit) closures(ctx context.Context, s step) (telegram.Reply, error) {
	club, nets, err := v.adminNets(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	list, err := v.service().Closures(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	_, at, err := v.service().Glance(ctx, nil)
	if err != nil {
		return telegram.Reply{}, err
	}
	k := v.buttons()
	title := "🚫 " + telegram.CleanLine(club.Name, 100)
	var t strings.Builder
	t.WriteString(title)
	today, ahead := booking.DayIn(at, club.Zone), 0
	for _, c := range list {
		if c.Every == booking.Once && !c.During.End.After(at) || c.Last != nil && *c.Last < today {
			continue
		}
		if ahead++; ahead > closuresShown {
			continue
		}
		words := v.closureWords(club, nets, c)
		t.WriteString("\n• " + words)
		k.row("🗑 "+telegram.CleanLine(words, 50), step{Verb: stepReopen, Club: s.Club, Seen: int64(c.ID)})
	}
	t.WriteString("\n" + v.in.Say("nets.some_closures", ahead))
	k.row(v.in.Say("nets.new_closure"), step{Verb: stepShutMonth, Club: s.Club})
	k.row(v.in.Say("book.back"), step{Verb: stepNets, Club: s.Club})
	return telegram.Reply{Text: t.String(), Bold: len(title), Keyboard: k.rows}, nil
}

// closureWords writes when, how often, which nets and why.
func (v *visit) closureWords(club booking.Club, nets []booking.Net, c booking.Closure) string {
	var parts []string
	switch c.Every {
	case booking.Once:
		parts = append(parts, v.in.Span(c.During.Start.In(club.Zone), c.During.End.In(club.Zone)))
	case booking.EveryWeek:
		parts = append(parts, v.in.Say("nets.weekly", v.weekdayName(int(c.First.Weekday())), v.minute(c.From)+"–"+v.minute(c.To)))
	case booking.EveryYear:
		parts = append(parts, v.in.Say("nets.yearly", v.in.Day(dateOf(c.First)), v.minute(c.From)+"–"+v.minute(c.To)))
	}
	if len(c.Nets) == 0 {
		parts = append(parts, v.in.Say("nets.all"))
	}
	for _, id := range c.Nets {
		parts = append(parts, v.netName(nets, id))
	}
	if c.Reason != "" {
		parts = append(parts, telegram.CleanLine(c.Reason, maxLabel))
	}
	return strings.Join(parts, " · ")
}

// shutMonth is the calendar to choose a day from; one that lies farther ahead is typed.
func (v *visit) shutMonth(ctx context.Context, s step) (telegram.Reply, error) {
	if _, _, err := v.adminOf(ctx, s.Club); err != nil {
		return telegram.Reply{}, err
	}
	reply, err := v.month(ctx, s)
	if err != nil {
		return telegram.Reply{}, err
	}
	k := v.buttons()
	k.row(v.in.Say("nets.type_day"), step{Verb: stepTypeClose, Club: s.Club})
	k.row(v.in.Say("book.back"), step{Verb: stepClosures, Club: s.Club})
	reply.Keyboard = append(reply.Keyboard, k.rows...)
	return reply, nil
}

// shutDay asks which nets are closed on the day, and how often.
func (v *visit) shutDay(ctx context.Context, s step) (telegram.Reply, error) {
	club, nets, err := v.adminNets(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	k := v.buttons()
	v.netRow(k, nets, s)
	for i, words := range []string{v.in.Say("nets.close_once"), v.in.Say("nets.close_weekly", v.weekdayName(int(s.Day.Weekday()))), v.in.Say("nets.close_yearly")} {
		to := s.at(stepClose)
		to.Page = i
		k.row(words, to)
	}
	k.row(v.in.Say("nets.type_close"), s.at(stepTypeClose))
	day := dateOf(s.Day)
	k.row(v.in.Say("book.back"), step{Verb: stepShutMonth, Club: s.Club, Page: monthOf(day)})
	title := "🚫 " + telegram.CleanLine(club.Name, 100) + " · " + v.in.Day(day)
	return telegram.Reply{Text: title + "\n" + v.in.Say("nets.close_what", v.netName(nets, s.Net)), Bold: len(title), Keyboard: k.rows}, nil
}

// close shuts a whole day, once or again and again.
func (v *visit) close(ctx context.Context, s step) (telegram.Reply, error) {
	every := repetitions()
	if s.Page >= len(every) {
		return telegram.Reply{}, errStaleStep
	}
	return v.addClosure(ctx, s, typedClosure{day: s.Day, hours: stretch{0, wholeDay}}, every[s.Page])
}

// typeClose takes hours and a reason, and the day where it is not known yet.
func (v *visit) typeClose(ctx context.Context, s step) (telegram.Reply, error) {
	if _, _, err := v.adminOf(ctx, s.Club); err != nil {
		return telegram.Reply{}, err
	}
	day, words := &s.Day, v.in.Say("nets.ask_close", v.in.Day(dateOf(s.Day)))
	if s.Day == 0 {
		day, words = nil, v.in.Say("nets.ask_day")
	}
	text, err := v.typed(ctx, s, words)
	if err != nil {
		return telegram.Reply{}, err
	}
	c, err := parseClosure(text, day)
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.addClosure(ctx, s, c, booking.Once)
}

// addClosure shuts nets, and says how many bookings lie inside: they stay until somebody blocks the time or cancels them. A person's taps
// come one after the other, so a second one finds what the first one did.
func (v *visit) addClosure(ctx context.Context, s step, what typedClosure, every booking.Every) (telegram.Reply, error) {
	actor, club, err := v.adminOf(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	c := booking.Closure{Every: every, Reason: what.reason, First: what.day, From: what.hours.From, To: what.hours.To}
	if every == booking.Once {
		c = booking.Closure{Every: every, Reason: what.reason, During: what.day.Between(what.hours.From, what.hours.To, club.Zone)}
	}
	if s.Net != 0 {
		c.Nets = []booking.NetID{s.Net}
	}
	now, err := v.service().Closures(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	if slices.ContainsFunc(now, func(x booking.Closure) bool { return sameClosure(x, c) }) {
		return v.closures(ctx, s)
	}
	_, inside, err := v.service().AddClosure(ctx, actor, s.Club, c)
	if err != nil {
		return telegram.Reply{}, err
	}
	reply, err := v.closures(ctx, s)
	if err != nil {
		return reply, err
	}
	v.answer = v.in.Say("told.saved")
	if len(inside) > 0 {
		reply.Text += "\n" + v.in.Say("nets.inside", len(inside))
	}
	return reply, nil
}

func sameClosure(a, b booking.Closure) bool {
	return a.Every == b.Every && a.Reason == b.Reason && a.First == b.First && a.From == b.From && a.To == b.To && slices.Equal(a.Nets, b.Nets) &&
		a.During.Start.Equal(b.During.Start) && a.During.End.Equal(b.During.End)
}

// reopen lifts a closure.
func (v *visit) reopen(ctx context.Context, s step) (telegram.Reply, error) {
	actor, _, err := v.adminOf(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	if err := v.service().RemoveClosure(ctx, actor, s.Club, booking.ClosureID(s.Seen)); err != nil {
		return telegram.Reply{}, err
	}
	v.answer = v.in.Say("told.saved")
	return v.closures(ctx, s)
}

// closureScreen is a screen of the closures.
func (v *visit) closureScreen(ctx context.Context, s step) (telegram.Reply, error) {
	switch s.Verb {
	case stepShutMonth:
		return v.shutMonth(ctx, s)
	case stepShutDay:
		return v.shutDay(ctx, s)
	case stepClose:
		return v.close(ctx, s)
	case stepTypeClose:
		return v.typeClose(ctx, s)
	case stepReopen:
		return v.reopen(ctx, s)
	default:
		return v.closures(ctx, s)
	}
}
