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
	upkeepscreens "pavilion/bot/upkeep"
	"pavilion/filter"
	"pavilion/filter/access"
)

// members are the screens of required channels and of premium.
type members struct {
	join   *accessscreens.Join
	plans  *accessscreens.Plans
	logger *slog.Logger
}

func newMembers(b *Bot) (*members, error) {
	m := &members{logger: b.opts.Logger}
	required, err := access.NewRequired(b.deps.DB, access.RequiredOptions{
		IsMember: isMember(b.client.Messenger), GroupList: groupRules{b}.groupRequired, IsGroupAdmin: groupRules{b}.isGroupAdmin, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	if err != nil {
		return nil, err
	}
	premium, err := access.NewPremium(b.deps.DB, b.opts.Now)
	if err != nil {
		return nil, err
	}
	m.join = accessscreens.NewJoin(accessscreens.JoinDeps{
		Client: b.client, Texts: b.chat.Texts, Required: required, IsAdmin: b.chat.IsAdmin, Admins: b.opts.Admins, Language: b.Language, Replay: b.chat.Submit,
		Search: search.StartSearch, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	m.plans = accessscreens.NewPlans(accessscreens.PlansDeps{
		Client: b.client, Texts: b.chat.Texts, Questions: b.chat.Questions, Premium: premium, IsAdmin: b.chat.IsAdmin, Admins: b.opts.Admins, Language: b.Language,
		Zone: b.opts.Zone, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	return m, nil
}

// isMember asks Telegram for memberships, for the rules of required channels.
func isMember(m *telegram.Messenger) func(ctx context.Context, channel filter.ChannelID, person filter.UserID) (bool, error) {
	memberships := telegram.NewMemberships(m)
	return func(ctx context.Context, channel filter.ChannelID, person filter.UserID) (bool, error) {
		in, err := memberships.IsMember(ctx, channel, int64(person))
		if errors.Is(err, telegram.ErrChannelHidden) {
			return false, fmt.Errorf("%w: %w", access.ErrHidden, err)
		}
		return in, err
	}
}

// filesPerDay is how many files a day a person gets, where everybody gets usual: more with a plan. 0 means no limit.
func (m *members) filesPerDay(ctx context.Context, person filter.UserID, usual int) int {
	perks, has, err := m.plans.Premium.PerksOf(ctx, person)
	if err != nil {
		m.logger.LogAttrs(ctx, slog.LevelDebug, "the last known perks of a person apply", slog.Any("error", err))
	}
	switch {
	case !has || usual == 0:
		return usual
	case perks.FilesPerDay == 0:
		return 0
	}
	return max(usual, perks.FilesPerDay)
}

// checkout routes the question before a payment to the feature that made the invoice.
func (m *members) checkout(nets chat.Query) chat.Query {
	premium := chat.Query{Handle: m.plans.HandleCheckout, Fail: m.plans.FailCheckout}
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

// receivePayment stores a payment with the feature that made the invoice: premium, or nets.
func (m *members) receivePayment(nets func(ctx context.Context, p telegram.Payment) error) func(ctx context.Context, p telegram.Payment) error {
	return func(ctx context.Context, p telegram.Payment) error {
		if access.IsPurchase(p.Payload) {
			return m.plans.ReceivePayment(ctx, p)
		}
		return nets(ctx, p)
	}
}

// premiumFigures are the figures of premium for /stats.
func (m *members) premiumFigures(ctx context.Context) (upkeepscreens.PremiumFigures, error) {
	f, err := m.plans.Premium.Figures(ctx)
	out := upkeepscreens.PremiumFigures{Stars: f.Stars, RecentStars: f.RecentStars, Expiring: f.Expiring}
	for _, p := range f.Plans {
		out.Plans = append(out.Plans, upkeepscreens.PlanFigures(p))
	}
	return out, err
}
