package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

// shop is a club that sells one plan for 100 Stars, once or monthly.
type shop struct {
	*sandbox.Scene
	admin, member *driver.User
	db            *pgxpool.Pool
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	db, err := pgxpool.New(t.Context(), s.Engines.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if err := s.DC.World().GiveStars(member.ID, 1000); err != nil {
		t.Fatal(err)
	}
	say(t, admin, "/premium add 30 100 500 monthly priority Gold")
	await(t, admin, "1. Gold: 30 days, 100 Stars, also monthly. 500 files a day, your files come first.")
	return &shop{s, admin, member, db}
}

func (s *shop) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// entitlements is the number of periods that a person has or had.
func (s *shop) entitlements(t *testing.T, person int64) int {
	t.Helper()
	return s.count(t, `SELECT count(*) FROM entitlement WHERE person = $1`, person)
}

// offers asks for /plans and returns the newest screen.
func (s *shop) offers(t *testing.T, u *driver.User) *tg.Message {
	t.Helper()
	before := lastID(t, u)
	say(t, u, "/plans")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := u.Await(ctx, sandbox.BotName, func(m *tg.Message) bool {
		return !m.Out && m.ID > before && strings.Contains(m.Message, "• Gold: 30 days for")
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// bill waits for an unpaid invoice.
func bill(t *testing.T, u *driver.User, about string) *tg.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := u.Await(ctx, sandbox.BotName, func(m *tg.Message) bool {
		media, ok := m.Media.(*tg.MessageMediaInvoice)
		return ok && strings.Contains(media.Description, about) && media.ReceiptMsgID == 0
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// subscribes follows the link of a subscription and pays its first period.
func (s *shop) subscribes(t *testing.T, u *driver.User) {
	t.Helper()
	tap(t, u, s.offers(t, u), "Monthly")
	screen := await(t, u, "every 30 days for 100 Stars")
	link := screen.ReplyMarkup.(*tg.ReplyInlineMarkup).Rows[0].Buttons[0].(*tg.KeyboardButtonURL).URL
	slug, ok := strings.CutPrefix(link, "https://t.me/$")
	if !ok {
		t.Fatalf("the link %q", link)
	}
	if err := u.PayInvoice(t.Context(), &tg.InputInvoiceSlug{Slug: slug}, ""); err != nil {
		t.Fatal(err)
	}
	await(t, u, "It renews by itself")
}

func TestPremium_BoughtOnceHeardTwiceAndRefunded(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	screen := s.offers(t, s.member)
	tap(t, s.member, screen, "Gold · ⭐ 100")
	tap(t, s.member, screen, "Gold · ⭐ 100") // a nervous thumb
	invoice := bill(t, s.member, "Gold for 30 days")
	if err := s.member.Pay(t.Context(), sandbox.BotName, invoice, ""); err != nil {
		t.Fatal(err)
	}
	await(t, s.member, "✅ Thank you! You have Gold until")
	if s.DC.World().Stars(s.member.ID) != 900 {
		t.Errorf("%d stars left", s.DC.World().Stars(s.member.ID))
	}

	// The next process does not know how far this one came, and hears of the money again.
	s.Bot.Kill()
	if _, err := s.db.Exec(t.Context(), `UPDATE bot_state SET pts = 1`); err != nil {
		t.Fatal(err)
	}
	startBot(t, s.Scene)
	s.offers(t, s.member)
	if n := s.entitlements(t, s.member.ID); n != 1 {
		t.Errorf("%d entitlements of one charge", n)
	}
	if told := texts(t, s.member, "✅ Thank you! You have Gold"); len(told) != 1 {
		t.Errorf("told %q", told)
	}

	// Half the month later an admin gives the Stars back.
	if _, err := s.db.Exec(t.Context(), `UPDATE entitlement SET from_at = from_at - interval '15 days', until_at = until_at - interval '15 days'`); err != nil {
		t.Fatal(err)
	}
	say(t, s.admin, fmt.Sprintf("/premium %d", s.member.ID))
	tap(t, s.admin, await(t, s.admin, "⭐ Premium of"), "Refund Gold")
	tap(t, s.admin, await(t, s.admin, "Refund Gold?"), "Refund it")
	until(t, "the stars are back", func() bool { return s.DC.World().Stars(s.member.ID) == 1000 })
	until(t, "the refund is noted", func() bool {
		return s.count(t, `SELECT count(*) FROM premium_payment WHERE refund = 'done'`) == 1
	})
	if n := s.count(t, `SELECT count(*) FROM entitlement WHERE ended_at IS NULL`); n != 0 {
		t.Errorf("%d entitlements after the refund", n)
	}
	say(t, s.member, "/paysupport")
	await(t, s.member, "(refunded)")
}

func TestPremium_AGiftIsTheReceivers(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	other := connect(t, s.Scene, s.Members[1])
	say(t, other, "/start")
	await(t, other, "I find the club's files")
	tap(t, s.member, s.offers(t, s.member), "🎁")
	await(t, s.member, "Who gets it?")
	say(t, s.member, "myself")
	await(t, s.member, "Send the contact of somebody else")
	say(t, s.member, fmt.Sprint(other.ID))
	if err := s.member.Pay(t.Context(), sandbox.BotName, bill(t, s.member, "as a gift"), ""); err != nil {
		t.Fatal(err)
	}
	await(t, other, "🎁 Somebody gave you Gold")
	await(t, s.member, "Your gift of Gold is theirs until")
	if s.entitlements(t, other.ID) != 1 || s.entitlements(t, s.member.ID) != 0 {
		t.Error("the gift is somebody else's")
	}
}

func TestPremium_ASubscriptionRenewsAtItsOldPriceWhileTheBotIsDown(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	w := s.DC.World()
	tap(t, s.member, s.offers(t, s.member), "Gold · ⭐ 100")
	old := bill(t, s.member, "Gold for 30 days")
	s.subscribes(t, s.member)
	say(t, s.admin, "/premium price 1 200")
	await(t, s.admin, "1. Gold: 30 days, 200 Stars")
	var refused *driver.RefusedError
	if err := s.member.Pay(t.Context(), sandbox.BotName, old, ""); !errors.As(err, &refused) || !strings.Contains(refused.Text, "The price has changed") {
		t.Errorf("an invoice of the old price: %v", err)
	}

	s.Bot.Kill()
	if err := w.RenewSubscription(s.BotID, s.member.ID); err != nil {
		t.Fatal(err)
	}
	startBot(t, s.Scene)
	until(t, "the renewal counts", func() bool { return s.entitlements(t, s.member.ID) == 2 })
	if got := w.Stars(s.member.ID); got != 800 {
		t.Errorf("%d stars left", got)
	}
	var until60 time.Duration
	if err := s.db.QueryRow(t.Context(), `SELECT max(until_at) - min(from_at) FROM entitlement WHERE person = $1`, s.member.ID).Scan(&until60); err != nil || until60 != 60*24*time.Hour {
		t.Errorf("two periods take %s, %v", until60, err)
	}

	// What no update tells, the account tells: the next renewal is behind the stored pts.
	if err := s.Bot.Stop(); err != nil { // which stores the pts; a kill may leave an older one
		t.Fatal(err)
	}
	if err := w.RenewSubscription(s.BotID, s.member.ID); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{`UPDATE bot_state SET pts = pts + 1`, `UPDATE premium_reconciled SET at = at - interval '25 hours'`} {
		if _, err := s.db.Exec(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	startBot(t, s.Scene)
	until(t, "the account tells of the renewal", func() bool { return s.entitlements(t, s.member.ID) == 3 })

	say(t, s.member, "/plans")
	tap(t, s.member, await(t, s.member, "it renews by itself"), "Stop Gold")
	tap(t, s.member, await(t, s.member, "Stop the subscription to Gold?"), "Stop it")
	until(t, "the subscription is stopped", func() bool {
		return s.count(t, `SELECT count(*) FROM entitlement WHERE renews`) == 0
	})
	if err := w.RenewSubscription(s.BotID, s.member.ID); err == nil {
		t.Error("a stopped subscription was renewed")
	}
	if n := s.count(t, `SELECT count(*) FROM entitlement WHERE ended_at IS NULL AND until_at > now() + interval '80 days'`); n != 1 {
		t.Error("what was paid for did not stay")
	}
}

func TestPremium_AdminsGiveTakeBackAndOthersMayNot(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	say(t, s.member, "/premium add 30 1 0 Cheap")
	await(t, s.member, "for the club's admins")
	say(t, s.admin, fmt.Sprintf("/premium %d 1 10", s.member.ID))
	person := await(t, s.admin, "⭐ Premium of")
	s.offers(t, s.member)
	await(t, s.member, "You have Gold until")
	tap(t, s.admin, person, "Take back Gold")
	until(t, "it is taken back", func() bool {
		return s.count(t, `SELECT count(*) FROM entitlement WHERE ended_at IS NOT NULL`) == 1
	})
	say(t, s.member, "/paysupport Where is my Gold?")
	await(t, s.member, "I passed it on")
	await(t, s.admin, "asks about a payment: Where is my Gold?")
	say(t, s.member, "/terms")
	await(t, s.member, "Terms of premium")
}
