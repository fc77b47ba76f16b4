package access

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/fault"
)

// PlansDeps are the parts that the screens of premium work with.
type PlansDeps struct {
	Client    *telegram.Client
	Texts     *chat.Texts
	Questions *chat.Questions
	Premium   *access.Premium
	IsAdmin   func(person int64) bool // of the club
	Admins    []int64                 // get the messages of /paysupport
	Language  func(ctx context.Context, person int64) string
	Zone      *time.Location // for the dates that people are told
	Logger    *slog.Logger
	Now       func() time.Time
}

// Plans are the screens of premium: the offer, the purchase with Stars, and the admins' screens about plans and people.
type Plans struct {
	PlansDeps
	messenger *telegram.Messenger
	stars     telegram.Stars
	work      chan struct{} // a payment or a refund waits for Run
}

// NewPlans makes the screens. Run must run for refunds and for messages about payments.
func NewPlans(d PlansDeps) *Plans {
	return &Plans{PlansDeps: d, messenger: d.Client.Messenger, stars: telegram.NewStars(d.Client), work: make(chan struct{}, 1)}
}

// letterPlans is the letter of the buttons and of the question about a gift.
const letterPlans = 'P'

var errPrivateOnly = fault.New(fault.Invalid, "private_only")

// Taps are the handlers of the buttons.
func (s *Plans) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterPlans: s.tap}
}

// Answers are the handlers of typed answers.
func (s *Plans) Answers() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterPlans: s.answerGift}
}

// TakesPerson tells the questions that a contact or a forwarded message answers.
func (s *Plans) TakesPerson(d chat.Data) bool { return d.Letter == letterPlans }

