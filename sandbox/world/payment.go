// Payments: the form, the bot's pre-checkout answer, the money, and the service messages to both sides.

package world

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

const (
	// formAge is the time in which a form can be sent.
	formAge = 10 * time.Minute
	// maxRefusal is the longest reason of a refusal.
	maxRefusal = 200
)

// paymentDesk holds the open forms and the waiting pre-checkout queries. A restart loses both.
type paymentDesk struct {
	forms   map[int64]*form
	waiting map[int64]*precheckout
}

// form is the payment form of an invoice.
type form struct {
	user    int64
	message int64 // uid; 0 behind a link
	slug    string
	made    time.Time
	sent    bool
}

// precheckout is a pre-checkout query to a bot.
type precheckout struct {
	bot   int64
	until time.Time
	done  chan struct{}
	yes   bool
	why   string
}

func newPaymentDesk() paymentDesk {
	return paymentDesk{forms: map[int64]*form{}, waiting: map[int64]*precheckout{}}
}

func (w *World) routePayments(d *tg.ServerDispatcher) {
	d.OnPaymentsGetPaymentForm(on(w, (*call).getForm))
	d.OnPaymentsSendPaymentForm(onWait(w, sendForm))
	d.OnPaymentsSendStarsForm(onWait(w, sendStarsForm))
	d.OnMessagesSetBotPrecheckoutResults(on(w, (*call).answerPrecheckout))
}

// name returns a string that cannot be guessed.
func (w *World) name(prefix string) string {
	return fmt.Sprintf("%s%016x", prefix, uint64(w.newQuery()))
}

// asked returns the invoice that a request names and its message.
func (c *call) asked(in tg.InputInvoiceClass) (*invoice, *message, string, error) {
	switch in := in.(type) {
	case *tg.InputInvoiceMessage:
		p, err := c.peer(in.Peer)
		if err != nil {
			return nil, nil, "", err
		}
		m := c.find(p, in.MsgID)
		if m == nil || !payable(m) {
			return nil, nil, "", tgerr.New(400, "MESSAGE_ID_INVALID")
		}
		return m.Invoice, m, "", nil
	case *tg.InputInvoiceSlug:
		if v := c.Slugs[in.Slug]; v != nil {
			return v, nil, in.Slug, nil
		}
		return nil, nil, "", tgerr.New(400, "SLUG_INVALID")
	}
	return nil, nil, "", tgerr.New(400, "INVOICE_INVALID")
}

func (c *call) getForm(r *tg.PaymentsGetPaymentFormRequest) (tg.PaymentsPaymentFormClass, error) {
	v, m, slug, err := c.asked(r.Invoice)
	if err != nil {
		return nil, err
	}
	if v.Period != 0 && c.subscribed(c.me.ID, slug) != nil {
		return nil, tgerr.New(400, "SUBSCRIPTION_ALREADY_ACTIVE")
	}
	maps.DeleteFunc(c.payments.forms, func(_ int64, f *form) bool { return c.o.Now().Sub(f.made) > 2*formAge })
	f := &form{user: c.me.ID, slug: slug, made: c.o.Now()}
	if m != nil {
		f.message = m.UID
	}
	id := c.newQuery()
	c.payments.forms[id] = f
	c.people.add(UserPeer(v.Bot))
	if v.Currency == StarCurrency {
		return &tg.PaymentsPaymentFormStars{FormID: id, BotID: v.Bot, Title: v.Title, Description: v.About, Invoice: v.terms(), Users: c.people.userList()}, nil
	}
	return &tg.PaymentsPaymentForm{
		FormID: id, BotID: v.Bot, Title: v.Title, Description: v.About, Invoice: v.terms(), ProviderID: v.Bot, URL: "https://provider.invalid/pay", Users: c.people.userList(),
	}, nil
}

