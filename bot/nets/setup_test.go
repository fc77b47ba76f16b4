package nets

import (
	"slices"
	"strings"
	"testing"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// answers returns a draft with the first answers.
func answers(count int) clubDraft {
	d := clubDraft{}
	for i, answer := range []func(){
		func() { d.Name = "Riverside" },
		func() { d.Zone = "Asia/Kolkata" },
		func() { d.Currency = "INR" },
		func() { d.Nets = []string{"Net 1", "Net 2", "Net 3", "Net 4"} },
		func() { d.Hours = []booking.TimesOfDay{{From: 360, To: 720}, {From: 960, To: 1320}} },
		func() { d.Member, d.Guest = new(int64(30000)), 45000 },
		func() { d.Staff, d.HasStaff = []draftPerson{{8001, "Zoya"}, {8002, "Tom"}}, true },
	} {
		if i < count {
			answer()
		}
	}
	return d
}

func setUpGoldens() []goldenScreen {
	var all []goldenScreen
	for q, name := range questionNames() {
		all = append(all, goldenScreen{"the question about " + name, []verb{stepSetUp, stepPickSetUp}, setUpView{draft: answers(q), question: q}})
	}
	half := answers(setUpStaff)
	half.Staff = []draftPerson{{8001, "Zoya"}}
	return append(all,
		goldenScreen{"the currency of a zone without a button", []verb{stepSetUp}, setUpView{draft: clubDraft{Name: "R", Zone: "Europe/Dublin"}, question: setUpCurrency}},
		goldenScreen{"a first member of the staff", []verb{stepSetUp, stepPickSetUp}, setUpView{draft: half, question: setUpStaff}},
		goldenScreen{"an answer that is changed", []verb{stepSetUp}, setUpView{draft: answers(setUpSummary), question: setUpNets}},
		goldenScreen{"the summary", []verb{stepSetUp, stepPickSetUp}, setUpView{draft: answers(setUpSummary), question: setUpSummary}},
		goldenScreen{"the summary where members pay online", []verb{stepSetUp}, setUpView{draft: changed(answers(setUpSummary), func(d *clubDraft) { d.Staff = nil }), question: setUpSummary, paysOnline: true}},
		goldenScreen{"a cancelled set-up", []verb{stepDropSetUp}, setUpDroppedView{}},
		goldenScreen{"the new club", []verb{stepMakeClub}, setUpDoneView{club: riverside(), nets: 4}},
		goldenScreen{"a net", []verb{stepNet}, netView{club: 1, net: exampleNets()[0]}},
		goldenScreen{"a net out of use", []verb{stepNet}, netView{club: 1, net: exampleNets()[2]}},
		goldenScreen{"names of new nets", []verb{stepTypeNet}, question{text: askNetName(0)}},
		goldenScreen{"another name of a net", []verb{stepTypeNet}, question{text: askNetName(2)}},
	)
}

// asked returns a set-up in which the person typed a text.
func asked(t *testing.T, text string) setUp {
	t.Helper()
	return setUp{&visit{event: &telegram.Event{From: telegram.Person{ID: goldenOwner}, Text: text}, in: loadPhrases(t).In("en"), isTyped: true}}
}

func TestSetUp_TypedAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		question int
		text     string
		want     any // nil: refused
		of       func(d clubDraft) any
	}{
		{setUpName, " St. Xavier's ", "St. Xavier's", func(d clubDraft) any { return d.Name }},
		{setUpName, "two\nlines", nil, nil},
		{setUpName, "\u200b", nil, nil},
		{setUpName, strings.Repeat("a", 61), nil, nil},
		{setUpZone, "kolkata", "Asia/Kolkata", func(d clubDraft) any { return d.Zone }},
		{setUpZone, "new york", "America/New_York", func(d clubDraft) any { return d.Zone }},
		{setUpZone, "Europe/Dublin", "Europe/Dublin", func(d clubDraft) any { return d.Zone }},
		{setUpZone, "localtime", nil, nil},
		{setUpZone, "Atlantis", nil, nil},
		{setUpCurrency, "eur", "EUR", func(d clubDraft) any { return d.Currency }},
		{setUpCurrency, "XAU", nil, nil},
		{setUpNets, "3", "Net 1,Net 2,Net 3", func(d clubDraft) any { return strings.Join(d.Nets, ",") }},
		{setUpNets, "North, South", "North,South", func(d clubDraft) any { return strings.Join(d.Nets, ",") }},
		{setUpNets, "North, North", nil, nil},
		{setUpNets, "41", nil, nil},
		{setUpNets, "0", nil, nil},
		{setUpNets, "-", nil, nil},
		{setUpHours, "06:00-12:00, 18:00-01:00", 2, func(d clubDraft) any { return len(d.Hours) }},
		{setUpHours, "06:00-12:00, 10:00-13:00", nil, nil},
		{setUpHours, "20:00-26:00, 01:00-03:00", nil, nil}, // the night overlaps the next morning
		{setUpPrice, "300 450.50", [2]int64{30000, 45050}, func(d clubDraft) any { return [2]int64{*d.Member, d.Guest} }},
		{setUpPrice, "cheap", nil, nil},
		{setUpPrice, "99999999999999", nil, nil},
		{setUpStaff, "asha", nil, nil},
		{setUpStaff, "-5", nil, nil},
		{setUpSummary, "yes", nil, nil},
	} {
		d := answers(setUpSummary)
		err := asked(t, c.text).take(t.Context(), &d, c.question)
		if (err != nil) != (c.want == nil) || err == nil && c.of(d) != c.want {
			t.Errorf("question %d, %q: %v, %+v; want %v", c.question, c.text, err, d, c.want)
		}
	}
}

