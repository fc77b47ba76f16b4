package access_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/filter/access"
)

// shop is Premium with one plan, sold for 100 Stars once and monthly.
type shop struct {
	*access.Premium
	db   *pgxpool.Pool
	plan access.Plan
}

func newShop(t *testing.T) *shop {
	t.Helper()
	return newShopIn(t, openPostgres(t, shared.PostgresURL))
}

func newShopIn(t *testing.T, db *pgxpool.Pool) *shop {
	t.Helper()
	p, err := access.NewPremium(db, (&clock{}).now)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.AddPlan(t.Context(), access.Plan{Title: "Gold", Days: 30, Stars: 100, Monthly: true, Perks: access.Perks{FilesPerDay: 500, Priority: true}})
	if err != nil {
		t.Fatal(err)
	}
	return &shop{p, db, plan}
}

func (s *shop) buy(t *testing.T, buyer, receiver filter.UserID, monthly bool) access.Purchase {
	t.Helper()
	u, _, err := s.Buy(t.Context(), s.plan.ID, buyer, receiver, monthly)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (s *shop) pay(t *testing.T, u access.Purchase, charge string, at, until time.Time) {
	t.Helper()
	paid := access.Paid{Charge: charge, Payload: u.Reference.Payload(), Payer: u.Buyer, Stars: u.Stars, At: at, Until: until}
	if fresh, err := s.NotePaid(t.Context(), paid); err != nil || !fresh {
		t.Fatalf("paid %s: fresh %v, %v", charge, fresh, err)
	}
}

// spans are the person's entitlements as whole days from an instant.
func (s *shop) spans(t *testing.T, person filter.UserID, from time.Time) (days [][2]int) {
	t.Helper()
	list, err := s.EntitlementsOf(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		days = append(days, [2]int{wholeDays(e.From.Sub(from)), wholeDays(e.Until.Sub(from))})
	}
	return days
}

func wholeDays(d time.Duration) int { return int((d + 12*time.Hour) / (24 * time.Hour)) }

func (s *shop) wantSpans(t *testing.T, person filter.UserID, from time.Time, want string) {
	t.Helper()
	if got := fmt.Sprint(s.spans(t, person, from)); got != want {
		t.Errorf("entitlements %s, want %s", got, want)
	}
}

func charge(person filter.UserID, n int) string { return fmt.Sprintf("charge-%d-%d", person, n) }

const day = 24 * time.Hour

func TestPremium_BuyingAgainExtends(t *testing.T) {
	t.Parallel()
	s, ann, now := newShop(t), someone(), time.Now()
	s.pay(t, s.buy(t, ann, ann, false), charge(ann, 1), now, time.Time{})
	s.pay(t, s.buy(t, ann, ann, false), charge(ann, 2), now.Add(time.Minute), time.Time{})
	if err := s.Give(t.Context(), access.Gift{Plan: s.plan.ID, Person: ann, By: theAdmin, Days: 10}); err != nil {
		t.Fatal(err)
	}
	s.wantSpans(t, ann, now, "[[0 30] [30 60] [60 70]]")
	if perks, has, err := s.PerksOf(t.Context(), ann); err != nil || !has || perks != s.plan.Perks {
		t.Errorf("perks %+v, %v, %v", perks, has, err)
	}
	if _, has, _ := s.PerksOf(t.Context(), someone()); has {
		t.Error("somebody else has perks")
	}
}

func TestPremium_TheSameChargeTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	s, ann, now := newShop(t), someone(), time.Now()
	u := s.buy(t, ann, ann, false)
	paid := access.Paid{Charge: charge(ann, 1), Payload: u.Reference.Payload(), Payer: ann, Stars: 100, At: now}
	var fresh, failed int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			ok, err := s.NotePaid(context.Background(), paid)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed++
				t.Error(err)
			}
			if ok {
				fresh++
			}
		})
	}
	all.Wait()
	if fresh != 1 || failed != 0 {
		t.Errorf("%d of 16 messages about one charge were new", fresh)
	}
	s.wantSpans(t, ann, now, "[[0 30]]")
}

func TestPremium_ChargesOfOnePersonAtOnceFollowOneAnother(t *testing.T) {
	t.Parallel()
	s, ann, now := newShop(t), someone(), time.Now()
	var all sync.WaitGroup
	for n := range 8 {
		buyer := someone() // a gift of each of eight people
		u := s.buy(t, buyer, ann, false)
		all.Go(func() {
			paid := access.Paid{Charge: charge(buyer, n), Payload: u.Reference.Payload(), Payer: buyer, Stars: 100, At: now}
			if fresh, err := s.NotePaid(context.Background(), paid); err != nil || !fresh {
				t.Errorf("%d: fresh %v, %v", n, fresh, err)
			}
		})
	}
	all.Wait()
	s.wantSpans(t, ann, now, "[[0 30] [30 60] [60 90] [90 120] [120 150] [150 180] [180 210] [210 240]]")
}

