package nets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
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

const maxClubLabel = 48 // runes

// visit is one command or tap of the booking conversation: who comes, in which language and role, and what is said on the button.
type visit struct {
	*Screens
	event   *telegram.Event
	in      *phrase.Speaker
	answer  string     // shown on the tapped button; empty: none
	alert   bool       // the answer has to be closed
	shows   chat.Drawn // the hold that the screen shows
	isTyped bool       // the event is a typed answer to a question
}

func (s *Screens) visit(e *telegram.Event) *visit {
	return &visit{Screens: s, event: e, in: s.Texts.In(e)}
}

func (v *visit) service() *booking.Service { return v.Booking }

// actor is the person in their role in a club. What they may do is checked by booking, where it is written.
func (v *visit) actor(ctx context.Context, club booking.ClubID) (booking.Actor, error) {
	a := booking.Actor{ID: booking.MemberID(v.event.From.ID), Role: booking.Admin, Origin: "bot"}
	if v.IsAdmin(v.event.From.ID) {
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
	rows  [][]telegram.Button
}

func (v *visit) buttons() *buttons { return &buttons{owner: v.event.From.ID} }

// row adds a row of one button; one that would not fit is left out.
func (k *buttons) row(text string, s step) {
	if b, ok := s.button(k.owner, text); ok {
		k.rows = append(k.rows, []telegram.Button{b})
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
	k.rows = append(k.rows, []telegram.Button{b})
}

// inRows adds buttons in rows of so many.
func (k *buttons) inRows(list []telegram.Button, width int) {
	k.rows = slices.AppendSeq(k.rows, slices.Chunk(list, width))
}

// label is a button that does nothing.
func (k *buttons) label(text string) telegram.Button { return chat.Label(text, k.owner) }

// HandleBook answers /book: it begins with the calendar.
func (s *Screens) HandleBook(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) { return v.begin(ctx) })
}

// enter answers a command with a screen in a message of its own; all that follows edits that message.
func (s *Screens) enter(ctx context.Context, e *telegram.Event, screen func(ctx context.Context, v *visit) (telegram.Reply, error)) error {
	if e.Chat.Type != telegram.Private {
		return errPrivateOnly
	}
	v := s.visit(e)
	reply, err := screen(ctx, v)
	if err != nil {
		return err
	}
	id, err := s.messenger.SendText(ctx, e.Chat, reply, telegram.Cause{Event: e})
	if err == nil && v.shows.Subject != 0 && id != 0 {
		s.Watcher.Follow(ctx, e, id, v.shows)
	}
	return err
}

// begin shows the calendar of the club, or the clubs where there are several.
func (v *visit) begin(ctx context.Context) (telegram.Reply, error) {
	clubs, err := v.service().Clubs(ctx)
	switch {
	case err != nil:
		return telegram.Reply{}, err
	case len(clubs) == 0:
		return telegram.Reply{}, errNoClub
	case len(clubs) == 1:
		return v.month(ctx, step{Verb: stepMonth, Club: clubs[0].ID})
	}
	k := v.buttons()
	for _, c := range clubs {
		k.row(telegram.CleanLine(c.Name, maxClubLabel), step{Verb: stepMonth, Club: c.ID})
	}
	return telegram.Reply{Text: v.in.Say("book.clubs"), Keyboard: k.rows}, nil
}

// Taps are the handlers of the buttons.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterStep: s.tapStep}
}

// Answers are the handlers of typed answers.
func (s *Screens) Answers() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterStep: s.answerStep}
}

