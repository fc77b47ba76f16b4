package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	accessscreens "pavilion/bot/access"
	"pavilion/bot/chat"
	"pavilion/bot/search"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
)

// addMembers makes the screens of required channels and of premium.
func (b *Bot) addMembers() error {
	required, err := access.NewRequired(b.deps.DB, access.RequiredOptions{IsMember: b.isMember, Logger: b.opts.Logger, Now: b.opts.Now})
	if err != nil {
		return err
	}
	premium, err := access.NewPremium(b.deps.DB, b.opts.Now)
	if err != nil {
		return err
	}
	b.join = accessscreens.NewJoin(accessscreens.JoinDeps{
		Client: b.client, Texts: b.chat.Texts, Required: required, IsAdmin: b.chat.IsAdmin, Admins: b.opts.Admins, Language: b.Language, Replay: b.chat.Submit,
		Search: search.StartSearch, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	b.plans = accessscreens.NewPlans(accessscreens.PlansDeps{
		Client: b.client, Texts: b.chat.Texts, Questions: b.chat.Questions, Premium: premium, IsAdmin: b.chat.IsAdmin, Admins: b.opts.Admins, Language: b.Language,
		Zone: b.opts.Zone, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	return nil
}

// isMember asks Telegram for a membership, for the rules of required channels.
func (b *Bot) isMember(ctx context.Context, channel filter.ChannelID, person filter.UserID) (bool, error) {
	in, err := b.client.Messenger.IsMember(ctx, channel, int64(person))
	if errors.Is(err, telegram.ErrChannelHidden) {
		return false, fmt.Errorf("%w: %w", access.ErrHidden, err)
	}
	return in, err
}

// filesPerDay is how many files a day a person gets, where everybody gets usual: more with a plan. 0 means no limit.
func (b *Bot) filesPerDay(ctx context.Context, person filter.UserID, usual int) int {
	perks, has, err := b.plans.Premium.PerksOf(ctx, person)
	if err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelDebug, "the last known perks of a person apply", slog.Any("error", err))
	}
	switch {
	case !has || usual == 0:
		return usual
	case perks.FilesPerDay == 0:
		return 0
	}
	return max(usual, perks.FilesPerDay)
}

// takesPerson tells the questions of all features that a contact or a forwarded message answers.
func (b *Bot) takesPerson(d chat.Data) bool {
	return b.Nets.TakesPerson(d) || b.plans.TakesPerson(d) || b.upkeep.TakesPerson(d)
}

// checkout routes the question before a payment to the feature that made the invoice.
func (b *Bot) checkout() chat.Query {
	premium := chat.Query{Handle: b.plans.HandleCheckout, Fail: b.plans.FailCheckout}
	nets := chat.Query{Handle: b.Nets.HandleCheckout, Fail: b.Nets.FailCheckout}
	of := func(e *telegram.Event) chat.Query {
		if access.IsPurchase(e.Checkout.Payload) {
			return premium
		}
		return nets
	}
	return chat.Query{
		Handle: func(ctx context.Context, e *telegram.Event) error { return of(e).Handle(ctx, e) },
		Fail:   func(ctx context.Context, e *telegram.Event, err error) error { return of(e).Fail(ctx, e, err) },
	}
}

// receivePayment stores a payment with the feature that made the invoice.
func (b *Bot) receivePayment(ctx context.Context, p telegram.Payment) error {
	if access.IsPurchase(p.Payload) {
		return b.plans.ReceivePayment(ctx, p)
	}
	return b.Nets.ReceivePayment(ctx, p)
}
