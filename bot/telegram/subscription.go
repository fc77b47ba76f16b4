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

// Stars sells subscriptions and reads the bot's account.
type Stars struct{ client *Client }

// NewStars makes a Stars that speaks through a client.
func NewStars(c *Client) Stars { return Stars{c} }

// SubscriptionLink makes a link that sells an invoice in Stars every SubscriptionPeriod. Telegram refuses such an invoice in a message.
func (s Stars) SubscriptionLink(ctx context.Context, i Invoice) (string, error) {
	i.Stars = true
	media := invoiceMedia(i, s.client.Messenger.provider)
	media.Invoice.SetSubscriptionPeriod(int(SubscriptionPeriod / time.Second))
	return NewInvoiceLinks(s.client).export(ctx, media)
}

// CancelSubscription stops the renewals of a person's subscription, by the charge of one of its payments. It returns ErrChargeRefused where Telegram
// knows no such subscription.
func (s Stars) CancelSubscription(ctx context.Context, person int64, charge string) error {
	to, err := s.client.reach(ctx, person)
	if err != nil {
		return err
	}
	err = s.client.Messenger.queue.do(ctx, call{chat: to, method: "payments.botCancelStarsSubscription", invoke: func(ctx context.Context) error {
		_, err := s.client.Messenger.api.PaymentsBotCancelStarsSubscription(ctx, &tg.PaymentsBotCancelStarsSubscriptionRequest{
			UserID: &tg.InputUser{UserID: to.ID, AccessHash: to.Hash}, ChargeID: charge,
		})
		return err
	}})
	if tgerr.Is(err, "CHARGE_ID_INVALID", "USER_ID_INVALID") {
		return errors.Join(ErrChargeRefused, err)
	}
	return s.client.orDisconnected(err)
}

const transactionsInPage = 100

// Transactions reads a page of the bot's account, the newest first. next is the offset of the following page, empty after the last one.
func (s Stars) Transactions(ctx context.Context, offset string) (list []StarTransaction, next string, err error) {
	err = s.client.Messenger.queue.do(ctx, call{lane: LaneBulk, method: "payments.getStarsTransactions", invoke: func(ctx context.Context) error {
		page, err := s.client.Messenger.api.PaymentsGetStarsTransactions(ctx, &tg.PaymentsGetStarsTransactionsRequest{Peer: &tg.InputPeerSelf{}, Offset: offset, Limit: transactionsInPage})
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
	return list, next, s.client.orDisconnected(err)
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