func (s *Plans) tap(ctx context.Context, e *telegram.Event, d chat.Data) error {
	p, err := parsePlanTap(d.Payload)
	switch {
	case err != nil:
		return err
	case e.Chat.Type != telegram.Private:
		return errPrivateOnly
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	switch p.verb {
	case verbPlans:
		return s.showPlans(ctx, e, "")
	case verbBuy:
		return s.buy(ctx, e, p.plan, e.From.ID)
	case verbSubscribe:
		return s.subscribe(ctx, e, p.plan)
	case verbGift:
		return s.askReceiver(ctx, e, p.plan)
	case verbAskCancel:
		return s.askCancel(ctx, e, p.plan)
	case verbCancel:
		return s.cancel(ctx, e, p.plan)
	}
	if !s.IsAdmin(e.From.ID) {
		return chat.ErrAdminsOnly
	}
	return planAdmin{s}.tapAdmin(ctx, e, p)
}

// HandlePlans answers /plans with the person's premium time and the plans on sale.
func (s *Plans) HandlePlans(ctx context.Context, e *telegram.Event) error {
	if e.Chat.Type != telegram.Private {
		return errPrivateOnly
	}
	view, err := s.plansView(ctx, e)
	if err != nil {
		return err
	}
	_, err = s.messenger.SendText(ctx, e.Chat, view.draw(), telegram.Cause{Event: e})
	return err
}

func (s *Plans) plansView(ctx context.Context, e *telegram.Event) (plansView, error) {
	v := plansView{planDrawing: s.drawing(e)}
	var err error
	if v.plans, err = s.Premium.Plans(ctx); err != nil {
		return v, err
	}
	v.has, err = s.Premium.EntitlementsOf(ctx, filter.UserID(e.From.ID))
	return v, err
}

func (s *Plans) drawing(e *telegram.Event) planDrawing {
	return planDrawing{in: s.Texts.In(e), owner: e.From.ID, zone: s.Zone}
}

// showPlans puts the screen of /plans into a tapped message.
func (s *Plans) showPlans(ctx context.Context, e *telegram.Event, answer string) error {
	view, err := s.plansView(ctx, e)
	if err != nil {
		return err
	}
	return s.answerAndEdit(ctx, e, answer, view.draw())
}

func (s *Plans) answerAndEdit(ctx context.Context, e *telegram.Event, answer string, r telegram.Reply) error {
	return errors.Join(s.messenger.AnswerTap(ctx, e, answer, false), s.messenger.EditText(ctx, e.Chat, e.MessageID, r))
}

// buy sends an invoice for a plan to the buyer. A second tap within seconds gets the same invoice, which Telegram does not post twice.
func (s *Plans) buy(ctx context.Context, e *telegram.Event, plan access.PlanID, receiver int64) error {
	u, p, err := s.Premium.Buy(ctx, plan, filter.UserID(e.From.ID), filter.UserID(receiver), false)
	if err != nil {
		return err
	}
	if e.Kind == telegram.Tap {
		if err := s.messenger.AnswerTap(ctx, e, "", false); err != nil {
			return err
		}
	}
	return s.Client.SendInvoice(ctx, e.From.ID, s.drawing(e).invoice(p, u), "premium "+string(u.Reference))
}

// subscribe shows the link by which a person subscribes to a plan.
func (s *Plans) subscribe(ctx context.Context, e *telegram.Event, plan access.PlanID) error {
	person := filter.UserID(e.From.ID)
	u, p, err := s.Premium.Buy(ctx, plan, person, person, true)
	if err != nil {
		return err
	}
	d := s.drawing(e)
	if u.Link == "" {
		if u.Link, err = s.stars.SubscriptionLink(ctx, d.invoice(p, u)); err != nil {
			return err
		}
		if err := s.Premium.SetLink(ctx, u.Reference, u.Link); err != nil {
			return err
		}
	}
	return s.answerAndEdit(ctx, e, "", d.subscription(p, u))
}

// askReceiver asks who gets a gift.
func (s *Plans) askReceiver(ctx context.Context, e *telegram.Event, plan access.PlanID) error {
	s.Questions.Ask(ctx, e.Chat.ID, chat.Data{Letter: letterPlans, Owner: e.From.ID, Payload: planTap{verb: verbGift, plan: plan}.encode()})
	d := s.drawing(e)
	return s.answerAndEdit(ctx, e, "", telegram.Reply{Text: d.in.Say("plans.gift_ask"), Keyboard: [][]telegram.Button{{d.back()}}})
}

var errReceiver = fault.New(fault.Invalid, "gift_receiver")

// answerGift reads who gets a gift, and sends the invoice to the buyer.
func (s *Plans) answerGift(ctx context.Context, e *telegram.Event, d chat.Data) error {
	p, err := parsePlanTap(d.Payload)
	if err != nil {
		return err
	}
	receiver, ok := personIn(e)
	if !ok || receiver == e.From.ID {
		return errReceiver // the question stays open
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	return s.buy(ctx, e, p.plan, receiver)
}

// personIn reads a person from a message: its contact, its forwarded author, or an id in its text.
func personIn(e *telegram.Event) (int64, bool) {
	if e.About != nil {
		return e.About.ID, e.About.ID > 0
	}
	id, err := strconv.ParseInt(strings.TrimSpace(e.Text), 10, 64)
	return id, err == nil && id > 0
}

func (s *Plans) askCancel(ctx context.Context, e *telegram.Event, plan access.PlanID) error {
	sub, err := s.Premium.Subscription(ctx, filter.UserID(e.From.ID), plan)
	if err != nil {
		return err
	}
	return s.answerAndEdit(ctx, e, "", s.drawing(e).askCancel(sub))
}

// cancel stops the renewals of a subscription at Telegram, then in the rows. Its paid time stays.
func (s *Plans) cancel(ctx context.Context, e *telegram.Event, plan access.PlanID) error {
	sub, err := s.Premium.Subscription(ctx, filter.UserID(e.From.ID), plan)
	if err != nil {
		return err
	}
	if err := s.stars.CancelSubscription(ctx, e.From.ID, sub.Charge); err != nil && !errors.Is(err, telegram.ErrChargeRefused) {
		return err
	}
	if err := s.Premium.NoteCanceled(ctx, sub); err != nil {
		return err
	}
	return s.showPlans(ctx, e, s.Texts.In(e).Say("plans.canceled"))
}
