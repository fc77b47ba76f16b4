package nets

import (
	"slices"
	"strconv"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// setUpView is a question about a new club with buttons for common answers, or the summary of all answers.
type setUpView struct {
	draft      clubDraft
	question   int
	paysOnline bool
}

func (v setUpView) draw(d drawing) telegram.Reply {
	if v.question >= setUpSummary {
		return v.drawSummary(d)
	}
	k := d.keyboard()
	title := d.in.Say("setup.title", v.question+1, setUpSummary)
	lines := []string{d.in.Say("setup.ask_" + questionNames()[v.question])}
	switch v.question {
	case setUpZone:
		var zones []choice
		for i, z := range offeredZones() {
			zones = append(zones, v.choice(city(z.name), int64(i), z.name == v.draft.Zone))
		}
		k.inRows(zones, 3)
	case setUpCurrency:
		k.inRows(v.currencies(), 4)
	case setUpNets:
		var numbers []choice
		for n := 1; n <= 8; n++ {
			numbers = append(numbers, v.choice(strconv.Itoa(n), int64(n), n == len(v.draft.Nets)))
		}
		k.inRows(numbers, 4)
	case setUpHours:
		var hours []choice
		for i, x := range offeredHours() {
			hours = append(hours, v.choice(d.timesOfDay(x.From, x.To), int64(i), slices.Equal(v.draft.Hours, []booking.TimesOfDay{x})))
		}
		k.inPairs(hours)
	case setUpPrice:
		var prices []choice
		for _, minor := range offeredPrices(v.draft.Currency) {
			prices = append(prices, v.choice(d.money(v.draft.money(minor)), minor, v.draft.Member != nil && *v.draft.Member == minor && v.draft.Guest == minor))
		}
		k.inRows(prices, 4)
	case setUpStaff:
		for _, p := range v.draft.Staff {
			k.add("✕ "+p.Name, step{Verb: stepPickSetUp, Choice: setUpStaff, Value: p.ID})
		}
		done := "setup.no_staff"
		if len(v.draft.Staff) > 0 {
			done = "setup.staff_done"
		}
		k.add(d.in.Say(done), step{Verb: stepPickSetUp, Choice: setUpStaff})
	}
	var last []choice
	switch {
	case v.draft.next() == setUpSummary:
		last = append(last, choice{d.in.Say("book.back"), step{Verb: stepSetUp, Choice: setUpSummary}})
	case v.question > setUpName:
		last = append(last, choice{d.in.Say("book.back"), step{Verb: stepSetUp, Choice: v.question - 1}})
	}
	k.row(append(last, choice{d.in.Say("setup.cancel"), step{Verb: stepDropSetUp}})...)
	return titled(title, lines, k)
}

// questionNames are the questions' keys in the message catalogue.
func questionNames() []string {
	return []string{"name", "zone", "currency", "nets", "hours", "price", "staff"}
}

// choice returns the button of an answer. The present answer has a mark.
func (v setUpView) choice(text string, value int64, chosen bool) choice {
	if chosen {
		text = "● " + text
	}
	return choice{text, step{Verb: stepPickSetUp, Choice: v.question, Value: value}}
}

// currencies returns the buttons, the zone's currency first.
func (v setUpView) currencies() []choice {
	own := currencyOf(v.draft.Zone)
	var all []choice
	for i, code := range offeredCurrencies() {
		c := v.choice(code, int64(i), code == v.draft.Currency)
		if code == own {
			all = slices.Insert(all, 0, c)
			continue
		}
		all = append(all, c)
	}
	return all
}

func (v setUpView) drawSummary(d drawing) telegram.Reply {
	x := v.draft
	var hours, staff []string
	for _, h := range x.Hours {
		hours = append(hours, d.timesOfDay(h.From, h.To))
	}
	for _, p := range x.Staff {
		staff = append(staff, p.Name)
	}
	if len(staff) == 0 {
		staff = []string{d.in.Say("setup.nobody")}
	}
	pays := d.in.Say("setup.pays_at_desk")
	if v.paysOnline {
		pays = d.in.Say("setup.pays_online")
	}
	lines := []string{
		d.in.Say("setup.sum_zone", city(x.Zone), x.Currency),
		d.in.Say("setup.sum_nets", strings.Join(x.Nets, ", ")),
		d.in.Say("setup.sum_hours", strings.Join(hours, ", ")),
		d.in.Say("setup.sum_price", d.money(x.money(*x.Member)), d.money(x.money(x.Guest))),
		d.in.Say("setup.sum_staff", strings.Join(staff, ", ")),
		"", pays, d.in.Say("setup.rules"),
	}
	k := d.keyboard()
	k.add(d.in.Say("setup.make"), step{Verb: stepMakeClub})
	var edits []choice
	for q, name := range questionNames() {
		edits = append(edits, choice{d.in.Say("setup.edit_" + name), step{Verb: stepSetUp, Choice: q}})
	}
	k.inPairs(edits)
	k.add(d.in.Say("setup.cancel"), step{Verb: stepDropSetUp})
	return titled("🛠 "+telegram.CleanLine(x.Name, maxClubName), lines, k)
}

// setUpDroppedView confirms that the set-up was cancelled.
type setUpDroppedView struct{}

func (setUpDroppedView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	k.add(d.in.Say("setup.begin"), step{Verb: stepSetUp})
	return telegram.Reply{Text: d.in.Say("setup.dropped"), Keyboard: k.rows}
}

// setUpDoneView shows the new club.
type setUpDoneView struct {
	club booking.Club
	nets int
}

func (v setUpDoneView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	k.add(d.in.Say("setup.see"), step{Verb: stepNets, Club: v.club.ID})
	k.add(d.in.Say("mine.book"), step{Verb: stepClubs})
	return titled(d.in.Say("setup.done", clubName(v.club)), []string{d.in.Say("setup.nets_ready", v.nets), d.in.Say("setup.later")}, k)
}
