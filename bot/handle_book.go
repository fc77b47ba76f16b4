package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
)

// Errors of booking in the chat.
var (
	errNoClub       = fault.New(fault.NotFound, "chat_no_club", "No club takes bookings here yet. An admin adds one first, with its nets, hours and prices.")
	errPrivateOnly  = fault.New(fault.Invalid, "private_only", "Bookings are made in a private chat: open mine and send the command there.")
	errNoPlace      = fault.New(fault.NotFound, "no_place", "The club has not said where it is.")
	errWhichBooking = fault.New(fault.Invalid, "which_booking", "Say which booking, by its number: /refund 12 or /audit 12.")
	errStaleStep    = fault.New(fault.Gone, "stale_step", "That button is from another time. Send /book to begin again.")
)

// visit is one command or tap of the booking conversation: who comes, in which language and role, and what is said on the button.
type visit struct {
	bot     *Bot
	event   *Event
	in      *phrase.Speaker
	word    string // for the button, or nothing
	alert   bool   // the word has to be closed
	watch   watched
	answers bool // the event is what the person typed for a step
}

func (b *Bot) visit(e *Event) *visit {
	return &visit{bot: b, event: e, in: b.deps.Phrases.In(e.From.Language)}
}

func (v *visit) service() *booking.Service { return v.bot.deps.Booking }

// actor is the person in their role in a club. What they may do is checked by booking, where it is written.
func (v *visit) actor(ctx context.Context, club booking.ClubID) (booking.Actor, error) {
	a := booking.Actor{ID: booking.MemberID(v.event.From.ID), Role: booking.Admin, Origin: "bot"}
	if v.bot.isClubAdmin(v.event.From.ID) {
		return a, nil
	}
	var err error
	a.Role, err = v.service().Member(ctx, club, a.ID)
	return a, err
}

// glance reads one booking, whoever's it is, and the database's clock.
func (v *visit) glance(ctx context.Context, id booking.ID) (booking.Booking, time.Time, error) {
	seen, at, err := v.service().Glance(ctx, []booking.ID{id})
	if err == nil && len(seen) == 0 {
		err = booking.ErrNoBooking
	}
	if err != nil {
		return booking.Booking{}, at, err
	}
	return seen[0], at, nil
}

// buttons collects rows of buttons of one person.
type buttons struct {
	owner int64
	rows  [][]Button
}

func (v *visit) buttons() *buttons { return &buttons{owner: v.event.From.ID} }

// row adds a row of one button; one that would not fit is left out.
func (k *buttons) row(text string, s step) {
	if b, ok := s.button(k.owner, text); ok {
		k.rows = append(k.rows, []Button{b})
	}
}

// beside puts a button beside the last one, or begins another row where there are two already.
func (k *buttons) beside(text string, s step) {
	b, ok := s.button(k.owner, text)
	if !ok {
		return
	}
	if n := len(k.rows); n > 0 && len(k.rows[n-1]) < 2 {
		k.rows[n-1] = append(k.rows[n-1], b)
		return
	}
	k.rows = append(k.rows, []Button{b})
}

// inRows adds buttons in rows of so many.
func (k *buttons) inRows(list []Button, width int) {
	k.rows = slices.AppendSeq(k.rows, slices.Chunk(list, width))
}

// label is a button that does nothing.
func (k *buttons) label(text string) Button {
	return Button{text, tapData{Action: actNothing, Owner: k.owner}.encode()}
}

// handleBook begins the conversation.
func (b *Bot) handleBook(ctx context.Context, e *Event) error {
	return b.enter(ctx, e, func(ctx context.Context, v *visit) (Reply, error) { return v.begin(ctx) })
}

