package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/miniapp"
)

// invoiceScene is a club that is paid inside Telegram, with cards and with stars of one rupee each, and its first member.
func invoiceScene(t *testing.T) (n *nets, arjun *driver.User, app *miniapp.Client) {
	t.Helper()
	env := maps.Clone(lowLimits)
	maps.Copy(env, map[string]string{
		"PAVILION_ENVIRONMENT": "development", "PAVILION_TELEGRAM_PROVIDER_TOKEN": sandbox.ProviderToken, "PAVILION_STAR_PRICES": "INR:100",
	})
	n = openNets(t, sandbox.Options{Env: env}, "Net 1", "Net 2")
	n.ready(t)
	if err := n.club.Set(t.Context(), n.boss, map[string]any{"pays_online": true}); err != nil {
		t.Fatal(err)
	}
	var set struct{}
	who := n.Members[0]
	if err := n.boss.Do(t.Context(), http.MethodPut, n.club.Path("/members/%d", who.ID), map[string]string{"role": "member"}, http.StatusOK, &set); err != nil {
		t.Fatal(err)
	}
	if err := n.DC.World().GiveStars(who.ID, 1000); err != nil {
		t.Fatal(err)
	}
	return n, n.greeted(t, who), n.open(t, who)
}

// holds keeps an hour in the evening, a week from now.
func (n *nets) holds(t *testing.T, c *miniapp.Client, hour, net int) (b miniapp.Booking) {
	t.Helper()
	slot := miniapp.Slot(n.club.Day(7), fmt.Sprintf("%02d:00", hour), fmt.Sprintf("%02d:00", hour+1), n.club.Nets[net])
	if err := c.Do(t.Context(), http.MethodPost, n.club.Path("/holds"), slot, http.StatusCreated, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// billed asks to pay in the chat and waits for the invoice.
func (n *nets) billed(t *testing.T, u *driver.User, c *miniapp.Client, b miniapp.Booking, provider string) *tg.Message {
	t.Helper()
	var p struct {
		Amount miniapp.Money `json:"amount"`
	}
	if err := c.Do(t.Context(), http.MethodPost, n.club.Path("/bookings/%d/payments", b.ID), map[string]string{"provider": provider}, http.StatusOK, &p); err != nil {
		t.Fatal(err)
	}
	return invoiceOf(t, u, b.Start.In(n.club.Zone).Format("15:04"), p.Amount.Minor)
}

// invoiceOf is the newest unpaid invoice for a slot that begins at a time.
func invoiceOf(t *testing.T, u *driver.User, clock string, minor int64) *tg.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := u.Await(ctx, sandbox.BotName, func(m *tg.Message) bool {
		media, ok := m.Media.(*tg.MessageMediaInvoice)
		return ok && strings.Contains(media.Description, clock+"–") && media.TotalAmount == minor && media.ReceiptMsgID == 0
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pays pays an invoice with a good card, or with stars.
func (n *nets) pays(t *testing.T, u *driver.User, m *tg.Message) {
	t.Helper()
	if err := u.Pay(t.Context(), sandbox.BotName, m, "tok"); err != nil {
		t.Fatal(err)
	}
}

// becomes waits for a booking's state.
func (n *nets) becomes(t *testing.T, b miniapp.Booking, state string) {
	t.Helper()
	until(t, fmt.Sprintf("booking %d is %s", b.ID, state), func() bool {
		return n.count(t, `SELECT count(*) FROM booking WHERE id = $1 AND state = $2`, b.ID, state) == 1
	})
}

// charges are the payments to the bot by currency, less the refunds.
func (n *nets) charges() map[string]int64 {
	sum := map[string]int64{}
	for _, c := range n.DC.World().Charges(n.BotID) {
		if !c.Refunded {
			sum[c.Currency] += c.Amount
		}
	}
	return sum
}

// agree compares the ledger with Telegram's own books.
func (n *nets) agree(t *testing.T) {
	t.Helper()
	got := n.charges()
	for account, currency := range map[string]string{"gateway:telegram": "INR", "gateway:stars": "XTR"} {
		if in := n.count(t, `SELECT coalesce(sum(minor), 0) FROM ledger WHERE account = $1 AND currency = $2`, account, currency); int64(in) != got[currency] {
			t.Errorf("%s has %d in the ledger, Telegram says %d", account, in, got[currency])
		}
	}
	n.settled(t)
}

func TestInvoice_BookAndPayWithStarsInTheChat(t *testing.T) {
	t.Parallel()
	n, arjun, _ := invoiceScene(t)
	slip := n.choose(t, arjun, "18:00", 1)
	tap(t, arjun, slip, "Keep it for me")
	held := shows(t, arjun, slip, "Kept for you for")
	tap(t, arjun, held, "Stars")
	tap(t, arjun, held, "Stars") // a nervous thumb
	invoice := invoiceOf(t, arjun, "18:00", 300)
	n.pays(t, arjun, invoice)
	shows(t, arjun, slip, "✅ Booked\n")
	all, err := arjun.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	bills := 0
	for _, m := range all {
		if _, ok := m.Media.(*tg.MessageMediaInvoice); ok {
			bills++
		}
	}
	if bills != 1 || n.DC.World().Stars(n.BotID) != 300 {
		t.Errorf("%d invoices, %d stars", bills, n.DC.World().Stars(n.BotID))
	}
	n.agree(t)
}

func TestInvoice_TheLastGateAndMoneyHeardTwice(t *testing.T) {
	t.Parallel()
	n, arjun, app := invoiceScene(t)
	over, kept := n.holds(t, app, 18, 0), n.holds(t, app, 19, 0)
	late, card := n.billed(t, arjun, app, over, "telegram"), n.billed(t, arjun, app, kept, "telegram")
	if media := late.Media.(*tg.MessageMediaInvoice); media.Currency != "INR" || media.TotalAmount != 60000 || media.StartParam == "" || !strings.Contains(media.Title, "Net 1") {
		t.Errorf("the invoice %+v", media)
	}
	if err := arjun.Pay(t.Context(), sandbox.BotName, card, "declined"); err == nil {
		t.Error("a declined card paid")
	}
	n.pays(t, arjun, card)
	n.becomes(t, kept, "confirmed")

	n.later(t, 11*time.Minute)
	err := arjun.Pay(t.Context(), sandbox.BotName, late, "tok")
	var refused *driver.RefusedError
	if !errors.As(err, &refused) || refused.Text != "The hold has run out; book again." {
		t.Errorf("paying after the hold: %v", err)
	}
	if got := n.charges(); got["INR"] != 60000 {
		t.Errorf("charged %v", got)
	}

	// The next process does not know how far this one came, and hears of the money again.
	n.Bot.Kill()
	if _, err := n.db.Exec(t.Context(), `UPDATE bot_state SET pts = 1`); err != nil {
		t.Fatal(err)
	}
	n.serve(t)
	n.ready(t)
	say(t, arjun, "/start again")
	until(t, "the bot has caught up", func() bool { return len(texts(t, arjun, "I find the club's files")) >= 2 })
	n.delivered(t)
	if events := n.count(t, `SELECT count(*) FROM payment_event`); events != 1 {
		t.Errorf("%d events of one payment", events)
	}
	if told := texts(t, arjun, "✅ Booked:"); len(told) != 1 {
		t.Errorf("told %q", told)
	}
	n.agree(t)
}

// The server dies between giving stars back and noting it. The next one asks under the same charge, and hears that it is done.
func TestInvoice_StarsGoBackOnceThoughTheServerDies(t *testing.T) {
	t.Parallel()
	n, arjun, app := invoiceScene(t)
	b := n.holds(t, app, 18, 0)
	n.pays(t, arjun, n.billed(t, arjun, app, b, "stars"))
	n.becomes(t, b, "confirmed")
	post := n.turnstile(t, "refund", "NEW.state = 'done'")
	var out struct{}
	if err := app.Do(t.Context(), http.MethodPost, n.club.Path("/bookings/%d/cancel", b.ID), nil, http.StatusOK, &out); err != nil {
		t.Fatal(err)
	}
	until(t, "the stars are back and the note is held up", func() bool { return n.DC.World().Stars(n.Members[0].ID) == 1000 && post.waiting() > 0 })
	n.Bot.Kill()
	post.open()
	if done := n.count(t, `SELECT count(*) FROM refund WHERE state = 'done'`); done != 0 {
		t.Fatal("it was noted before the kill")
	}
	if _, err := n.db.Exec(t.Context(), `UPDATE refund SET tried_until = NULL`); err != nil { // two minutes pass
		t.Fatal(err)
	}
	n.serve(t)
	until(t, "the refund is noted", func() bool { return n.count(t, `SELECT count(*) FROM refund WHERE state = 'done'`) == 1 })
	n.delivered(t)
	if stars := n.DC.World().Stars(n.Members[0].ID); stars != 1000 {
		t.Errorf("%d stars in the end", stars)
	}
	if refunds := n.count(t, `SELECT count(*) FROM refund`); refunds != 1 {
		t.Errorf("%d refunds", refunds)
	}
	if told := texts(t, arjun, "💸 Given back"); len(told) != 1 {
		t.Errorf("told of the refund: %q", told)
	}
	n.agree(t)
}

// Money comes while nothing can be written down, and the server dies. Whoever starts next hears of it from Telegram.
func TestInvoice_MoneyIsNotForgottenThoughItCouldNotBeStored(t *testing.T) {
	t.Parallel()
	n, arjun, app := invoiceScene(t)
	b := n.holds(t, app, 18, 0)
	invoice := n.billed(t, arjun, app, b, "stars")
	post := n.turnstile(t, "payment_event", "true")
	n.pays(t, arjun, invoice)
	until(t, "the message is held up", func() bool { return post.waiting() > 0 })
	say(t, arjun, "/start after paying") // its update comes after the money's
	until(t, "a later message is answered", func() bool { return len(texts(t, arjun, "I find the club's files")) >= 2 })
	n.greeted(t, n.Members[1]) // what is seen of updates is written down together with how to write to them
	n.Bot.Kill()
	post.open()
	if events := n.count(t, `SELECT count(*) FROM payment_event`); events != 0 {
		t.Fatal("it was stored before the kill")
	}
	n.serve(t)
	n.becomes(t, b, "confirmed")
	n.agree(t)
}

// While the database hangs, a payment is refused in time, and no money moves.
func TestInvoice_ADatabaseThatHangsIsANoInTime(t *testing.T) {
	t.Parallel()
	n, arjun, app := invoiceScene(t)
	b := n.holds(t, app, 18, 0)
	invoice := n.billed(t, arjun, app, b, "telegram")
	tx, err := n.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it is over before
	if _, err := tx.Exec(t.Context(), `LOCK TABLE payment IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	var refused *driver.RefusedError
	err = arjun.Pay(t.Context(), sandbox.BotName, invoice, "tok")
	if !errors.As(err, &refused) || !strings.Contains(refused.Text, "Nothing was charged") {
		t.Errorf("paying while nobody can look: %v", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := n.charges(); len(got) != 0 {
		t.Errorf("charged %v", got)
	}
	n.pays(t, arjun, invoice)
	n.becomes(t, b, "confirmed")
	n.agree(t)
}

// Redis is gone from the first word to the last: a member books and pays, and two admins give the stars back at the same moment, again and again.
func TestInvoice_WithoutRedisAndTwoAdminsRefundAtOnce(t *testing.T) {
	t.Parallel()
	n, arjun, _ := invoiceScene(t)
	n.Engines.StopRedis()
	slip := n.choose(t, arjun, "18:00", 1)
	tap(t, arjun, slip, "Keep it for me")
	tap(t, arjun, shows(t, arjun, slip, "Kept for you for"), "Stars")
	n.pays(t, arjun, invoiceOf(t, arjun, "18:00", 300))
	shows(t, arjun, slip, "✅ Booked\n")

	var set struct{}
	other := n.Members[1]
	if err := n.boss.Do(t.Context(), http.MethodPut, n.club.Path("/members/%d", other.ID), map[string]string{"role": "admin"}, http.StatusOK, &set); err != nil {
		t.Fatal(err)
	}
	admins := []*miniapp.Client{n.boss, n.open(t, other)}
	path := n.club.Path("/payments/%d/refunds", n.count(t, `SELECT id FROM payment`))
	atOnce(t, 8, func(i int) error {
		a, err := admins[i%2].Send(t.Context(), http.MethodPost, path, fmt.Sprintf("refund-%d", i), map[string]int{"seen_minor": 0})
		if err == nil && a.Status != http.StatusCreated {
			err = fmt.Errorf("admin %d: %d %s", i%2, a.Status, a.Body)
		}
		return err
	})
	until(t, "the refund is noted", func() bool { return n.count(t, `SELECT count(*) FROM refund WHERE state = 'done'`) == 1 })
	n.delivered(t)
	if stars := n.DC.World().Stars(n.Members[0].ID); stars != 1000 {
		t.Errorf("%d stars in the end", stars)
	}
	if refunds := n.count(t, `SELECT count(*) FROM refund`); refunds != 1 {
		t.Errorf("%d refunds", refunds)
	}
	if told := texts(t, arjun, "💸 Given back"); len(told) != 1 {
		t.Errorf("told of the refund: %q", told)
	}
	n.agree(t)
}
