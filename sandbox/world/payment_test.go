package world_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// counter is a bot with a product and a person with stars who has started it.
type counter struct {
	*scene
	ann, bot *session
	random   int64
}

func newCounter(t *testing.T, o world.Options) *counter {
	t.Helper()
	s := newScene(t, o)
	c := &counter{scene: s, ann: s.user("ann")}
	u := must[world.User](t)(s.AddBot(world.BotSpec{Token: "7777:secret", Username: "shopbot", Name: "Shop", Providers: []string{"provider-token"}}))
	c.bot = s.signIn(u.ID)
	if err := s.GiveStars(c.ann.id, 100); err != nil {
		t.Fatal(err)
	}
	s.text(c.ann, s.to(c.ann, c.bot.id), "/start")
	return c
}

func bill(currency, provider string, minor int64) *tg.InputMediaInvoice {
	m := &tg.InputMediaInvoice{Title: "Net 1", Description: "Monday, 18:00", Payload: []byte("order-1"), ProviderData: tg.DataJSON{Data: "{}"}, Invoice: tg.Invoice{
		Currency: currency, Prices: []tg.LabeledPrice{{Label: "Net 1", Amount: minor}},
	}}
	if provider != "" {
		m.SetProvider(provider)
	}
	return m
}

// post sends an invoice and returns ann's reference to it.
func (c *counter) post(m *tg.InputMediaInvoice) *tg.InputInvoiceMessage {
	c.t.Helper()
	c.random++
	c.ann.updates()
	must[tg.UpdatesClass](c.t)(c.bot.api.MessagesSendMedia(c.ctx, &tg.MessagesSendMediaRequest{Peer: c.to(c.bot, c.ann.id), Media: m, RandomID: c.random}))
	return &tg.InputInvoiceMessage{Peer: c.to(c.ann, c.bot.id), MsgID: messagesIn(c.ann.updates())[0].ID}
}

func (c *counter) form(who *session, in tg.InputInvoiceClass) int64 {
	c.t.Helper()
	return must[tg.PaymentsPaymentFormClass](c.t)(who.api.PaymentsGetPaymentForm(c.ctx, &tg.PaymentsGetPaymentFormRequest{Invoice: in})).GetFormID()
}

// pay sends a form and answers the pre-checkout query; nil leaves it unanswered.
func (c *counter) pay(who *session, in tg.InputInvoiceClass, card string, answer *tg.MessagesSetBotPrecheckoutResultsRequest) error {
	c.t.Helper()
	form := c.form(who, in)
	done := make(chan error, 1)
	go func() {
		var err error
		if card == "" {
			_, err = who.api.PaymentsSendStarsForm(c.ctx, &tg.PaymentsSendStarsFormRequest{FormID: form, Invoice: in})
		} else {
			_, err = who.api.PaymentsSendPaymentForm(c.ctx, &tg.PaymentsSendPaymentFormRequest{
				FormID: form, Invoice: in, Credentials: &tg.InputPaymentCredentials{Data: tg.DataJSON{Data: `{"type":"card","id":"` + card + `"}`}},
			})
		}
		done <- err
	}()
	if answer != nil {
		q := pushed[*tg.UpdateBotPrecheckoutQuery](c.scene, c.bot)
		if q.UserID != who.id || string(q.Payload) != "order-1" {
			c.t.Errorf("the bot was asked %+v", q)
		}
		answer.QueryID = q.QueryID
		must[bool](c.t)(c.bot.api.MessagesSetBotPrecheckoutResults(c.ctx, answer))
	}
	return <-done
}

func yes() *tg.MessagesSetBotPrecheckoutResultsRequest {
	return &tg.MessagesSetBotPrecheckoutResultsRequest{Success: true}
}

func no(why string) *tg.MessagesSetBotPrecheckoutResultsRequest {
	r := &tg.MessagesSetBotPrecheckoutResultsRequest{}
	r.SetError(why)
	return r
}

