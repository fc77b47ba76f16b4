package telegram

import (
	"context"
	"errors"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/internal/secret"
)

// Invoice is a bill that Telegram shows with a button to pay.
type Invoice struct {
	Title    string
	About    string
	Payload  []byte // comes back with the checkout and the payment
	Currency string // ISO code, or XTR for Stars
	Amount   int64  // in the currency's smallest unit
	Stars    bool   // paid in Stars, without a provider
}

// Payment is money that moved inside Telegram.
type Payment struct {
	Payer    int64
	Payload  []byte // of the invoice
	Charge   string // Telegram's id of it
	Currency string
	Amount   int64
	Refunded bool // it went back
	At       time.Time
	Until    time.Time // end of the subscription's paid period; zero for a single payment
}

// ErrChargeRefused reports that Telegram refuses a refund for good.
var ErrChargeRefused = errors.New("telegram refuses to refund this charge")

const (
	maxInvoiceTitle = 32  // characters
	maxInvoiceAbout = 255 // characters
	// startPay makes the button of a forwarded invoice lead to the bot: only the addressee may pay.
	startPay = "pay"
)

func (m *Messenger) sendInvoice(ctx context.Context, to Chat, i Invoice, name string) error {
	media := invoiceMedia(i, m.provider)
	media.SetStartParam(startPay)
	randomID := namedRandomID(to, name)
	_, err := m.sendMessage(ctx, to, LaneAnswer, "messages.sendMedia", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		return m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{Peer: to.peer(), Media: media, RandomID: randomID})
	})
	return orUnreachable(err)
}

// invoiceMedia converts an invoice. provider is the token of the payment provider.
func invoiceMedia(i Invoice, provider secret.String) *tg.InputMediaInvoice {
	title := CleanLine(i.Title, maxInvoiceTitle)
	media := &tg.InputMediaInvoice{
		Title: title, Description: CleanLine(i.About, maxInvoiceAbout), Payload: i.Payload, ProviderData: tg.DataJSON{Data: "{}"},
		Invoice: tg.Invoice{Currency: i.Currency, Prices: []tg.LabeledPrice{{Label: title, Amount: i.Amount}}},
	}
	if !i.Stars {
		media.SetProvider(provider.Reveal())
	}
	return media
}

// InvoiceLinks makes links that open invoices.
type InvoiceLinks struct{ client *Client }

// NewInvoiceLinks makes an InvoiceLinks that speaks through a client.
func NewInvoiceLinks(c *Client) InvoiceLinks { return InvoiceLinks{c} }

// Make makes a link to an invoice. Everybody who has the link can try to pay, also more than once: each attempt is a checkout.
func (l InvoiceLinks) Make(ctx context.Context, i Invoice) (string, error) {
	if err := awaitSignIn(ctx, l.client.signedIn); err != nil {
		return "", err
	}
	link, err := l.export(ctx, invoiceMedia(i, l.client.Messenger.provider))
	return link, l.client.orDisconnected(err)
}

func (l InvoiceLinks) export(ctx context.Context, media *tg.InputMediaInvoice) (link string, err error) {
	messenger := l.client.Messenger
	err = messenger.queue.do(ctx, call{method: "payments.exportInvoice", invoke: func(ctx context.Context) error {
		r, err := messenger.api.PaymentsExportInvoice(ctx, media)
		if err == nil {
			link = r.URL
		}
		return err
	}})
	return link, err
}

func (m *Messenger) refundStars(ctx context.Context, to Chat, charge string) error {
	err := m.queue.do(ctx, call{chat: to, method: "payments.refundStarsCharge", invoke: func(ctx context.Context) error {
		_, err := m.api.PaymentsRefundStarsCharge(ctx, &tg.PaymentsRefundStarsChargeRequest{UserID: &tg.InputUser{UserID: to.ID, AccessHash: to.Hash}, ChargeID: charge})
		return err
	}})
	switch {
	case tgerr.Is(err, "CHARGE_ALREADY_REFUNDED"):
		return nil
	case tgerr.IsCode(err, 400):
		return errors.Join(ErrChargeRefused, err)
	}
	return err
}

const maxRefusal = 200 // characters

// AnswerCheckout answers a checkout: an empty refusal lets the payment go on. Only the first answer is sent.
func (m *Messenger) AnswerCheckout(ctx context.Context, e *Event, refusal string) error {
	if e.answered.Swap(true) {
		return nil
	}
	return m.queue.do(ctx, call{method: "messages.setBotPrecheckoutResults", invoke: func(ctx context.Context) error {
		r := &tg.MessagesSetBotPrecheckoutResultsRequest{QueryID: e.QueryID, Success: refusal == ""}
		if refusal != "" {
			r.SetError(CleanLine(refusal, maxRefusal))
		}
		_, err := m.api.MessagesSetBotPrecheckoutResults(ctx, r)
		if tgerr.Is(err, "QUERY_ID_INVALID") { // too late: no money moves
			return nil
		}
		return err
	}})
}

// paymentOf reads a payment from a service message of a private chat; false for every other message.
func paymentOf(m *tg.MessageService) (Payment, bool) {
	peer, ok := m.PeerID.(*tg.PeerUser)
	if !ok {
		return Payment{}, false
	}
	p := Payment{Payer: peer.UserID, At: time.Unix(int64(m.Date), 0).UTC()}
	switch a := m.Action.(type) {
	case *tg.MessageActionPaymentSentMe:
		p.Payload, p.Charge, p.Currency, p.Amount = a.Payload, a.Charge.ID, a.Currency, a.TotalAmount
		if until, ok := a.GetSubscriptionUntilDate(); ok {
			p.Until = time.Unix(int64(until), 0).UTC()
		}
		return p, true
	case *tg.MessageActionPaymentRefunded:
		p.Payload, p.Charge, p.Currency, p.Amount, p.Refunded = a.Payload, a.Charge.ID, a.Currency, a.TotalAmount, true
		return p, true
	}
	return Payment{}, false
}
