// Invoices of bots, in a message or behind a link.

package world

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// StarCurrency is the currency of Telegram's stars.
const StarCurrency = "XTR"

const (
	maxInvoiceTitle   = 32
	maxInvoiceAbout   = 255
	maxInvoicePayload = 128 // bytes
	maxPrices         = 100
	invoiceLink       = "https://t.me/$"

	// subscriptionPeriod is the only period of a subscription that Telegram accepts, in seconds: 30 days.
	subscriptionPeriod = 2_592_000
	// maxSubscription is the highest price of a subscription, in stars.
	maxSubscription = 10_000
)

// invoice is a bot's request for a payment.
type invoice struct {
	Bot          int64
	Title, About string
	Terms        []byte // TL of the tg.Invoice
	Currency     string
	Total        int64
	MostTip      int64
	Payload      []byte
	Provider     string
	StartParam   string
	Period       int   // of a subscription, in seconds; 0 for a single payment
	Receipt      int64 // uid of the service message, 0 before the payment
}

func (w *World) routeInvoices(d *tg.ServerDispatcher) {
	d.OnPaymentsExportInvoice(on(w, (*call).exportInvoice))
}

// invoice checks an invoice of a bot.
func (c *call) invoice(in *tg.InputMediaInvoice) (*invoice, error) {
	if c.me.Bot == nil {
		return nil, tgerr.New(400, "MEDIA_INVALID")
	}
	v := &invoice{
		Bot: c.me.ID, Title: in.Title, About: in.Description, Currency: in.Invoice.Currency, MostTip: in.Invoice.MaxTipAmount,
		Payload: slices.Clone(in.Payload), Provider: in.Provider, StartParam: in.StartParam,
		Period: in.Invoice.SubscriptionPeriod,
	}
	for _, p := range in.Invoice.Prices {
		v.Total += p.Amount
	}
	title, about := utf8.RuneCountInString(in.Title), utf8.RuneCountInString(in.Description)
	stars := v.Currency == StarCurrency
	switch {
	case title == 0 || title > maxInvoiceTitle || about == 0 || about > maxInvoiceAbout:
		return nil, tgerr.New(400, "MEDIA_INVALID")
	case len(in.Payload) == 0 || len(in.Payload) > maxInvoicePayload:
		return nil, tgerr.New(400, "INVOICE_PAYLOAD_INVALID")
	case len(v.Currency) != 3 || strings.ToUpper(v.Currency) != v.Currency || v.Total <= 0 || len(in.Invoice.Prices) > maxPrices:
		return nil, tgerr.New(400, "CURRENCY_TOTAL_AMOUNT_INVALID")
	case stars && (len(in.Invoice.Prices) != 1 || v.Provider != "" || v.MostTip != 0 || in.Invoice.Flexible):
		return nil, tgerr.New(400, "STARS_INVOICE_INVALID")
	case v.Period != 0 && (!stars || v.Total > maxSubscription):
		return nil, tgerr.New(400, "STARS_INVOICE_INVALID")
	case v.Period != 0 && v.Period != subscriptionPeriod:
		return nil, tgerr.New(400, "SUBSCRIPTION_PERIOD_INVALID")
	case !stars && !slices.Contains(c.me.Bot.Providers, v.Provider):
		return nil, tgerr.New(400, "PAYMENT_PROVIDER_INVALID")
	}
	terms := in.Invoice
	v.Terms = encode(&terms)
	return v, nil
}

// terms decodes the terms.
func (v *invoice) terms() tg.Invoice {
	var terms tg.Invoice
	_ = terms.Decode(&bin.Buffer{Buf: v.Terms}) // encoded by invoice
	return terms
}

func (c *call) sendInvoice(m *message, in *tg.InputMediaInvoice) (err error) {
	if m.Invoice, err = c.invoice(in); err != nil {
		return err
	}
	if m.Invoice.Period != 0 {
		return tgerr.New(400, "SUBSCRIPTION_EXPORT_MISSING") // subscriptions are sold by links only
	}
	if m.Markup == nil {
		m.Markup = encode(&tg.ReplyInlineMarkup{Rows: []tg.KeyboardButtonRow{{Buttons: []tg.KeyboardButtonClass{&tg.KeyboardButtonBuy{Text: "Pay"}}}}})
		return nil
	}
	if !payable(m) {
		return tgerr.New(400, "REPLY_MARKUP_BUY_EMPTY") // the first button must be the pay button
	}
	return nil
}

// viewInvoice renders an invoice for a viewer. The receipt is the viewer's own id of the service message.
func (w *World) viewInvoice(viewer int64, v *invoice) *tg.MessageMediaInvoice {
	media := &tg.MessageMediaInvoice{Title: v.Title, Description: v.About, Currency: v.Currency, TotalAmount: v.Total, StartParam: v.StartParam, Test: v.terms().Test}
	if receipt := w.Messages[v.Receipt]; receipt != nil && receipt.Copies[viewer] != 0 {
		media.SetReceiptMsgID(receipt.Copies[viewer])
	}
	return media
}

// forwarded copies the invoice of a forwarded message. With a start parameter the button leads to the bot; without one anyone can pay in the new chat.
func (c *call) forwarded(m, source *message) {
	if source.Invoice == nil {
		return
	}
	copied := *source.Invoice
	copied.Receipt = 0
	m.Invoice = &copied
	m.Markup = source.Markup
	if bot := c.Accounts[copied.Bot]; copied.StartParam != "" && bot != nil {
		m.Markup = encode(&tg.ReplyInlineMarkup{Rows: []tg.KeyboardButtonRow{{Buttons: []tg.KeyboardButtonClass{
			&tg.KeyboardButtonURL{Text: "Pay", URL: "https://t.me/" + bot.Username + "?start=" + copied.StartParam},
		}}}})
	}
}

// payable reports whether a message has a pay button.
func payable(m *message) bool {
	keys, ok := decodeMarkup(m.Markup).(*tg.ReplyInlineMarkup)
	if m.Invoice == nil || !ok || len(keys.Rows) == 0 || len(keys.Rows[0].Buttons) == 0 {
		return false
	}
	_, buys := keys.Rows[0].Buttons[0].(*tg.KeyboardButtonBuy)
	return buys
}

func (c *call) exportInvoice(in tg.InputMediaClass) (*tg.PaymentsExportedInvoice, error) {
	if c.me.Bot == nil {
		return nil, tgerr.New(400, "USER_BOT_REQUIRED")
	}
	media, ok := in.(*tg.InputMediaInvoice)
	if !ok {
		return nil, tgerr.New(400, "MEDIA_INVALID")
	}
	v, err := c.invoice(media)
	if err != nil {
		return nil, err
	}
	slug := c.name("invoice")
	c.Slugs[slug] = v
	return &tg.PaymentsExportedInvoice{URL: invoiceLink + slug}, nil
}