// service returns the action of the last pushed service message.
func service[A tg.MessageActionClass](c *counter, to *session) (found A) {
	c.t.Helper()
	ok := false
	for _, u := range to.updates() {
		if u, is := u.(*tg.UpdateNewMessage); is {
			if m, is := u.Message.(*tg.MessageService); is {
				found, ok = m.Action.(A)
			}
		}
	}
	if !ok {
		c.t.Errorf("no %T", found)
	}
	return found
}

func TestPayment_StarsMoveOnceAndGoBackOnce(t *testing.T) {
	c := newCounter(t, world.Options{})
	in := c.post(bill("XTR", "", 60))
	if err := c.pay(c.ann, in, "", yes()); err != nil {
		t.Fatal(err)
	}
	paid := service[*tg.MessageActionPaymentSentMe](c, c.bot)
	if string(paid.Payload) != "order-1" || paid.TotalAmount != 60 || paid.Currency != "XTR" || paid.Charge.ID == "" {
		t.Errorf("the bot heard %+v", paid)
	}
	if c.Stars(c.ann.id) != 40 || c.Stars(c.bot.id) != 60 {
		t.Errorf("%d and %d stars", c.Stars(c.ann.id), c.Stars(c.bot.id))
	}
	shown := c.Message(c.ann.id, world.UserPeer(c.bot.id), in.MsgID)
	if media := shown.Media.(*tg.MessageMediaInvoice); media.ReceiptMsgID == 0 {
		t.Errorf("no receipt on %+v", media)
	}
	_, err := c.ann.api.PaymentsSendStarsForm(c.ctx, &tg.PaymentsSendStarsFormRequest{FormID: c.form(c.ann, in), Invoice: in})
	wantError(t, err, "INVOICE_ALREADY_PAID")

	back := &tg.PaymentsRefundStarsChargeRequest{UserID: c.inUser(c.bot, c.ann.id), ChargeID: paid.Charge.ID}
	for name, change := range map[string]func(r *tg.PaymentsRefundStarsChargeRequest){
		"CHARGE_ID_EMPTY":  func(r *tg.PaymentsRefundStarsChargeRequest) { r.ChargeID = "" },
		"CHARGE_NOT_FOUND": func(r *tg.PaymentsRefundStarsChargeRequest) { r.ChargeID = "nonsense" },
		"USER_ID_INVALID":  func(r *tg.PaymentsRefundStarsChargeRequest) { r.UserID = &tg.InputUser{UserID: 1} },
	} {
		bad := *back
		change(&bad)
		_, err := c.bot.api.PaymentsRefundStarsCharge(c.ctx, &bad)
		wantError(t, err, name)
	}
	c.ann.updates()
	must[tg.UpdatesClass](t)(c.bot.api.PaymentsRefundStarsCharge(c.ctx, back))
	if told := service[*tg.MessageActionPaymentRefunded](c, c.ann); told.TotalAmount != 60 || len(told.Payload) != 0 {
		t.Errorf("ann heard %+v", told)
	}
	_, err = c.bot.api.PaymentsRefundStarsCharge(c.ctx, back)
	wantError(t, err, "CHARGE_ALREADY_REFUNDED")
	if c.Stars(c.ann.id) != 100 || c.Stars(c.bot.id) != 0 {
		t.Errorf("after the refund %d and %d stars", c.Stars(c.ann.id), c.Stars(c.bot.id))
	}
	status := must[*tg.PaymentsStarsStatus](t)(c.bot.api.PaymentsGetStarsTransactions(c.ctx, &tg.PaymentsGetStarsTransactionsRequest{Peer: &tg.InputPeerSelf{}}))
	if len(status.History) != 2 || !status.History[0].Refund || string(status.History[1].BotPayload) != "order-1" {
		t.Errorf("transactions %+v", status.History)
	}
	_, err = c.bot.api.PaymentsGetStarsStatus(c.ctx, &tg.PaymentsGetStarsStatusRequest{Peer: c.to(c.bot, c.ann.id)})
	wantError(t, err, "PEER_ID_INVALID")
}

