package nets

import "testing"

// largest is an owner with as many digits as Telegram's ids have.
const largest = 8_000_000_000

func TestStep_TheLargestFitsAndIsReadBack(t *testing.T) {
	t.Parallel()
	for _, s := range []step{
		{Verb: stepClubs},
		{Verb: stepMonth, Club: 9999, Page: 2031*12 + 11, Booking: 1 << 40},
		{Verb: stepDay, Club: 9999, Day: 22_500, Page: 99, Booking: 1 << 40},
		{Verb: stepSummary, Club: 9999, Net: 99_999, Minute: 32_000_000, Length: 1440, AddOns: addOns{9999, 9998, 9997, 9996}, Booking: 1 << 30},
		{Verb: stepHold, Club: 9999, Net: 99_999, Minute: 32_000_000, Length: 1440, AddOns: addOns{9999, 9998, 9997, 9996}},
		{Verb: stepSettings},
		{Verb: stepAddress, Choice: 2},
		{Verb: stepQuietHours, Quiet: quietTyped},
		{Verb: stepSetHours, Club: 9999, Net: 99_999, Weekday: everyWeekday, Opens: 1380, Closes: 1560},
		{Verb: stepTypePrice, Club: 9999, Choice: typeTimes, Rule: 1 << 40},
		{Verb: stepSetPriceNet, Club: 9999, Net: 99_999, Rule: 1 << 40},
		{Verb: stepAddClosure, Club: 9999, Net: 99_999, Day: 22_500, Choice: 2},
		{Verb: stepRemoveClosure, Club: 9999, Closure: 1 << 40},
		{Verb: stepChooseLanguage, Language: "pt-BR"},
		{Verb: stepChooseLanguage},
	} {
		d := s.data(largest)
		data, fits := d.Encode()
		again, err := parseStep(d.Payload)
		if !fits || err != nil || again != s {
			t.Errorf("%s (%d bytes) reads as %+v, %v; want %+v", data, len(data), again, err, s)
		}
	}
}

// Buttons of messages that were sent long ago lead where they did.
func TestStep_OfOldMessages(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]step{
		"l":                    {Verb: stepClubs},
		"v:5":                  {Verb: stepBooking, Booking: 5},
		"t:1:2:i1n2o:1o:5.6:0": {Verb: stepSummary, Club: 1, Net: 2, Minute: 30_309_648, Length: 60, AddOns: addOns{5, 6}},
		"Q:-2":                 {Verb: stepQuietHours, Quiet: quietTyped},
		"d:1:gqs:0:0":          {Verb: stepDay, Club: 1, Day: 21_700},
	} {
		if got, err := parseStep(payload); err != nil || got != want {
			t.Errorf("%s reads as %+v, %v; want %+v", payload, got, err, want)
		}
	}
}

func FuzzParseStep(f *testing.F) {
	for _, s := range []string{"t:1:2:i1n2o:1o:5.6:0", "m:1:hzz:0", "L:1:2:7:60:k0", "Q:-2", "l", "3:hi", "3:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		s, err := parseStep(payload)
		if err != nil {
			return
		}
		if again, err := parseStep(s.data(0).Payload); err != nil || again != s {
			t.Fatalf("%q reads as %+v, and that as %+v, %v", payload, s, again, err)
		}
	})
}