func TestPremium_ASubscriptionEndsWithTelegramsDateAndItsGrace(t *testing.T) {
	t.Parallel()
	s, ann := newShop(t), someone()
	start := time.Now().Add(-31 * day)
	u := s.buy(t, ann, ann, true)
	s.pay(t, u, charge(ann, 1), start, start.Add(30*day))
	if _, has, err := s.PerksOf(t.Context(), ann); err != nil || !has {
		t.Errorf("a day after the paid period, within the grace: %v, %v", has, err)
	}
	if _, _, err := s.Buy(t.Context(), s.plan.ID, ann, ann, true); !errors.Is(err, access.ErrSubscribed) {
		t.Errorf("a second subscription: %v", err)
	}
	// The renewal of yesterday is heard of late, because the bot was down.
	s.pay(t, u, charge(ann, 2), start.Add(30*day), start.Add(60*day))
	s.wantSpans(t, ann, start, "[[30 60]]")
	sub, err := s.Subscription(t.Context(), ann, s.plan.ID)
	if err != nil || sub.Charge != charge(ann, 2) {
		t.Fatalf("%+v, %v", sub, err)
	}
	if err := s.NoteCanceled(t.Context(), sub); err != nil {
		t.Fatal(err)
	}
	s.wantSpans(t, ann, start, "[[30 60]]")
	if _, err := s.Subscription(t.Context(), ann, s.plan.ID); !errors.Is(err, access.ErrNoSubscription) {
		t.Errorf("a cancelled subscription renews: %v", err)
	}

	ben := someone()
	ended := time.Now().Add(-33 * day)
	s.pay(t, s.buy(t, ben, ben, true), charge(ben, 1), ended, ended.Add(30*day))
	if _, has, _ := s.PerksOf(t.Context(), ben); has {
		t.Error("perks three days after the paid period")
	}
}

func TestPremium_OnceAndSubscriptionTogetherLoseNoDay(t *testing.T) {
	t.Parallel()
	s, ann, now := newShop(t), someone(), time.Now()
	s.pay(t, s.buy(t, ann, ann, false), charge(ann, 1), now, time.Time{})
	u := s.buy(t, ann, ann, true)
	s.pay(t, u, charge(ann, 2), now, now.Add(30*day))
	s.pay(t, u, charge(ann, 3), now.Add(30*day), now.Add(60*day))
	s.wantSpans(t, ann, now, "[[0 30] [30 60] [60 90]]")
}

func TestPremium_ARefundAfterHalfTheMonthEndsItAndMovesTheRest(t *testing.T) {
	t.Parallel()
	s, ann := newShop(t), someone()
	bought := time.Now().Add(-15 * day)
	s.pay(t, s.buy(t, ann, ann, false), charge(ann, 1), bought, time.Time{})
	s.pay(t, s.buy(t, ann, ann, false), charge(ann, 2), bought, time.Time{})
	s.wantSpans(t, ann, bought, "[[0 30] [30 60]]")
	if err := s.RequestRefund(t.Context(), charge(ann, 1), theAdmin); err != nil {
		t.Fatal(err)
	}
	s.wantSpans(t, ann, bought, "[[15 45]]")
	if err := s.RequestRefund(t.Context(), charge(ann, 1), theAdmin); !errors.Is(err, access.ErrChargeRefunded) {
		t.Errorf("refunded twice: %v", err)
	}
	if err := s.RequestRefund(t.Context(), charge(ann, 2), theAdmin); err != nil {
		t.Fatal(err)
	}
	if _, has, _ := s.PerksOf(t.Context(), ann); has {
		t.Error("perks after both refunds")
	}
	var due []string
	refunds, err := s.DueRefunds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refunds {
		if r.Purchase.Buyer == ann {
			due = append(due, r.Charge)
		}
	}
	if len(due) != 2 {
		t.Errorf("due: %v", due)
	}
	again := access.Paid{Charge: charge(ann, 1), Payer: ann, Stars: 100, At: bought}
	if fresh, err := s.NoteRefunded(t.Context(), again); err != nil || !fresh {
		t.Errorf("telegram's message: %v, %v", fresh, err)
	}
	if fresh, err := s.NoteRefunded(t.Context(), again); err != nil || fresh {
		t.Errorf("telegram's message again: %v, %v", fresh, err)
	}
}