// A forwarded message and a contact add a person once. A person with a hidden account cannot be added. The admin is skipped.
func TestSetUp_StaffByForwardsAndContacts(t *testing.T) {
	t.Parallel()
	d := answers(setUpStaff)
	for _, about := range []telegram.Person{{ID: 8001, Name: "Zoya"}, {ID: 8001, Name: "Zoya"}, {ID: 8002}, {ID: goldenOwner, Name: "Meera"}} {
		u := asked(t, "")
		u.event.About = &about
		if err := u.take(t.Context(), &d, setUpStaff); err != nil {
			t.Fatal(err)
		}
	}
	if want := []draftPerson{{8001, "Zoya"}, {8002, "8002"}}; !slices.Equal(d.Staff, want) {
		t.Errorf("%v, want %v", d.Staff, want)
	}
	u := asked(t, "")
	u.event.About = &telegram.Person{Name: "Hidden"}
	if err := u.take(t.Context(), &d, setUpStaff); err == nil || len(d.Staff) != 2 {
		t.Errorf("somebody hidden: %v, %v", err, d.Staff)
	}
}

// Another zone clears the currency, and another currency clears the price.
func TestSetUp_AChangedAnswerAsksAgainForWhatDependsOnIt(t *testing.T) {
	t.Parallel()
	u := asked(t, "")
	d := answers(setUpSummary)
	for value, next := range map[int64]int{0: setUpSummary, 6: setUpCurrency} {
		x := d
		if !u.choose(&x, setUpZone, value) || x.next() != next {
			t.Errorf("zone %d: the next question is %d, want %d", value, x.next(), next)
		}
	}
	if !u.choose(&d, setUpCurrency, 6) || d.next() != setUpPrice {
		t.Errorf("the next question is %d", d.next())
	}
	for question := range setUpResume + 2 {
		for _, value := range []int64{-1, 1 << 50} {
			x := answers(setUpSummary)
			if u.choose(&x, question, value) && question != setUpStaff {
				t.Errorf("question %d takes %d", question, value)
			}
		}
	}
}

// All values of the buttons are valid: the zones exist, and booking accepts the currencies, hours and prices.
func TestSetUp_WhatIsOfferedIsTaken(t *testing.T) {
	t.Parallel()
	for _, z := range offeredZones() {
		if _, err := booking.ParseNewZone(z.name); err != nil {
			t.Error(err)
		}
		if !slices.Contains(offeredCurrencies(), currencyOf(z.name)) {
			t.Errorf("the currency %q of %s has no button", currencyOf(z.name), z.name)
		}
	}
	for _, code := range append(offeredCurrencies(), "JPY", "KWD") {
		if _, err := booking.Decimals(code); err != nil {
			t.Error(err)
		}
		for _, minor := range offeredPrices(code) {
			rule := booking.PriceRule{Label: "x", To: wholeDay, Weekdays: [7]bool{true}, Member: booking.Money{Minor: minor, Currency: code}, Guest: booking.Money{Minor: minor, Currency: code}}
			if err := rule.Check(code); err != nil {
				t.Errorf("%d %s: %v", minor, code, err)
			}
		}
	}
	for _, h := range offeredHours() {
		if err := checkNewHours([]booking.TimesOfDay{h}); err != nil {
			t.Errorf("%v: %v", h, err)
		}
	}
}