func TestPayment_TheBotsWordDecides(t *testing.T) {
	c := newCounter(t, world.Options{})
	in := c.post(bill("INR", "provider-token", 40000))
	wantError(t, c.pay(c.ann, in, "tok", no("The net is taken.")), "PRECHECKOUT_FAILED")
	if n := pushed[*tg.UpdateServiceNotification](c.scene, c.ann); n.Message != "The net is taken." || !n.Popup {
		t.Errorf("ann read %+v", n)
	}
	if len(c.Charges(c.bot.id)) != 0 {
		t.Errorf("money moved: %+v", c.Charges(c.bot.id))
	}
	wantError(t, c.pay(c.ann, in, "declined", yes()), "PAYMENT_FAILED")
	if err := c.pay(c.ann, in, "tok", yes()); err != nil {
		t.Fatal(err)
	}
	paid := service[*tg.MessageActionPaymentSentMe](c, c.bot)
	if list := c.Charges(c.bot.id); len(list) != 1 || list[0].ID != paid.Charge.ID || list[0].Amount != 40000 || list[0].Currency != "INR" {
		t.Errorf("charges %+v", list)
	}
	_, err := c.bot.api.PaymentsRefundStarsCharge(c.ctx, &tg.PaymentsRefundStarsChargeRequest{UserID: c.inUser(c.bot, c.ann.id), ChargeID: paid.Charge.ID})
	wantError(t, err, "CHARGE_NOT_FOUND") // a card payment is refunded at its provider
}

func TestPayment_TheBotsWordComesTooLate(t *testing.T) {
	c := newCounter(t, world.Options{AnswerTimeout: 20 * time.Millisecond})
	in := c.post(bill("INR", "provider-token", 40000))
	wantError(t, c.pay(c.ann, in, "tok", nil), "BOT_PRECHECKOUT_TIMEOUT")
	late := yes()
	late.QueryID = pushed[*tg.UpdateBotPrecheckoutQuery](c.scene, c.bot).QueryID
	_, err := c.bot.api.MessagesSetBotPrecheckoutResults(c.ctx, late)
	wantError(t, err, "QUERY_ID_INVALID")
	if len(c.Charges(c.bot.id)) != 0 {
		t.Errorf("money moved: %+v", c.Charges(c.bot.id))
	}
}

func TestPayment_ABotThatWasAwayHearsOfTheMoney(t *testing.T) {
	c := newCounter(t, world.Options{})
	before := must[*tg.UpdatesState](t)(c.bot.api.UpdatesGetState(c.ctx))
	in := c.post(bill("XTR", "", 5))
	if err := c.pay(c.ann, in, "", yes()); err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if err := c.Save(&saved); err != nil {
		t.Fatal(err)
	}
	if err := c.Load(&saved); err != nil {
		t.Fatal(err)
	}
	diff := must[tg.UpdatesDifferenceClass](t)(c.bot.api.UpdatesGetDifference(c.ctx, &tg.UpdatesGetDifferenceRequest{Pts: before.Pts, Date: before.Date, Qts: before.Qts}))
	found := 0
	for _, m := range diff.(*tg.UpdatesDifference).NewMessages {
		if m, ok := m.(*tg.MessageService); ok {
			if _, ok := m.Action.(*tg.MessageActionPaymentSentMe); ok {
				found++
			}
		}
	}
	if found != 1 || c.Stars(c.ann.id) != 95 || len(c.Charges(c.bot.id)) != 1 {
		t.Errorf("%d messages of money, %d stars left", found, c.Stars(c.ann.id))
	}
}