// filled checks a form that a person sends.
func (c *call) filled(id int64, in tg.InputInvoiceClass, stars bool) (*form, *invoice, *message, error) {
	v, m, slug, err := c.asked(in)
	if err != nil {
		return nil, nil, nil, err
	}
	f := c.payments.forms[id]
	switch {
	case id == 0:
		return nil, nil, nil, tgerr.New(400, "FORM_ID_EMPTY")
	case (v.Currency == StarCurrency) != stars:
		return nil, nil, nil, tgerr.New(400, "FORM_UNSUPPORTED")
	case f == nil || f.user != c.me.ID || f.slug != slug || m != nil && m.UID != f.message || c.o.Now().Sub(f.made) > formAge:
		return nil, nil, nil, tgerr.New(400, "FORM_EXPIRED")
	case f.sent:
		return nil, nil, nil, tgerr.New(400, "FORM_SUBMIT_DUPLICATE")
	case v.Receipt != 0:
		return nil, nil, nil, tgerr.New(400, "INVOICE_ALREADY_PAID")
	}
	return f, v, m, nil
}

// sendForm pays with a card. Clients get a token in JSON from the provider's page; the token "declined" is a card that the bank refuses.
func sendForm(ctx context.Context, c *call, r *tg.PaymentsSendPaymentFormRequest) (tg.PaymentsPaymentResultClass, error) {
	f, v, m, err := c.filled(r.FormID, r.Invoice, false)
	if err != nil {
		return nil, err
	}
	credentials, ok := r.Credentials.(*tg.InputPaymentCredentials)
	var card struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	if !ok || json.Unmarshal([]byte(credentials.Data.Data), &card) != nil || card.ID == "" {
		return nil, tgerr.New(400, "PAYMENT_CREDENTIALS_INVALID")
	}
	if r.TipAmount < 0 || r.TipAmount > v.MostTip {
		return nil, tgerr.New(400, "INVOICE_INVALID")
	}
	take := func() error {
		if card.ID == "declined" {
			return tgerr.New(400, "PAYMENT_FAILED")
		}
		return nil
	}
	return c.settle(ctx, f, v, m, v.Total+r.TipAmount, take)
}

func sendStarsForm(ctx context.Context, c *call, r *tg.PaymentsSendStarsFormRequest) (tg.PaymentsPaymentResultClass, error) {
	f, v, m, err := c.filled(r.FormID, r.Invoice, true)
	if err != nil {
		return nil, err
	}
	if c.me.Stars < v.Total {
		return nil, tgerr.New(400, "BALANCE_TOO_LOW")
	}
	return c.settle(ctx, f, v, m, v.Total, func() error {
		if c.me.Stars < v.Total { // spent while the bot answered
			return tgerr.New(400, "BALANCE_TOO_LOW")
		}
		c.me.Stars -= v.Total
		c.Accounts[v.Bot].Stars += v.Total
		return nil
	})
}

// settle sends the pre-checkout query, moves the money, and sends the service messages.
func (c *call) settle(ctx context.Context, f *form, v *invoice, m *message, amount int64, take func() error) (tg.PaymentsPaymentResultClass, error) {
	f.sent = true
	if err := c.precheck(ctx, v, amount); err != nil {
		f.sent = false
		return nil, err
	}
	if err := take(); err != nil {
		f.sent = false
		return nil, err
	}
	paid := c.charged(v, c.me, amount)
	paid.Slug = f.slug
	action := paid.sent()
	if v.Period != 0 {
		sub := c.subscribe(f.slug, v, paid)
		action.RecurringInit = true
		action.SetSubscriptionUntilDate(sub.Until)
	}
	receipt := c.tell(paid, c.me.ID, v.Bot, action, m)
	if m != nil && m.Forward == nil {
		v.Receipt = receipt.UID
		c.spread(m)
	}
	return &tg.PaymentsPaymentResult{Updates: c.answer()}, nil
}

// charged stores a payment of a person for an invoice.
func (c *call) charged(v *invoice, by *account, amount int64) *charge {
	paid := &charge{
		ID: c.name("ch"), ProviderID: c.name("prov"), Bot: v.Bot, User: by.ID, Currency: v.Currency, Amount: amount, Payload: v.Payload, Title: v.Title, Date: c.now(),
		Period: v.Period,
	}
	if v.Currency == StarCurrency {
		paid.ID, paid.ProviderID = c.name("stx"), fmt.Sprint(by.ID)+"_0"
	}
	c.state.Charges = append(c.state.Charges, paid)
	return paid
}

