package access

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/fault"
)

const (
	// checkoutWithin is the time to answer a checkout. Telegram gives up after ten seconds; a late answer moves no money.
	checkoutWithin  = 9 * time.Second
	checkoutDecides = 3 * time.Second
	plansEvery      = time.Minute
	plansTimeout    = 30 * time.Second
)

var errCheckoutLate = errors.New("a checkout was answered too late")

// HandleCheckout approves the payment of an invoice that is still offered.
func (s *Plans) HandleCheckout(ctx context.Context, e *telegram.Event) error {
	ctx, cancel := context.WithDeadlineCause(ctx, e.At.Add(checkoutWithin), errCheckoutLate)
	defer cancel()
	if err := s.check(ctx, e); err != nil {
		return err
	}
	return s.messenger.AnswerCheckout(ctx, e, "")
}

func (s *Plans) check(ctx context.Context, e *telegram.Event) error {
	ctx, cancel := context.WithTimeoutCause(ctx, checkoutDecides, errCheckoutLate)
	defer cancel()
	c := e.Checkout
	return s.Premium.PreCheckout(ctx, access.Check{Payload: c.Payload, Payer: filter.UserID(e.From.ID), Currency: c.Currency, Stars: c.Amount})
}

// FailCheckout refuses a payment and says why. Nothing is charged.
func (s *Plans) FailCheckout(ctx context.Context, e *telegram.Event, err error) error {
	ctx, cancel := context.WithDeadlineCause(ctx, e.At.Add(checkoutWithin), errCheckoutLate)
	defer cancel()
	why := s.Texts.Sentence(e, err)
	if fault.KindOf(err) == fault.Internal {
		why = s.Texts.In(e).Say("plans.checkout")
	}
	return errors.Join(err, s.messenger.AnswerCheckout(ctx, e, why))
}

// ReceivePayment stores a payment or refund of premium. Storing one twice is harmless. It returns an error if another try may succeed.
func (s *Plans) ReceivePayment(ctx context.Context, p telegram.Payment) error {
	paid := access.Paid{Charge: p.Charge, Payload: p.Payload, Payer: filter.UserID(p.Payer), Stars: p.Amount, At: p.At, Until: p.Until}
	note := s.Premium.NotePaid
	if p.Refunded {
		note = s.Premium.NoteRefunded
	}
	_, err := note(ctx, paid)
	if fault.KindOf(err) == fault.Invalid {
		s.Logger.LogAttrs(ctx, slog.LevelError, "a payment of premium makes no sense", slog.Any("error", err))
		return nil
	}
	s.wake()
	return err
}

// wake makes Run look for work now.
func (s *Plans) wake() {
	select {
	case s.work <- struct{}{}:
	default:
	}
}

