package access_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/migrations"
)

// newOwnShop is a shop in a database of its own, for figures about everybody.
func newOwnShop(t *testing.T) *shop {
	t.Helper()
	address, err := shared.Database(t.Context(), "figures")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.Up(t.Context(), openPostgres(t, address)); err != nil {
		t.Fatal(err)
	}
	return newShopIn(t, openPostgres(t, address))
}

func TestPremium_FiguresAreThePeopleOfEachPlanTheIncomeAndWhatEndsSoon(t *testing.T) {
	t.Parallel()
	s, now := newOwnShop(t), time.Now()
	ann, ben, cat, dan, eve := someone(), someone(), someone(), someone(), someone()
	silver, err := s.AddPlan(t.Context(), access.Plan{Title: "Silver", Days: 7})
	if err != nil {
		t.Fatal(err)
	}
	give := func(plan access.PlanID, person filter.UserID, days int) {
		t.Helper()
		if err := s.Give(t.Context(), access.Gift{Plan: plan, Person: person, By: theAdmin, Days: days}); err != nil {
			t.Fatal(err)
		}
	}
	s.pay(t, s.buy(t, ann, ann, false), charge(ann, 1), now.Add(-26*day), time.Time{}) // ends in four days
	s.pay(t, s.buy(t, ben, ben, false), charge(ben, 1), now.Add(-26*day), time.Time{}) // goes on
	give(s.plan.ID, ben, 30)
	s.pay(t, s.buy(t, cat, cat, true), charge(cat, 1), now.Add(-26*day), now.Add(4*day)) // is renewed
	s.pay(t, s.buy(t, dan, dan, false), charge(dan, 1), now, time.Time{})                // goes back
	if err := s.RequestRefund(t.Context(), charge(dan, 1), theAdmin); err != nil {
		t.Fatal(err)
	}
	s.pay(t, s.buy(t, eve, eve, false), charge(eve, 1), now.Add(-90*day), time.Time{}) // is over
	give(silver.ID, eve, 5)
	stray := access.Paid{Charge: fmt.Sprint("stray ", ann), Payload: []byte("premium.nothing"), Payer: ann, Stars: 7, At: now}
	if _, err := s.NotePaid(t.Context(), stray); err != nil { // belongs to no purchase
		t.Fatal(err)
	}
	got, err := s.Figures(t.Context())
	want := access.PremiumFigures{
		Plans: []access.PlanFigures{{Title: "Gold", People: 3, Bought: 3}, {Title: "Silver", People: 1, Given: 1}}, Stars: 400, RecentStars: 300, Expiring: 2,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
}

func TestPremium_AGiftByAnOldScreenIsRefused(t *testing.T) {
	t.Parallel()
	s, ann := newShop(t), someone()
	seen, err := s.Newest(t.Context(), ann)
	if err != nil || seen != 0 {
		t.Fatal(seen, err)
	}
	gift := access.Gift{Plan: s.plan.ID, Person: ann, By: theAdmin, Days: 30, Seen: &seen}
	results := make(chan error, 8)
	for range cap(results) { // an impatient thumb, or two admins
		go func() { results <- s.Give(t.Context(), gift) }()
	}
	given := 0
	for range cap(results) {
		if err := <-results; err == nil {
			given++
		} else if !errors.Is(err, access.ErrEntitlementChanged) {
			t.Error(err)
		}
	}
	if given != 1 {
		t.Errorf("given %d times", given)
	}
	if list, err := s.EntitlementsOf(t.Context(), ann); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}