// sent is the bot's view of the service message of a payment.
func (paid *charge) sent() *tg.MessageActionPaymentSentMe {
	return &tg.MessageActionPaymentSentMe{
		RecurringUsed: paid.Period != 0, Currency: paid.Currency, TotalAmount: paid.Amount, Payload: paid.Payload,
		Charge: tg.PaymentCharge{ID: paid.ID, ProviderChargeID: paid.ProviderID},
	}
}

// precheck sends a pre-checkout query to the bot and waits for the answer.
func (c *call) precheck(ctx context.Context, v *invoice, amount int64) error {
	user, payload, currency := c.me.ID, slices.Clone(v.Payload), v.Currency
	q := &precheckout{bot: v.Bot, until: c.o.Now().Add(c.o.AnswerTimeout), done: make(chan struct{})}
	id := c.newQuery()
	c.payments.waiting[id] = q
	c.emit(c.Accounts[v.Bot], func(g *gathered) tg.UpdateClass {
		g.add(UserPeer(user))
		return &tg.UpdateBotPrecheckoutQuery{QueryID: id, UserID: user, Payload: slices.Clone(payload), Currency: currency, TotalAmount: amount}
	})
	answered := c.wait(ctx, q.done, c.o.AnswerTimeout)
	delete(c.payments.waiting, id)
	switch {
	case !answered:
		return tgerr.New(400, "BOT_PRECHECKOUT_TIMEOUT")
	case !q.yes:
		c.notify(c.me, "PRECHECKOUT_FAILED", q.why)
		return tgerr.New(406, "PRECHECKOUT_FAILED")
	}
	return nil
}

// notify shows a text in every session of an account. It pushes the update also to the caller, because an error answer has no updates.
func (w *World) notify(to *account, kind, text string) {
	for key := range w.keys[to.ID] {
		w.outbox.add(delivery{key: key, updates: w.render(to, func(*gathered) tg.UpdateClass {
			return &tg.UpdateServiceNotification{Popup: true, Type: kind, Message: text, Media: &tg.MessageMediaEmpty{}}
		})})
	}
}

func (c *call) answerPrecheckout(r *tg.MessagesSetBotPrecheckoutResultsRequest) (bool, error) {
	q := c.payments.waiting[r.QueryID]
	switch {
	case c.me.Bot == nil:
		return false, tgerr.New(400, "USER_BOT_REQUIRED")
	case q == nil || q.bot != c.me.ID || c.o.Now().After(q.until):
		return false, tgerr.New(400, "QUERY_ID_INVALID")
	case !r.Success && r.Error == "":
		return false, tgerr.New(400, "ERROR_TEXT_EMPTY")
	case utf8.RuneCountInString(r.Error) > maxRefusal:
		return false, tgerr.New(400, "MESSAGE_TOO_LONG")
	}
	q.yes, q.why = r.Success, r.Error
	delete(c.payments.waiting, r.QueryID)
	close(q.done)
	return true, nil
}

// tell posts a service message of a payment in the private chat of the payer and the bot.
func (c *call) tell(paid *charge, from, to int64, action tg.MessageActionClass, about *message) *message {
	m := &message{Sender: from, Peer: UserPeer(to), Action: encode(action), Slug: paid.Slug}
	if about != nil && about.Peer.Kind == PeerUser && about.Copies[paid.User] != 0 && about.Copies[paid.Bot] != 0 {
		m.Reply = about.UID
	}
	c.post(m, 0)
	return m
}

// forPayer turns the bot's view of a payment message into the payer's, which names the link.
func forPayer(a tg.MessageActionClass, slug string, viewer *account) tg.MessageActionClass {
	if viewer.Bot != nil {
		return a
	}
	switch a := a.(type) {
	case *tg.MessageActionPaymentSentMe:
		sent := &tg.MessageActionPaymentSent{RecurringInit: a.RecurringInit, RecurringUsed: a.RecurringUsed, Currency: a.Currency, TotalAmount: a.TotalAmount}
		if a.SubscriptionUntilDate != 0 {
			sent.SetSubscriptionUntilDate(a.SubscriptionUntilDate)
		}
		if slug != "" {
			sent.SetInvoiceSlug(slug)
		}
		return sent
	case *tg.MessageActionPaymentRefunded:
		return &tg.MessageActionPaymentRefunded{Peer: a.Peer, Currency: a.Currency, TotalAmount: a.TotalAmount, Charge: a.Charge}
	}
	return a
}