func TestPayment_ForwardsAndLinks(t *testing.T) {
	c := newCounter(t, world.Options{})
	ben := c.user("ben")
	if err := c.GiveStars(ben.id, 100); err != nil {
		t.Fatal(err)
	}
	forward := func(m *tg.InputMediaInvoice) (*tg.InputInvoiceMessage, *tg.Message) {
		ben.updates()
		c.random++
		must[tg.UpdatesClass](t)(c.ann.api.MessagesForwardMessages(c.ctx, &tg.MessagesForwardMessagesRequest{
			FromPeer: c.to(c.ann, c.bot.id), ID: []int{c.post(m).MsgID}, ToPeer: c.to(c.ann, ben.id), RandomID: []int64{c.random},
		}))
		got := messagesIn(ben.updates())[0]
		return &tg.InputInvoiceMessage{Peer: c.to(ben, c.ann.id), MsgID: got.ID}, got
	}
	open, _ := forward(bill("XTR", "", 5))
	if err := c.pay(ben, open, "", yes()); err != nil {
		t.Errorf("an invoice for anybody: %v", err)
	}
	guarded := bill("XTR", "", 5)
	guarded.SetStartParam("pay")
	closed, m := forward(guarded)
	_, err := ben.api.PaymentsGetPaymentForm(c.ctx, &tg.PaymentsGetPaymentFormRequest{Invoice: closed})
	wantError(t, err, "MESSAGE_ID_INVALID")
	if b, ok := m.ReplyMarkup.(*tg.ReplyInlineMarkup).Rows[0].Buttons[0].(*tg.KeyboardButtonURL); !ok || !strings.HasSuffix(b.URL, "?start=pay") {
		t.Errorf("the forwarded button is %+v", m.ReplyMarkup)
	}
}

// Everybody who has a link can pay it, also again: only the bot's answer decides. A form belongs to one person and one link.
func TestPayment_ALinkIsPaidByAnybodyAndMoreThanOnce(t *testing.T) {
	c := newCounter(t, world.Options{})
	ben := c.user("ben") // has never written to the bot
	if err := c.GiveStars(ben.id, 100); err != nil {
		t.Fatal(err)
	}
	export := func(m *tg.InputMediaInvoice) *tg.InputInvoiceSlug {
		link := must[*tg.PaymentsExportedInvoice](t)(c.bot.api.PaymentsExportInvoice(c.ctx, m))
		slug, ok := strings.CutPrefix(link.URL, "https://t.me/$")
		if !ok || slug == "" || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			t.Errorf("the link is %q", link.URL)
		}
		return &tg.InputInvoiceSlug{Slug: slug}
	}
	stars, card := export(bill("XTR", "", 7)), export(bill("INR", "provider-token", 40000))
	for _, who := range []*session{c.ann, ben, ben} {
		who.updates()
		if err := c.pay(who, stars, "", yes()); err != nil {
			t.Errorf("behind a link: %v", err)
		}
		chat := must[tg.MessagesMessagesClass](t)(who.api.MessagesGetHistory(c.ctx, &tg.MessagesGetHistoryRequest{Peer: c.to(who, c.bot.id), Limit: 1}))
		list, _ := chat.AsModified()
		if told, ok := list.GetMessages()[0].(*tg.MessageService).Action.(*tg.MessageActionPaymentSent); !ok || told.InvoiceSlug != stars.Slug || told.TotalAmount != 7 {
			t.Errorf("the payer reads %+v", told)
		}
		if heard := service[*tg.MessageActionPaymentSentMe](c, c.bot); string(heard.Payload) != "order-1" || heard.TotalAmount != 7 {
			t.Errorf("the bot hears %+v", heard)
		}
	}
	if err := c.pay(ben, card, "tok", yes()); err != nil {
		t.Errorf("with a card: %v", err)
	}
	wantError(t, c.pay(ben, card, "declined", yes()), "PAYMENT_FAILED")
	wantError(t, c.pay(ben, card, "tok", no("paid already")), "PRECHECKOUT_FAILED")
	if list := c.Charges(c.bot.id); len(list) != 4 || c.Stars(c.bot.id) != 21 || c.Stars(ben.id) != 86 {
		t.Errorf("%d charges, %d stars", len(list), c.Stars(c.bot.id))
	}

	form := must[tg.PaymentsPaymentFormClass](t)(ben.api.PaymentsGetPaymentForm(c.ctx, &tg.PaymentsGetPaymentFormRequest{Invoice: card}))
	if f, ok := form.(*tg.PaymentsPaymentForm); !ok || f.BotID != c.bot.id || f.Title != "Net 1" || f.Invoice.Currency != "INR" || f.Invoice.Prices[0].Amount != 40000 {
		t.Errorf("the form is %+v", form)
	}
	pay := func(who *session, form int64, in tg.InputInvoiceClass) error {
		_, err := who.api.PaymentsSendPaymentForm(c.ctx, &tg.PaymentsSendPaymentFormRequest{
			FormID: form, Invoice: in, Credentials: &tg.InputPaymentCredentials{Data: tg.DataJSON{Data: `{"type":"card","id":"tok"}`}},
		})
		return err
	}
	wantError(t, pay(c.ann, form.GetFormID(), card), "FORM_EXPIRED")
	wantError(t, pay(ben, form.GetFormID(), export(bill("INR", "provider-token", 40000))), "FORM_EXPIRED")
	_, err := ben.api.PaymentsGetPaymentForm(c.ctx, &tg.PaymentsGetPaymentFormRequest{Invoice: &tg.InputInvoiceSlug{Slug: "none"}})
	wantError(t, err, "SLUG_INVALID")
	_, err = c.bot.api.PaymentsGetPaymentForm(c.ctx, &tg.PaymentsGetPaymentFormRequest{Invoice: card})
	wantError(t, err, "BOT_METHOD_INVALID")
	_, err = c.ann.api.PaymentsExportInvoice(c.ctx, bill("XTR", "", 7))
	wantError(t, err, "USER_BOT_REQUIRED")
}