func TestPremium_ARefundThatTelegramMadeEndsIt(t *testing.T) {
	t.Parallel()
	s, ann, now := newShop(t), someone(), time.Now()
	u := s.buy(t, ann, ann, false)
	back := access.Paid{Charge: charge(ann, 1), Payload: u.Reference.Payload(), Payer: ann, Stars: 100, At: now}
	if fresh, err := s.NoteRefunded(t.Context(), back); err != nil || !fresh { // before the message about the payment
		t.Fatal(fresh, err)
	}
	if fresh, err := s.NotePaid(t.Context(), back); err != nil || fresh {
		t.Errorf("the payment after its refund: %v, %v", fresh, err)
	}
	s.wantSpans(t, ann, now, "[]")
}

func TestPremium_AGiftIsTheReceivers(t *testing.T) {
	t.Parallel()
	s, ann, ben, now := newShop(t), someone(), someone(), time.Now()
	u := s.buy(t, ann, ben, false)
	check := access.Check{Payload: u.Reference.Payload(), Payer: ben, Currency: "XTR", Stars: 100}
	if err := s.PreCheckout(t.Context(), check); !errors.Is(err, access.ErrPurchase) {
		t.Errorf("the receiver pays somebody else's invoice: %v", err)
	}
	check.Payer = ann
	if err := s.PreCheckout(t.Context(), check); err != nil {
		t.Error(err)
	}
	s.pay(t, u, charge(ann, 1), now, time.Time{})
	s.wantSpans(t, ben, now, "[[0 30]]")
	s.wantSpans(t, ann, now, "[]")
	if err := s.PreCheckout(t.Context(), check); !errors.Is(err, access.ErrPurchasePaid) {
		t.Errorf("paid twice: %v", err)
	}
	if _, _, err := s.Buy(t.Context(), s.plan.ID, ann, ben, true); !errors.Is(err, access.ErrPlanNotSold) {
		t.Errorf("a subscription for somebody else: %v", err)
	}
}

func TestPremium_APriceChangeConcernsNewBuyersOnly(t *testing.T) {
	t.Parallel()
	s, ann, now := newShop(t), someone(), time.Now()
	sub, old := s.buy(t, ann, ann, true), s.buy(t, ann, ann, false)
	s.pay(t, sub, charge(ann, 1), now, now.Add(30*day))
	dearer := s.plan
	dearer.Stars = 200
	if _, err := s.ChangePlan(t.Context(), dearer); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangePlan(t.Context(), dearer); !errors.Is(err, access.ErrPlanChanged) {
		t.Errorf("a change of an older version: %v", err)
	}
	check := access.Check{Payload: old.Reference.Payload(), Payer: ann, Currency: "XTR", Stars: 100}
	if err := s.PreCheckout(t.Context(), check); !errors.Is(err, access.ErrPurchasePrice) {
		t.Errorf("an old invoice: %v", err)
	}
	s.pay(t, sub, charge(ann, 2), now.Add(30*day), now.Add(60*day)) // the old price
	s.wantSpans(t, ann, now, "[[0 30] [30 60]]")
}

func TestPremium_APaymentWithoutAPurchaseGoesBack(t *testing.T) {
	t.Parallel()
	s, ann := newShop(t), someone()
	stray := access.Paid{Charge: charge(ann, 1), Payload: []byte("premium.00000000000000000000000000000000"), Payer: ann, Stars: 7, At: time.Now()}
	if fresh, err := s.NotePaid(t.Context(), stray); err != nil || !fresh {
		t.Fatal(fresh, err)
	}
	refunds, err := s.DueRefunds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range refunds {
		found = found || r.Charge == stray.Charge && r.Purchase.Buyer == ann
	}
	if !found {
		t.Errorf("due refunds: %+v", refunds)
	}
	if err := s.PreCheckout(t.Context(), access.Check{Payload: stray.Payload, Payer: ann, Currency: "XTR", Stars: 7}); !errors.Is(err, access.ErrPurchase) {
		t.Errorf("pre-checkout without a purchase: %v", err)
	}
}

func TestPremium_AdminsTakeBackWhatTheyGaveOnly(t *testing.T) {
	t.Parallel()
	s, ann, now := newShop(t), someone(), time.Now()
	if err := s.Give(t.Context(), access.Gift{Plan: s.plan.ID, Person: ann, By: theAdmin, Days: 10}); err != nil {
		t.Fatal(err)
	}
	s.pay(t, s.buy(t, ann, ann, false), charge(ann, 1), now, time.Time{})
	list, err := s.EntitlementsOf(t.Context(), ann)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if err := s.TakeBack(t.Context(), list[1].ID, ann); !errors.Is(err, access.ErrEntitlementPaid) {
		t.Errorf("paid time taken back: %v", err)
	}
	if err := s.TakeBack(t.Context(), list[0].ID, someone()); !errors.Is(err, access.ErrEntitlementUnknown) {
		t.Errorf("somebody else's: %v", err)
	}
	if err := s.TakeBack(t.Context(), list[0].ID, ann); err != nil {
		t.Fatal(err)
	}
	s.wantSpans(t, ann, now, "[[0 30]]")
}