// Run gives refunds back, tells people of their payments, and compares the bot's account of Stars with them once a day, until ctx ends.
func (s *Plans) Run(ctx context.Context, signedIn <-chan struct{}) {
	select {
	case <-signedIn:
	case <-ctx.Done():
		return
	}
	ticker := time.NewTicker(plansEvery)
	defer ticker.Stop()
	for {
		for what, do := range map[string]func(context.Context) error{"refunds": s.refundDue, "messages": s.tellDue, "comparison": s.reconcile} {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				s.Logger.LogAttrs(ctx, slog.LevelWarn, "work of premium is left for later", slog.String("work", what), slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.work:
		case <-ticker.C:
		}
	}
}

func (s *Plans) refundDue(ctx context.Context) error {
	due, err := s.Premium.DueRefunds(ctx)
	for _, b := range due {
		err = errors.Join(err, s.refund(ctx, b))
	}
	return err
}

// refund gives a payment back. Telegram does it once, however often it is asked. The renewals of a subscription stop first.
func (s *Plans) refund(ctx context.Context, b access.Bought) error {
	ctx, cancel := context.WithTimeout(ctx, plansTimeout)
	defer cancel()
	payer := int64(b.Purchase.Buyer)
	if b.Purchase.Subscription {
		if err := s.stars.CancelSubscription(ctx, payer, b.Charge); err != nil && !errors.Is(err, telegram.ErrChargeRefused) {
			return err
		}
	}
	err := s.Client.RefundStars(ctx, payer, b.Charge)
	if errors.Is(err, telegram.ErrChargeRefused) {
		s.tellAdmins(ctx, "premium refused "+b.Charge, func(d planDrawing) string {
			return d.in.Say("premium.refused", strconv.FormatInt(payer, 10), d.stars(b.Stars), b.Charge)
		})
		return s.Premium.NoteRefund(ctx, b.Charge, access.RefundRefused)
	}
	if err != nil {
		return err
	}
	return s.Premium.NoteRefund(ctx, b.Charge, access.RefundDone)
}

func (s *Plans) tellDue(ctx context.Context) error {
	due, err := s.Premium.DueNotes(ctx)
	for _, n := range due {
		err = errors.Join(err, s.tell(ctx, n))
	}
	return err
}

// tell tells the people of a payment about the time that it paid for.
func (s *Plans) tell(ctx context.Context, n access.Note) error {
	ctx, cancel := context.WithTimeout(ctx, plansTimeout)
	defer cancel()
	buyer, receiver := int64(n.Purchase.Buyer), int64(n.Purchase.Receiver)
	texts := map[int64]func(d planDrawing) string{}
	switch {
	case n.Title == "":
		texts[buyer] = func(d planDrawing) string { return d.in.Say("plans.stray", d.stars(n.Stars)) }
	case n.Until.IsZero(): // refunded before anybody was told
	case buyer == receiver:
		key := "plans.thanks"
		if n.Purchase.Subscription {
			key = "plans.thanks_monthly"
		}
		texts[buyer] = func(d planDrawing) string { return d.in.Say(key, n.Title, d.date(n.Until)) }
	default:
		texts[buyer] = func(d planDrawing) string { return d.in.Say("plans.thanks_gift", n.Title, d.date(n.Until)) }
		texts[receiver] = func(d planDrawing) string { return d.in.Say("plans.got_gift", n.Title, d.date(n.Until)) }
	}
	for person, text := range texts {
		err := s.notify(ctx, person, "premium paid "+n.Charge, text)
		if err != nil && fault.KindOf(err) != fault.Gone && !errors.Is(err, telegram.ErrUnreachable) {
			return err
		}
	}
	return s.Premium.NoteTold(ctx, n.Charge)
}

func (s *Plans) tellAdmins(ctx context.Context, name string, text func(d planDrawing) string) {
	for _, admin := range s.Admins {
		if err := s.notify(ctx, admin, name, text); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "an admin was not told about premium", slog.Any("error", err))
		}
	}
}

// notify sends a text in a person's language. Messages of one name are one message to Telegram.
func (s *Plans) notify(ctx context.Context, person int64, name string, text func(d planDrawing) string) error {
	d := planDrawing{in: s.Texts.InLanguage(s.Language(ctx, person)), owner: person, zone: s.Zone}
	return s.Client.Notify(ctx, person, telegram.Reply{Text: text(d)}, name, false)
}

// reconcile compares the bot's account of Stars with the payments, once a day.
func (s *Plans) reconcile(ctx context.Context) error {
	found, done, err := s.Premium.Reconcile(ctx, func(ctx context.Context, offset string) ([]access.Transaction, string, error) {
		ctx, cancel := context.WithTimeout(ctx, plansTimeout)
		defer cancel()
		lines, next, err := s.stars.Transactions(ctx, offset)
		page := make([]access.Transaction, len(lines))
		for i, l := range lines {
			page[i] = access.Transaction{
				Paid:   access.Paid{Charge: l.Charge, Payload: l.Payload, Payer: filter.UserID(l.Person), Stars: l.Stars, At: l.At},
				Refund: l.Refund, Subscribed: l.Subscribed,
			}
		}
		return page, next, err
	})
	if done && found > 0 {
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "payments of premium were found that no update had told", slog.Int("payments", found))
		s.wake()
	}
	return err
}