// tapStep shows the step of a button in the tapped message.
func (s *Screens) tapStep(ctx context.Context, e *telegram.Event, d chat.Data) error {
	to, err := parseStep(d.Payload)
	if err != nil {
		return err
	}
	if e.Chat.Type != telegram.Private || d.Owner == 0 {
		return errStaleStep
	}
	v := s.visit(e)
	s.Questions.Withdraw(ctx, e.Chat.ID)
	reply, err := v.screen(ctx, to)
	if errors.Is(err, errAsked) {
		return s.messenger.AnswerTap(ctx, e, "", false)
	}
	if err != nil {
		if reply, err = v.instead(ctx, to, err); err != nil {
			return err
		}
	}
	// The screen comes first: where it cannot be shown, the tap is not answered yet and can say why.
	if reply.Text != "" {
		if err := s.Watcher.Show(ctx, e, reply, v.shows); err != nil {
			return err
		}
	}
	return s.messenger.AnswerTap(ctx, e, v.answer, v.alert)
}

// errAsked means that a step asked for a typed answer and has no screen to show.
var errAsked = errors.New("the person was asked")

// typed is the person's typed answer for this step. It asks for one, and returns errAsked, where there is none yet.
func (v *visit) typed(ctx context.Context, s step, words string) (string, error) {
	if v.isTyped {
		return v.event.Text, nil
	}
	return "", v.askTyped(ctx, s, words)
}

// askTyped asks the person to type something; the answer goes to the step.
func (v *visit) askTyped(ctx context.Context, s step, words string) error {
	if _, err := v.messenger.SendText(ctx, v.event.Chat, telegram.Reply{Text: words, Ask: true}, telegram.Cause{Event: v.event, Number: 1}); err != nil {
		return err
	}
	v.Questions.Ask(ctx, v.event.Chat.ID, s.data(v.event.Chat.ID))
	return errAsked
}

// answerStep handles a typed answer. A question stays open after an answer that is not valid, and while something is down.
func (s *Screens) answerStep(ctx context.Context, e *telegram.Event, d chat.Data) error {
	to, err := parseStep(d.Payload)
	if err != nil {
		return err
	}
	v := s.visit(e)
	v.isTyped = true
	reply, err := v.screen(ctx, to)
	switch {
	case errors.Is(err, errAsked):
		return nil
	case err != nil && fault.KindOf(err) == fault.Invalid:
		_, err = s.messenger.SendText(ctx, e.Chat, telegram.Reply{Text: s.Texts.Sentence(e, err), Ask: true}, telegram.Cause{Event: e})
		return err
	case err != nil && (fault.KindOf(err) == fault.Unavailable || fault.KindOf(err) == fault.Internal):
		return err
	case err != nil:
		s.Questions.Withdraw(ctx, e.Chat.ID)
		if reply, err = v.instead(ctx, to, err); err != nil {
			return err
		}
		reply.Text, reply.Bold = v.answer+"\n\n"+reply.Text, len(v.answer)
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	_, err = s.messenger.SendText(ctx, e.Chat, reply, telegram.Cause{Event: e})
	return err
}

// screen makes what a step shows, after it did what it does. An empty one leaves the message as it is.
func (v *visit) screen(ctx context.Context, s step) (telegram.Reply, error) {
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
		return telegram.Reply{}, v.sendFile(ctx, s)
	case stepMap:
		return telegram.Reply{}, v.sendMap(ctx, s)
	}
	return telegram.Reply{}, errStaleStep
}

// instead is what to show when a step was refused: who lost a race sees what is free nearby, and who tapped an old button sees how the
// booking stands now. The reason stands on the button as well, in case it is still waiting.
func (v *visit) instead(ctx context.Context, s step, err error) (telegram.Reply, error) {
	v.answer, v.alert = v.Texts.Sentence(v.event, err), true
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
			return telegram.Reply{}, err
		}
		return reply, nil
	}
	return telegram.Reply{}, err
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
		return booking.Response{Status: 200, MediaType: "text/plain", Body: []byte(chat.Base36(int64(made)))}, err
	}, func(error) (booking.Response, bool) { return booking.Response{}, false })
	if err != nil {
		return 0, false, err
	}
	id = booking.ID(chat.ParseFields(string(answer.Body)).Number())
	return id, replayed, nil
}