func TestPayment_ErrorsAreTelegrams(t *testing.T) {
	now := time.Now()
	c := newCounter(t, world.Options{Now: func() time.Time { return now }})
	long := bill("XTR", "", 5)
	long.Payload = make([]byte, 129)
	two := bill("XTR", "", 5)
	two.Invoice.Prices = append(two.Invoice.Prices, two.Invoice.Prices[0])
	untitled := bill("XTR", "", 5)
	untitled.Title = strings.Repeat("x", 33)
	for want, m := range map[string]*tg.InputMediaInvoice{
		"INVOICE_PAYLOAD_INVALID": long, "STARS_INVOICE_INVALID": two, "PAYMENT_PROVIDER_INVALID": bill("INR", "stranger", 100), "CURRENCY_TOTAL_AMOUNT_INVALID": bill("XTR", "", 0),
		"MEDIA_INVALID": untitled,
	} {
		_, err := c.bot.api.PaymentsExportInvoice(c.ctx, m)
		wantError(t, err, want)
	}
	_, err := c.ann.api.MessagesSendMedia(c.ctx, &tg.MessagesSendMediaRequest{Peer: c.to(c.ann, c.bot.id), Media: bill("XTR", "", 5), RandomID: 77})
	wantError(t, err, "MEDIA_INVALID")
	_, err = c.bot.api.MessagesSendMedia(c.ctx, &tg.MessagesSendMediaRequest{
		Peer: c.to(c.bot, c.ann.id), Media: bill("XTR", "", 5), RandomID: 78, ReplyMarkup: keyboard("other", "x"),
	})
	wantError(t, err, "REPLY_MARKUP_BUY_EMPTY")

	in, dear := c.post(bill("XTR", "", 5)), c.post(bill("XTR", "", 101))
	send := func(form int64, in tg.InputInvoiceClass) error {
		_, err := c.ann.api.PaymentsSendStarsForm(c.ctx, &tg.PaymentsSendStarsFormRequest{FormID: form, Invoice: in})
		return err
	}
	wantError(t, send(0, in), "FORM_ID_EMPTY")
	wantError(t, send(12, in), "FORM_EXPIRED")
	wantError(t, send(c.form(c.ann, dear), dear), "BALANCE_TOO_LOW")
	old := c.form(c.ann, in)
	wantError(t, send(old, dear), "FORM_EXPIRED")
	_, err = c.ann.api.PaymentsSendPaymentForm(c.ctx, &tg.PaymentsSendPaymentFormRequest{FormID: old, Invoice: in, Credentials: &tg.InputPaymentCredentials{Data: tg.DataJSON{Data: `{"id":"tok"}`}}})
	wantError(t, err, "FORM_UNSUPPORTED")
	now = now.Add(11 * time.Minute)
	wantError(t, send(old, in), "FORM_EXPIRED")
	_, err = c.bot.api.MessagesSetBotPrecheckoutResults(c.ctx, no(""))
	wantError(t, err, "QUERY_ID_INVALID")
}
