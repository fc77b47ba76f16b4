package telegram

import (
	"context"
	"errors"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// SubscriptionPeriod is the only period of a subscription in Stars that Telegram accepts.
const SubscriptionPeriod = 30 * 24 * time.Hour

// StarTransaction is a line of the bot's account of Stars: a payment by a person, or its refund.
type StarTransaction struct {
	Charge     string // Telegram's id of the payment; a refund has the same
	Person     int64
	Payload    []byte // of the invoice
	Stars      int64  // positive also for a refund
	At         time.Time
	Refund     bool
	Subscribed bool // the payment of a subscription
}

// SubscriptionLink makes a link that sells an invoice in Stars every SubscriptionPeriod. Telegram refuses such an invoice in a message.
func (c *Client) SubscriptionLink(ctx context.Context, i Invoice) (string, error) {
	title, link := CleanLine(i.Title, maxInvoiceTitle), ""
	err := c.Messenger.queue.do(ctx, call{method: "payments.exportInvoice", invoke: func(ctx context.Context) error {
		terms := tg.Invoice{Currency: i.Currency, Prices: []tg.LabeledPrice{{Label: title, Amount: i.Amount}}}
		terms.SetSubscriptionPeriod(int(SubscriptionPeriod / time.Second))
		r, err := c.Messenger.api.PaymentsExportInvoice(ctx, &tg.InputMediaInvoice{
			Title: title, Description: CleanLine(i.About, maxInvoiceAbout), Payload: i.Payload, ProviderData: tg.DataJSON{Data: "{}"}, Invoice: terms,
		})
		if err == nil {
			link = r.URL
		}
		return err
	}})
	return link, err
}

// CancelSubscription stops the renewals of a person's subscription, by the charge of one of its payments. It returns ErrChargeRefused where Telegram
// knows no such subscription.
func (c *Client) CancelSubscription(ctx context.Context, person int64, charge string) error {
	to, err := c.reach(ctx, person)
	if err != nil {
		return err
	}
	err = c.Messenger.queue.do(ctx, call{chat: to, method: "payments.botCancelStarsSubscription", invoke: func(ctx context.Context) error {
		_, err := c.Messenger.api.PaymentsBotCancelStarsSubscription(ctx, &tg.PaymentsBotCancelStarsSubscriptionRequest{
			UserID: &tg.InputUser{UserID: to.ID, AccessHash: to.Hash}, ChargeID: charge,
		})
		return err
	}})
	if tgerr.Is(err, "CHARGE_ID_INVALID", "USER_ID_INVALID") {
		return errors.Join(ErrChargeRefused, err)
	}
	return c.orDisconnected(err)
}

const transactionsInPage = 100

// StarTransactions reads a page of the bot's account, the newest first. next is the offset of the following page, empty after the last one.
func (c *Client) StarTransactions(ctx context.Context, offset string) (list []StarTransaction, next string, err error) {
	err = c.Messenger.queue.do(ctx, call{lane: LaneBulk, method: "payments.getStarsTransactions", invoke: func(ctx context.Context) error {
		page, err := c.Messenger.api.PaymentsGetStarsTransactions(ctx, &tg.PaymentsGetStarsTransactionsRequest{Peer: &tg.InputPeerSelf{}, Offset: offset, Limit: transactionsInPage})
		if err != nil {
			return err
		}
		list, next = nil, page.NextOffset
		for _, t := range page.History {
			if one, ok := starTransactionOf(t); ok {
				list = append(list, one)
			}
		}
		return nil
	}})
	return list, next, c.orDisconnected(err)
}

// starTransactionOf reads a transaction with a person; false for every other.
func starTransactionOf(t tg.StarsTransaction) (StarTransaction, bool) {
	peer, ok := t.Peer.(*tg.StarsTransactionPeer)
	if !ok || t.Failed || t.Pending || t.Gift {
		return StarTransaction{}, false
	}
	person, ok := peer.Peer.(*tg.PeerUser)
	if !ok {
		return StarTransaction{}, false
	}
	one := StarTransaction{
		Charge: t.ID, Person: person.UserID, Payload: t.BotPayload, Stars: t.Amount.GetAmount(), At: time.Unix(int64(t.Date), 0).UTC(), Refund: t.Refund,
		Subscribed: t.SubscriptionPeriod != 0,
	}
	one.Stars = max(one.Stars, -one.Stars)
	return one, true
}
