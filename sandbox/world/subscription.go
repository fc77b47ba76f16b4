// Subscriptions to bots in stars: each begins with the payment of an invoice behind a link, and is renewed by RenewSubscription.

package world

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// subscription is a person's subscription to a bot. It keeps the price of its first payment.
type subscription struct {
	ID          string
	Slug        string
	Invoice     invoice
	User        int64
	Charges     []string // ids, the first payment first
	Until       int
	Canceled    bool // by the person
	BotCanceled bool
}

func (w *World) routeSubscriptions(d *tg.ServerDispatcher) {
	d.OnPaymentsBotCancelStarsSubscription(on(w, (*call).botCancelSubscription))
	d.OnPaymentsChangeStarsSubscription(on(w, (*call).changeSubscription))
	d.OnPaymentsGetStarsSubscriptions(on(w, (*call).getSubscriptions))
}

// subscribed returns a person's subscription that was bought with a link and has not ended, or nil.
func (c *call) subscribed(user int64, slug string) *subscription {
	for _, sub := range c.Subscriptions {
		if sub.User == user && sub.Slug == slug && sub.Until > c.now() {
			return sub
		}
	}
	return nil
}

// subscribe begins the subscription that a payment of the caller pays for.
func (c *call) subscribe(slug string, v *invoice, paid *charge) *subscription {
	sub := &subscription{ID: c.name("sub"), Slug: slug, Invoice: *v, User: c.me.ID, Charges: []string{paid.ID}, Until: c.now() + v.Period}
	c.Subscriptions = append(c.Subscriptions, sub)
	return sub
}

func (c *call) botCancelSubscription(r *tg.PaymentsBotCancelStarsSubscriptionRequest) (bool, error) {
	user, err := c.user(r.UserID)
	if err != nil || user.Bot != nil {
		return false, tgerr.New(400, "USER_ID_INVALID")
	}
	i := slices.IndexFunc(c.Subscriptions, func(sub *subscription) bool {
		return sub.Invoice.Bot == c.me.ID && slices.Contains(sub.Charges, r.ChargeID)
	})
	switch {
	case i < 0:
		return false, tgerr.New(400, "CHARGE_ID_INVALID")
	case c.Subscriptions[i].User != user.ID:
		return false, tgerr.New(400, "USER_ID_INVALID")
	}
	c.Subscriptions[i].BotCanceled = !r.Restore
	return true, nil
}

// changeSubscription cancels or restores a subscription of the caller. The bot gets no update.
func (c *call) changeSubscription(r *tg.PaymentsChangeStarsSubscriptionRequest) (bool, error) {
	if err := c.self(r.Peer); err != nil {
		return false, err
	}
	i := slices.IndexFunc(c.Subscriptions, func(sub *subscription) bool { return sub.User == c.me.ID && sub.ID == r.SubscriptionID })
	if i < 0 {
		return false, tgerr.New(400, "SUBSCRIPTION_ID_INVALID")
	}
	if canceled, set := r.GetCanceled(); set {
		c.Subscriptions[i].Canceled = canceled
	}
	return true, nil
}

func (c *call) getSubscriptions(r *tg.PaymentsGetStarsSubscriptionsRequest) (*tg.PaymentsStarsStatus, error) {
	if err := c.self(r.Peer); err != nil {
		return nil, err
	}
	status := &tg.PaymentsStarsStatus{Balance: &tg.StarsAmount{Amount: c.me.Stars}}
	for _, sub := range c.Subscriptions {
		if sub.User != c.me.ID {
			continue
		}
		c.people.add(UserPeer(sub.Invoice.Bot))
		one := tg.StarsSubscription{
			Canceled: sub.Canceled, BotCanceled: sub.BotCanceled, ID: sub.ID, Peer: UserPeer(sub.Invoice.Bot).tg(), UntilDate: sub.Until,
			Pricing: tg.StarsSubscriptionPricing{Period: sub.Invoice.Period, Amount: sub.Invoice.Total},
		}
		one.SetTitle(sub.Invoice.Title)
		one.SetInvoiceSlug(sub.Slug)
		status.Subscriptions = append(status.Subscriptions, one)
	}
	status.Users = c.people.userList()
	return status, nil
}

var (
	errNoSubscription = errors.New("no subscription to renew")
	errCanceled       = errors.New("the subscription is cancelled")
	errTooFewStars    = errors.New("too few stars")
)

// RenewSubscription ends the paid period of a person's newest subscription to a bot and charges the next one, as Telegram does every 30 days. The bot gets
// the service message, at once or with the next difference. A cancelled subscription and an empty balance renew nothing.
func (w *World) RenewSubscription(botID, userID int64) error {
	w.mu.Lock()
	defer w.unlock()
	c, err := w.as(userID)
	if err != nil {
		return err
	}
	var sub *subscription
	for _, one := range w.Subscriptions {
		if one.User == userID && one.Invoice.Bot == botID {
			sub = one
		}
	}
	switch {
	case sub == nil:
		return fmt.Errorf("account %d, bot %d: %w", userID, botID, errNoSubscription)
	case sub.Canceled || sub.BotCanceled:
		return fmt.Errorf("account %d, bot %d: %w", userID, botID, errCanceled)
	case c.me.Stars < sub.Invoice.Total:
		return fmt.Errorf("account %d, bot %d: %w", userID, botID, errTooFewStars)
	}
	c.me.Stars -= sub.Invoice.Total
	w.Accounts[botID].Stars += sub.Invoice.Total
	paid := c.charged(&sub.Invoice, c.me, sub.Invoice.Total)
	sub.Charges = append(sub.Charges, paid.ID)
	sub.Until = max(sub.Until, c.now()) + sub.Invoice.Period
	action := paid.sent()
	action.SetSubscriptionUntilDate(sub.Until)
	c.tell(paid, userID, botID, action, nil)
	return nil
}
