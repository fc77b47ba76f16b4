package world_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

const month = 2_592_000 // seconds

// monthly is an invoice of a subscription.
func monthly(stars int64, period int) *tg.InputMediaInvoice {
	m := bill("XTR", "", stars)
	m.Invoice.SetSubscriptionPeriod(period)
	return m
}

func (c *counter) export(m *tg.InputMediaInvoice) *tg.InputInvoiceSlug {
	c.t.Helper()
	link := must[*tg.PaymentsExportedInvoice](c.t)(c.bot.api.PaymentsExportInvoice(c.ctx, m))
	return &tg.InputInvoiceSlug{Slug: strings.TrimPrefix(link.URL, "https://t.me/$")}
}

func TestSubscription_IsSoldByALinkForThirtyDaysOnly(t *testing.T) {
	c := newCounter(t, world.Options{})
	_, err := c.bot.api.MessagesSendMedia(c.ctx, &tg.MessagesSendMediaRequest{Peer: c.to(c.bot, c.ann.id), Media: monthly(50, month), RandomID: 1})
	wantError(t, err, "SUBSCRIPTION_EXPORT_MISSING")
	for want, m := range map[string]*tg.InputMediaInvoice{
		"SUBSCRIPTION_PERIOD_INVALID": monthly(50, 86400),
		"STARS_INVOICE_INVALID":       monthly(10_001, month),
	} {
		_, err := c.bot.api.PaymentsExportInvoice(c.ctx, m)
		wantError(t, err, want)
	}
	card := bill("INR", "provider-token", 40000)
	card.Invoice.SetSubscriptionPeriod(month)
	_, err = c.bot.api.PaymentsExportInvoice(c.ctx, card)
	wantError(t, err, "STARS_INVOICE_INVALID")
}

func TestSubscription_FirstPaymentRenewalCancelAndRefund(t *testing.T) {
	c := newCounter(t, world.Options{})
	link := c.export(monthly(30, month))
	if err := c.pay(c.ann, link, "", yes()); err != nil {
		t.Fatal(err)
	}
	first := service[*tg.MessageActionPaymentSentMe](c, c.bot)
	if !first.RecurringInit || !first.RecurringUsed || first.SubscriptionUntilDate == 0 {
		t.Errorf("the first payment: %+v", first)
	}
	_, err := c.ann.api.PaymentsGetPaymentForm(c.ctx, &tg.PaymentsGetPaymentFormRequest{Invoice: link})
	wantError(t, err, "SUBSCRIPTION_ALREADY_ACTIVE")

	if err := c.RenewSubscription(c.bot.id, c.ann.id); err != nil {
		t.Fatal(err)
	}
	second := service[*tg.MessageActionPaymentSentMe](c, c.bot)
	if second.RecurringInit || !second.RecurringUsed || second.SubscriptionUntilDate != first.SubscriptionUntilDate+month || second.Charge.ID == first.Charge.ID || string(second.Payload) != "order-1" {
		t.Errorf("the renewal: %+v", second)
	}

	ann := c.inUser(c.bot, c.ann.id)
	_, err = c.bot.api.PaymentsBotCancelStarsSubscription(c.ctx, &tg.PaymentsBotCancelStarsSubscriptionRequest{UserID: ann, ChargeID: "nonsense"})
	wantError(t, err, "CHARGE_ID_INVALID")
	other := c.user("ben")
	_, err = c.bot.api.PaymentsBotCancelStarsSubscription(c.ctx, &tg.PaymentsBotCancelStarsSubscriptionRequest{UserID: c.inUser(c.bot, other.id), ChargeID: first.Charge.ID})
	wantError(t, err, "USER_ID_INVALID")
	must[bool](t)(c.bot.api.PaymentsBotCancelStarsSubscription(c.ctx, &tg.PaymentsBotCancelStarsSubscriptionRequest{UserID: ann, ChargeID: first.Charge.ID}))
	if err := c.RenewSubscription(c.bot.id, c.ann.id); err == nil {
		t.Error("a subscription that the bot cancelled was renewed")
	}
	must[bool](t)(c.bot.api.PaymentsBotCancelStarsSubscription(c.ctx, &tg.PaymentsBotCancelStarsSubscriptionRequest{UserID: ann, ChargeID: second.Charge.ID, Restore: true}))
	if err := c.RenewSubscription(c.bot.id, c.ann.id); err != nil {
		t.Error(err)
	}
	if err := c.RenewSubscription(c.bot.id, c.ann.id); err == nil {
		t.Error("ten stars paid for a renewal of thirty")
	}

	refund := &tg.PaymentsRefundStarsChargeRequest{UserID: ann, ChargeID: second.Charge.ID}
	must[tg.UpdatesClass](t)(c.bot.api.PaymentsRefundStarsCharge(c.ctx, refund))
	_, err = c.bot.api.PaymentsRefundStarsCharge(c.ctx, refund)
	wantError(t, err, "CHARGE_ALREADY_REFUNDED")
	if c.Stars(c.ann.id) != 40 {
		t.Errorf("ann has %d stars", c.Stars(c.ann.id))
	}
	subs := must[*tg.PaymentsStarsStatus](t)(c.ann.api.PaymentsGetStarsSubscriptions(c.ctx, &tg.PaymentsGetStarsSubscriptionsRequest{Peer: &tg.InputPeerSelf{}}))
	if len(subs.Subscriptions) != 1 || subs.Subscriptions[0].Pricing.Amount != 30 || subs.Subscriptions[0].BotCanceled {
		t.Fatalf("ann's subscriptions: %+v", subs.Subscriptions)
	}
	cancel := &tg.PaymentsChangeStarsSubscriptionRequest{Peer: &tg.InputPeerSelf{}, SubscriptionID: subs.Subscriptions[0].ID}
	cancel.SetCanceled(true)
	must[bool](t)(c.ann.api.PaymentsChangeStarsSubscription(c.ctx, cancel))
	if err := c.RenewSubscription(c.bot.id, c.ann.id); err == nil {
		t.Error("a subscription that ann cancelled was renewed")
	}
}

