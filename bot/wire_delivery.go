package bot

import (
	"context"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/delivery"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	rules "pavilion/filter/delivery"
)

// newDelivery makes the screens of deliveries.
func (b *Bot) newDelivery() (*delivery.Screens, error) {
	keys, err := rules.NewKeys(b.opts.LinkKeys)
	if err != nil {
		return nil, err
	}
	return delivery.New(delivery.Deps{
		Client: b.client, Texts: b.chat.Texts, Questions: b.chat.Questions, IsAdmin: b.chat.IsAdmin, Admins: b.opts.Admins, Language: b.Language, Searcher: b.deps.Searcher,
		Channels: b.deps.Channels, Search: func(ctx context.Context, e *telegram.Event, query string) error {
			return b.search.Search(ctx, e, query)
		},
		Keys: keys, Stored: rules.NewStoredLinks(b.deps.DB), Jobs: rules.NewJobs(b.deps.DB), Deletions: rules.NewDeletions(b.deps.DB), KeptTaps: rules.NewKeptTaps(b.deps.DB), Replay: b.chat.Submit, Set: rules.NewSettings(b.deps.DB, b.opts.Now),
		Group: groupRules{b}.groupDeliveries, Plan: b.planOf, Quota: deliveryQuota{b.access.Quota}, TapQuota: b.access.Deliver, Logger: b.opts.Logger, Now: b.opts.Now,
	}), nil
}

// deliveryQuota is the daily quota as deliveries ask for it.
type deliveryQuota struct{ *access.Quota }

// Reserve reserves the files that fit into what is left of a person's day.
func (q deliveryQuota) Reserve(ctx context.Context, person filter.UserID, documents []filter.DocumentID) (int64, []filter.DocumentID, error) {
	r, err := q.Quota.Reserve(ctx, person, documents)
	return r.ID, r.Documents, err
}

// groupDeliveries are a group's settings about deliveries.
func (b groupRules) groupDeliveries(ctx context.Context, group filter.ChatID) (delivery.GroupPolicy, error) {
	s := b.deps.Groups.Get(ctx, group).Settings
	return delivery.GroupPolicy{Policy: rules.Policy{Protect: s.Protect, DeleteAfter: time.Duration(s.DeleteAfter) * time.Minute}, InPrivate: s.ToPrivate}, nil
}

// planOf is a person's plan as deliveries ask for it.
func (b *Bot) planOf(ctx context.Context, person filter.UserID) (delivery.Plan, error) {
	perks, has, err := b.members.plans.Premium.PerksOf(ctx, person)
	return delivery.Plan{Premium: has, Unprotected: has && perks.Unprotected, Priority: has && perks.Priority}, err
}

// takes decides whether a message answers an open question.
func (b *Bot) takes(e *telegram.Event, d chat.Data) chat.Take {
	if take := b.delivery.Takes(e, d); take != chat.TakeText {
		return take
	}
	return b.broadcast.Takes(e, d)
}
