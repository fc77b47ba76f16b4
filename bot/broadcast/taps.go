package broadcast

import (
	"context"
	"errors"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter/broadcast"
)

// Taps are the handlers of the buttons.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letter: s.tap}
}

func (s *Screens) tap(ctx context.Context, e *telegram.Event, d chat.Data) error {
	switch d.Payload {
	case tapOptIn:
		return s.optIn(ctx, e)
	case tapSample:
		return s.messenger.AnswerTap(ctx, e, s.Texts.In(e).Say("broadcast.sample"), true)
	}
	if id, err := parseOptOut(d.Payload); err == nil {
		if e.Chat.Type != telegram.Private {
			return s.optOutGroup(ctx, e)
		}
		return s.optOut(ctx, e, id)
	}
	if !s.IsAdmin(e.From.ID) {
		return chat.ErrAdminsOnly
	}
	t, err := parseTap(d.Payload)
	if err != nil {
		return err
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	b, err := s.Service.Get(ctx, t.id)
	if err != nil {
		return err
	}
	if err := s.act(ctx, e, b, t); err != nil {
		return err
	}
	return s.messenger.AnswerTap(ctx, e, "", false)
}

// act does what a tap on a panel asks for, and draws the panel.
func (s *Screens) act(ctx context.Context, e *telegram.Event, b broadcast.Broadcast, t tap) error {
	in := s.drawing(e.From.Language)
	var err error
	switch t.verb {
	case showPanel:
	case showSpeeds:
		return s.draw(ctx, e, b, in.speeds(b))
	case showHours:
		return s.draw(ctx, e, b, in.hours(b))
	case showDeletes:
		return s.draw(ctx, e, b, in.deletes(b))
	case showSegments:
		return s.draw(ctx, e, b, in.segments(b, setSegment))
	case showMinus:
		return s.draw(ctx, e, b, in.segments(b, setMinus))
	case showCancel:
		return s.draw(ctx, e, b, in.sure(b, "broadcast.ask_cancel", cancel, "broadcast.cancel_yes"))
	case showUnsend:
		return s.draw(ctx, e, b, in.sure(b, "broadcast.ask_unsend", unsend, "broadcast.unsend_yes"))
	case showConfirm:
		return s.showConfirm(ctx, e, b)
	case askLanguage, askDays, askList, askBooked, askButtons, askTesters, askTime, askEdit:
		return s.ask(ctx, e, b, t)
	case sendPreview:
		return s.preview(ctx, e, b)
	default:
		b, err = s.apply(ctx, b, t)
	}
	if errors.Is(err, broadcast.ErrChanged) || errors.Is(err, broadcast.ErrState) {
		if fresh, rerr := s.Service.Get(ctx, b.ID); rerr == nil { // show how it is now
			return errors.Join(err, s.draw(ctx, e, fresh, in.panel(fresh)))
		}
	}
	if err != nil {
		return err
	}
	return s.draw(ctx, e, b, in.panel(b))
}

// apply makes the change of a tap.
func (s *Screens) apply(ctx context.Context, b broadcast.Broadcast, t tap) (broadcast.Broadcast, error) {
	switch t.verb {
	case confirm:
		if b.Version != t.value {
			return b, broadcast.ErrChanged
		}
		return s.Service.Confirm(ctx, b, s.Now())
	case pause:
		return s.Service.Pause(ctx, b, broadcast.PausedByAdmin)
	case resume:
		return s.Service.Resume(ctx, b)
	case cancel:
		return s.Service.Cancel(ctx, b)
	case unsend:
		return s.Service.Revise(ctx, b, broadcast.Unsend, "", nil)
	case setMode, setSilent, setSpeed, setPaid, setPin, setHours, setDelete, setSegment, setMinus:
		return s.Service.Change(ctx, b, func(b *broadcast.Broadcast) { changePlan(&b.Plan, t) })
	default:
		return b, chat.ErrButton
	}
}

func changePlan(p *broadcast.Plan, t tap) {
	switch t.verb {
	case setMode:
		p.Mode = map[broadcast.Mode]broadcast.Mode{broadcast.Copy: broadcast.Forward, broadcast.Forward: broadcast.Copy}[p.Mode]
	case setSilent:
		p.Silent = !p.Silent
	case setSpeed:
		p.Speed, p.Paid = int(t.value), false
	case setPaid:
		p.Paid = true
	case setPin:
		p.Pin = !p.Pin
	case setHours:
		if list := hourChoices(); t.value >= 0 && t.value < int64(len(list)) {
			p.Hours = list[t.value]
		}
	case setDelete:
		p.DeleteAfter = int(t.value)
	case setSegment, setMinus:
		list := choices()
		if t.value < 0 || t.value >= int64(len(list)) {
			return
		}
		choose(p, t.verb, list[t.value])
	default: // apply calls it for these only
	}
}

// choose sets whom the message goes to, or whom it leaves out. To leave out everybody means to leave out nobody.
func choose(p *broadcast.Plan, v verb, chosen broadcast.Segment) {
	switch {
	case v != setMinus && chosen.Kind == broadcast.Groups:
		p.Segment, p.Paid = chosen, false
	case v != setMinus:
		chosen.Minus = p.Segment.Minus
		p.Segment = chosen
	case chosen.Kind == broadcast.Everybody:
		p.Segment.Minus = nil
	default:
		p.Segment.Minus = &chosen
	}
}

// questionStays is how long progress does not replace a question on a panel.
const questionStays = 20 * time.Second

// draw edits the tapped message, which becomes the broadcast's panel.
func (s *Screens) draw(ctx context.Context, e *telegram.Event, b broadcast.Broadcast, r telegram.Reply) error {
	s.panels.Lock()
	defer s.panels.Unlock()
	if err := s.messenger.EditText(ctx, e.Chat, e.MessageID, r); err != nil {
		return err
	}
	now := shown{text: r.Text}
	if r.Text != s.drawing(e.From.Language).panel(b).Text {
		now.hold = s.Now().Add(questionStays)
	}
	s.drawn[b.ID] = now
	if b.Panel != e.MessageID && e.Chat.ID == author(b) {
		return s.Service.SetPanel(ctx, b.ID, e.MessageID)
	}
	return nil
}

// showConfirm shows how many people would get the message.
func (s *Screens) showConfirm(ctx context.Context, e *telegram.Event, b broadcast.Broadcast) error {
	if err := b.State.To(broadcast.Scheduled); err != nil {
		return err
	}
	estimate, err := s.Service.Estimate(ctx, b)
	if err != nil {
		return err
	}
	if b.Plan.Paid && estimate.People() > 0 {
		if b, err = s.Service.SetPrice(ctx, b, estimate); err != nil {
			return err
		}
	}
	return s.draw(ctx, e, b, s.drawing(e.From.Language).confirm(b, estimate))
}

// preview sends the message as people get it, to the author and the testers.
func (s *Screens) preview(ctx context.Context, e *telegram.Event, b broadcast.Broadcast) error {
	if b.State != broadcast.Draft && b.State != broadcast.Previewed {
		return broadcast.ErrState
	}
	to := []int64{author(b)}
	for _, tester := range b.Plan.Testers {
		to = append(to, int64(tester))
	}
	var failed []string
	for i, one := range to {
		ids, err := s.sample(ctx, e, b, one)
		failure, name := telegram.FailureOf(err)
		switch {
		case failure == telegram.NoFailure:
		case failure == telegram.ContentBad:
			return s.refused(ctx, e, name)
		case i == 0:
			return err
		default:
			failed = append(failed, idText(one))
		}
		if i == 0 {
			b.Content.Preview = ids
		}
	}
	b, err := s.Service.MarkPreviewed(ctx, b)
	if err != nil {
		return err
	}
	if len(failed) > 0 {
		_ = s.say(ctx, e, "broadcast.testers_failed", joined(failed))
	}
	return s.moveDown(ctx, e, b)
}

// sample sends the preview to a person.
func (s *Screens) sample(ctx context.Context, e *telegram.Event, b broadcast.Broadcast, person int64) ([]int, error) {
	to, err := s.Client.PrivateChat(ctx, person)
	if err != nil {
		return nil, err
	}
	b.Plan.Paid, b.Plan.Pin = false, false
	how := send{Delivery: telegram.Delivery{Lane: telegram.LaneAnswer, Name: previewName(b, e)}, language: e.From.Language, optOut: tapSample}
	return courier{s}.sendTo(ctx, b, to, how)
}

// moveDown shows the panel below the preview, and removes it from the tapped message.
func (s *Screens) moveDown(ctx context.Context, e *telegram.Event, b broadcast.Broadcast) error {
	if err := s.openPanel(ctx, e, b); err != nil {
		return err
	}
	return s.contents.DeletePrivate(ctx, telegram.LaneAnswer, []int{e.MessageID})
}

func (s *Screens) refused(ctx context.Context, e *telegram.Event, name string) error {
	return s.say(ctx, e, "broadcast.refused", name)
}

func (s *Screens) optOut(ctx context.Context, e *telegram.Event, id broadcast.ID) error {
	if err := s.Service.OptOut(ctx, person(e.From.ID), id); err != nil {
		return err
	}
	if err := s.messenger.AnswerTap(ctx, e, "", false); err != nil {
		return err
	}
	in := s.Texts.In(e)
	r := telegram.Reply{Text: in.Say("broadcast.opted_out")}
	if back, fits := (chat.Data{Letter: letter, Owner: e.From.ID, Payload: tapOptIn}).Button(in.Say("broadcast.opt_in")); fits {
		r.Keyboard = [][]telegram.Button{{back}}
	}
	_, err := s.messenger.SendText(ctx, e.Chat, r, telegram.Cause{Event: e})
	return err
}

func (s *Screens) optIn(ctx context.Context, e *telegram.Event) error {
	if err := s.Service.OptIn(ctx, person(e.From.ID)); err != nil {
		return err
	}
	if err := s.messenger.AnswerTap(ctx, e, "", false); err != nil {
		return err
	}
	return s.messenger.EditText(ctx, e.Chat, e.MessageID, telegram.Reply{Text: s.Texts.In(e).Say("broadcast.opted_in")})
}