// enter answers a command with a screen in a message of its own; all that follows edits that message.
func (b *Bot) enter(ctx context.Context, e *Event, screen func(ctx context.Context, v *visit) (Reply, error)) error {
	if e.Chat.Type != Private {
		return errPrivateOnly
	}
	v := b.visit(e)
	reply, err := screen(ctx, v)
	if err != nil {
		return err
	}
	id, err := b.tg.sendText(ctx, e.Chat, reply, cause{e, 0})
	if err == nil && v.watch.booking != 0 && id != 0 {
		b.screens.watch(ctx, e.Chat, id, v.watch, e.From.Language)
	}
	return err
}

// begin shows the calendar of the club, or the clubs where there are several.
func (v *visit) begin(ctx context.Context) (Reply, error) {
	clubs, err := v.service().Clubs(ctx)
	switch {
	case err != nil:
		return Reply{}, err
	case len(clubs) == 0:
		return Reply{}, errNoClub
	case len(clubs) == 1:
		return v.month(ctx, step{Verb: stepMonth, Club: clubs[0].ID})
	}
	k := v.buttons()
	for _, c := range clubs {
		k.row(clean(c.Name, maxButton), step{Verb: stepMonth, Club: c.ID})
	}
	return Reply{Text: v.in.Say("book.clubs"), Keyboard: k.rows}, nil
}

// tapStep goes where a button leads, in place.
func (b *Bot) tapStep(ctx context.Context, e *Event, d tapData) error {
	if e.Chat.Type != Private || d.Owner == 0 {
		return errStaleStep
	}
	v := b.visit(e)
	b.questions.drop(ctx, e.Chat.ID)
	reply, err := v.screen(ctx, d.Step)
	if errors.Is(err, errAsked) {
		return b.tg.answerTap(ctx, e, "", false)
	}
	if err != nil {
		if reply, err = v.instead(ctx, d.Step, err); err != nil {
			return err
		}
	}
	// The screen first: when it cannot be shown, the button has not been answered and says why.
	if reply.Text != "" {
		if err := b.screens.show(ctx, e, reply, v.watch); err != nil {
			return err
		}
	}
	return b.tg.answerTap(ctx, e, v.word, v.alert)
}

// screen makes what a step shows, after it did what it does. An empty one leaves the message as it is.
func (v *visit) screen(ctx context.Context, s step) (Reply, error) {
	switch s.Verb {
	case stepClubs:
		return v.begin(ctx)
	case stepMonth:
		return v.month(ctx, s)
	case stepDay:
		return v.day(ctx, s)
	case stepTaken:
		return v.taken(ctx, s, v.in.Say("book.taken"))
	case stepSlip:
		return v.slip(ctx, s)
	case stepHold:
		return v.hold(ctx, s)
	case stepShow:
		return v.show(ctx, s.Booking)
	case stepConfirm:
		return v.confirm(ctx, s)
	case stepPay:
		return v.pay(ctx, s)
	case stepExtend:
		return v.extend(ctx, s)
	case stepGiveUp:
		return v.giveUp(ctx, s)
	case stepMove:
		return v.move(ctx, s)
	case stepMine:
		return v.mine(ctx, s)
	case stepDrop:
		return v.askCancel(ctx, s)
	case stepCancel:
		return v.cancel(ctx, s)
	case stepCheckIn:
		return v.attend(ctx, s, v.service().CheckIn)
	case stepNoShow:
		return v.attend(ctx, s, v.service().NoShow)
	case stepGuests:
		return v.guests(ctx, s)
	case stepWait:
		return v.wait(ctx, s)
	case stepWaits:
		return v.waits(ctx)
	case stepLeave:
		return v.leave(ctx, s)
	case stepSheet:
		return v.sheet(ctx, s)
	case stepDesk:
		return v.payAtDesk(ctx, s)
	case stepBack:
		return v.askRefund(ctx, s)
	case stepRefund:
		return v.refund(ctx, s)
	case stepAudit:
		return v.auditOf(ctx, s)
	case stepBlock:
		return v.block(ctx, s)
	case stepTold, stepFirst, stepAddress, stepCode, stepForget, stepQuiet:
		return v.tellScreen(ctx, s)
	case stepNets, stepHours, stepWeekday, stepOpens, stepCloses, stepShut, stepTypeHours:
		return v.hoursScreen(ctx, s)
	case stepPrices, stepPrice, stepPriceDay, stepPriceNet, stepTypePrice, stepPriceDrop:
		return v.priceScreen(ctx, s)
	case stepClosures, stepShutMonth, stepShutDay, stepClose, stepTypeClose, stepReopen:
		return v.closureScreen(ctx, s)
	case stepFile:
		return Reply{}, v.sendFile(ctx, s)
	case stepMap:
		return Reply{}, v.sendMap(ctx, s)
	}
	return Reply{}, errStaleStep
}

