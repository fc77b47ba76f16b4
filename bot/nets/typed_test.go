package nets

import (
	"slices"
	"testing"

	"pavilion/booking"
)

func TestTyped_Hours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]booking.TimesOfDay{
		"06:00-22:00":                {{From: 360, To: 1320}},
		" 6:30 – 12:00, 16.00-22.00": {{From: 390, To: 720}, {From: 960, To: 1320}},
		"18:00-02:00":                {{From: 1080, To: 1560}},
		"18:00-26:00":                {{From: 1080, To: 1560}},
		"00:00-24:00":                {{From: 0, To: 1440}},
		"22:00-22:00":                nil,
		"25:00-26:00":                nil,
		"06:60-07:00":                nil,
		"6-22":                       nil,
		"":                           nil,
		"06:00-22:00,":               nil,
	} {
		got, err := parseHours(text)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestTyped_PricesAndRules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int64{"200 300": {20000, 30000}, "19.99/0.29": {1999, 29}, "250": {25000, 25000}, "-1 2": {-1, -1}, "1 2 3": {-1, -1}, "1.001": {-1, -1}, "": {-1, -1}} {
		m, g, err := parseRates(text, "INR")
		if (err != nil) != (want[0] < 0) || err == nil && (m != booking.Money{Minor: want[0], Currency: "INR"} || g != booking.Money{Minor: want[1], Currency: "INR"}) {
			t.Errorf("%q: %v, %v, %v", text, m, g, err)
		}
	}
	r, err := parseRule("Evening peak 17:00-22:00 300 450", "INR")
	if err != nil || r.Label != "Evening peak" || r.From != 1020 || r.To != 1320 || r.Member.Minor != 30000 || r.Guest.Minor != 45000 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, text := range []string{"17:00-22:00 300", "Evening 300 450", "Evening 17:00-22:00", "Two\nlines 17:00-22:00 1"} {
		if r, err := parseRule(text, "INR"); err == nil {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

func TestTyped_Closures(t *testing.T) {
	t.Parallel()
	day := booking.Day(20_000)
	for text, want := range map[string]typedClosure{
		"":                       {day, booking.TimesOfDay{From: 0, To: 1440}, ""},
		"14:00-18:00 Tournament": {day, booking.TimesOfDay{From: 840, To: 1080}, "Tournament"},
		"Relaying the turf":      {day, booking.TimesOfDay{From: 0, To: 1440}, "Relaying the turf"},
	} {
		if got, err := parseClosure(text, &day); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if got, err := parseClosure("2027-01-26 14:00-18:00 Republic Day", nil); err != nil || got != (typedClosure{20_844, booking.TimesOfDay{From: 840, To: 1080}, "Republic Day"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "2027-02-30", "26.01.2027", "2027-01-26 25:00-26:00", "2027-01-26 a\nb"} {
		if got, err := parseClosure(text, nil); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestTyped_Names(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{"Asha, Ravi\nTom": {"Asha", " Ravi", "Tom"}, " - ": nil, "Asha": {"Asha"}, ",": nil, "आशा, रवि": {"आशा", " रवि"}} {
		if got := parseNames(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func FuzzTyped(f *testing.F) {
	f.Add("06:00-22:00, 18:00-02:00")
	f.Add("Evening 17:00-22:00 300 450")
	f.Add("2027-01-26 14:00-18:00 Tournament")
	f.Fuzz(func(t *testing.T, text string) {
		list, _ := parseHours(text)
		if r, err := parseRule(text, "INR"); err == nil {
			list = append(list, booking.TimesOfDay{From: r.From, To: r.To})
		}
		if c, err := parseClosure(text, nil); err == nil {
			list = append(list, c.hours)
		}
		for _, s := range list {
			if s.From < 0 || s.From >= wholeDay || s.To <= s.From || s.To > 2*wholeDay {
				t.Errorf("%q: %v", text, s)
			}
		}
	})
}