func TestPremium_AmongFindsThoseWhoHaveAPlanNow(t *testing.T) {
	t.Parallel()
	s, now := newShop(t), time.Now()
	given, late, lapsed, takenBack, renewed, never := someone(), someone(), someone(), someone(), someone(), someone()
	for _, person := range []filter.UserID{given, takenBack} {
		if err := s.Give(t.Context(), access.Gift{Plan: s.plan.ID, Person: person, By: theAdmin, Days: 10}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.EntitlementsOf(t.Context(), takenBack)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if err := s.TakeBack(t.Context(), list[0].ID, takenBack); err != nil {
		t.Fatal(err)
	}
	s.pay(t, s.buy(t, late, late, true), charge(late, 1), now.Add(-31*day), now.Add(-day)) // within the grace of a renewal
	s.pay(t, s.buy(t, lapsed, lapsed, true), charge(lapsed, 1), now.Add(-33*day), now.Add(-3*day))
	subscription := s.buy(t, renewed, renewed, true)
	s.pay(t, subscription, charge(renewed, 1), now.Add(-31*day), now.Add(-day))
	s.pay(t, subscription, charge(renewed, 2), now.Add(-day), now.Add(29*day))
	has, err := s.Among(t.Context(), []filter.UserID{given, late, lapsed, takenBack, renewed, never})
	if err != nil || len(has) != 3 || !has[given] || !has[late] || !has[renewed] {
		t.Errorf("%v of given %d, late %d and renewed %d, %v", has, given, late, renewed, err)
	}
}

func TestPremium_ReconcileFindsWhatNoUpdateTold(t *testing.T) {
	// Not parallel: the time of the last comparison is one row for all.
	s, ann, ben, now := newShop(t), someone(), someone(), time.Now().Add(-time.Hour)
	if _, err := s.db.Exec(t.Context(), `DELETE FROM premium_reconciled`); err != nil {
		t.Fatal(err)
	}
	sub, once := s.buy(t, ann, ann, true), s.buy(t, ben, ben, false)
	s.pay(t, once, charge(ben, 1), now, time.Time{})
	line := func(u access.Purchase, n int, refund bool) access.Transaction {
		return access.Transaction{Paid: access.Paid{Charge: charge(u.Buyer, n), Payload: u.Reference.Payload(), Payer: u.Buyer, Stars: 100, At: now}, Refund: refund, Subscribed: u.Subscription}
	}
	pages := map[string][]access.Transaction{
		"":  {line(once, 1, true), line(once, 1, false)},
		"2": {line(sub, 1, false), {Paid: access.Paid{Charge: "other", Payload: []byte("1.booking"), Payer: ann, Stars: 3, At: now}}},
	}
	read := func(_ context.Context, offset string) ([]access.Transaction, string, error) {
		return pages[offset], map[string]string{"": "2"}[offset], nil
	}
	if found, done, err := s.Reconcile(t.Context(), read); err != nil || !done || found != 2 {
		t.Errorf("found %d, done %v, %v", found, done, err)
	}
	s.wantSpans(t, ann, now, "[[0 30]]")
	s.wantSpans(t, ben, now, "[]")
	if _, done, err := s.Reconcile(t.Context(), read); err != nil || done {
		t.Errorf("a second comparison on the same day: %v, %v", done, err)
	}
}

func TestPlan_IsBounded(t *testing.T) {
	t.Parallel()
	good := access.Plan{Title: "Gold", Days: 30, Stars: 100, Monthly: true}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(p *access.Plan){
		"no title":         func(p *access.Plan) { p.Title = "" },
		"no days":          func(p *access.Plan) { p.Days = 0 },
		"a long period":    func(p *access.Plan) { p.Days = 31 },
		"too many stars":   func(p *access.Plan) { p.Stars = 10_001 },
		"negative stars":   func(p *access.Plan) { p.Stars = -1 },
		"monthly for free": func(p *access.Plan) { p.Stars = 0 },
		"negative files":   func(p *access.Plan) { p.Perks.FilesPerDay = -1 },
	} {
		p := good
		change(&p)
		if err := p.Check(); !errors.Is(err, access.ErrPlanBounds) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