// instead is what to show when a step was refused: who lost a race sees what is free nearby, and who tapped an old button sees how the
// booking stands now. The reason stands on the button as well, in case it is still waiting.
func (v *visit) instead(ctx context.Context, s step, err error) (Reply, error) {
	v.word, v.alert = v.bot.sentence(v.event, err), true
	switch {
	case errors.Is(err, booking.ErrSlotTaken):
		return v.taken(ctx, s, v.in.Say("book.lost"))
	case errors.Is(err, errNoRule):
		return v.priceRules(ctx, s)
	case errors.Is(err, booking.ErrNoClosure):
		return v.closures(ctx, s)
	case s.Booking != 0 && s.Verb != stepShow && fault.KindOf(err) == fault.Conflict:
		reply, serr := v.show(ctx, s.Booking)
		if serr != nil {
			return Reply{}, err
		}
		return reply, nil
	}
	return Reply{}, err
}

// sentence says an error in the person's language.
func (b *Bot) sentence(e *Event, err error) string {
	in := b.deps.Phrases.In(e.From.Language)
	if key := "error." + fault.CodeOf(err); in.Knows(key) {
		return in.Say(key)
	}
	return sentence(err)
}

// once runs what makes something, however often its button is tapped or its update comes: its name is the message and the step. A thing that
// is over does not stand in the way of another one, made by the same button: that one is named by the one that is over.
func (v *visit) once(ctx context.Context, s step, produce func(ctx context.Context, inner *booking.Service) (booking.ID, error)) (booking.ID, error) {
	var last booking.ID
	for {
		name := fmt.Sprintf("%d/%d/%v/%d", v.event.Chat.Key(), v.event.MessageID, s.encode(), last)
		id, replayed, err := v.onceNamed(ctx, name, produce)
		if err != nil || !replayed {
			return id, err
		}
		seen, at, err := v.service().Glance(ctx, []booking.ID{id})
		if err != nil {
			return 0, err
		}
		if len(seen) == 1 && seen[0].LiveAt(at) || id <= last {
			return id, nil
		}
		last = id
	}
}

func (v *visit) onceNamed(ctx context.Context, name string, produce func(ctx context.Context, inner *booking.Service) (booking.ID, error)) (id booking.ID, replayed bool, err error) {
	key := booking.IdempotencyKey{Principal: fmt.Sprintf("member:%d", v.event.From.ID), Method: "TAP", Route: "bot", Key: name}
	if key.Fingerprint, err = booking.Fingerprint(key.Method, key.Route, nil); err != nil {
		return 0, false, err
	}
	answer, replayed, err := v.service().Once(ctx, key, func(ctx context.Context, inner *booking.Service) (booking.Response, error) {
		made, err := produce(ctx, inner)
		return booking.Response{Status: 200, MediaType: "text/plain", Body: []byte(base36(int64(made)))}, err
	}, func(error) (booking.Response, bool) { return booking.Response{}, false })
	if err != nil {
		return 0, false, err
	}
	p := fields{rest: []string{string(answer.Body)}}
	id = booking.ID(p.number())
	return id, replayed, nil
}