func TestSubscription_ARenewalWhileTheBotIsDownIsInTheDifference(t *testing.T) {
	c := newCounter(t, world.Options{})
	if err := c.pay(c.ann, c.export(monthly(30, month)), "", yes()); err != nil {
		t.Fatal(err)
	}
	before := must[*tg.UpdatesState](t)(c.bot.api.UpdatesGetState(c.ctx))
	var saved bytes.Buffer
	if err := c.Save(&saved); err != nil {
		t.Fatal(err)
	}
	if err := c.Load(&saved); err != nil {
		t.Fatal(err)
	}
	if err := c.RenewSubscription(c.bot.id, c.ann.id); err != nil {
		t.Fatal(err)
	}
	difference := must[tg.UpdatesDifferenceClass](t)(c.bot.api.UpdatesGetDifference(c.ctx, &tg.UpdatesGetDifferenceRequest{Pts: before.Pts, Qts: before.Qts, Date: before.Date}))
	missed, ok := difference.(*tg.UpdatesDifference)
	if !ok || len(missed.NewMessages) != 1 {
		t.Fatalf("the difference %+v", difference)
	}
	action, ok := missed.NewMessages[0].(*tg.MessageService).Action.(*tg.MessageActionPaymentSentMe)
	if !ok || !action.RecurringUsed || action.RecurringInit {
		t.Errorf("missed %+v", missed.NewMessages[0])
	}
}

func TestStarsTransactions_ComeInPages(t *testing.T) {
	c := newCounter(t, world.Options{})
	if err := c.pay(c.ann, c.export(monthly(30, month)), "", yes()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.RenewSubscription(c.bot.id, c.ann.id); err != nil {
			t.Fatal(err)
		}
	}
	var dates []string
	for offset := ""; ; {
		page := must[*tg.PaymentsStarsStatus](t)(c.bot.api.PaymentsGetStarsTransactions(c.ctx, &tg.PaymentsGetStarsTransactionsRequest{
			Peer: &tg.InputPeerSelf{}, Limit: 2, Offset: offset, Ascending: true,
		}))
		for _, one := range page.History {
			if one.SubscriptionPeriod != month {
				t.Errorf("%+v has no period", one)
			}
			dates = append(dates, one.ID)
		}
		if offset = page.NextOffset; offset == "" {
			break
		}
	}
	if charges := c.Charges(c.bot.id); len(dates) != 3 || dates[0] != charges[0].ID || dates[2] != charges[2].ID {
		t.Errorf("transactions %v of charges %+v", dates, charges)
	}
	_, err := c.bot.api.PaymentsGetStarsTransactions(c.ctx, &tg.PaymentsGetStarsTransactionsRequest{Peer: &tg.InputPeerSelf{}, Offset: "x"})
	wantError(t, err, "OFFSET_INVALID")
}
