package booking

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := ParseZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func mustDay(t *testing.T, text string) Day {
	t.Helper()
	d, err := ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestState_EveryPair(t *testing.T) {
	t.Parallel()
	allowed := map[[2]State]bool{
		{Held, Confirmed}: true, {Held, Expired}: true, {Held, Cancelled}: true, {Held, SlotLost}: true,
		{Expired, Confirmed}: true, {Expired, SlotLost}: true,
		{Confirmed, CheckedIn}: true, {Confirmed, NoShow}: true, {Confirmed, Cancelled}: true,
		{CheckedIn, Cancelled}: true, {NoShow, Confirmed}: true,
	}
	for _, from := range states() {
		for _, to := range states() {
			if err := from.To(to); (err == nil) != allowed[[2]State{from, to}] || err != nil && !errors.Is(err, ErrState) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		}
	}
}

func TestInstant_GapsAreRefusedAndRepeatsAskedAbout(t *testing.T) {
	t.Parallel()
	ny, lord, kolkata := zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe"), zone(t, "Asia/Kolkata")
	fall, spring := mustDay(t, "2026-11-01"), mustDay(t, "2026-03-08")
	for name, c := range map[string]struct {
		day    Day
		minute int
		zone   *time.Location
		repeat Repeat
		want   string
		err    error
	}{
		"before the repeat":      {fall, 59, ny, Ask, "2026-11-01T04:59:00Z", nil},
		"first minute of it":     {fall, 60, ny, Ask, "", ErrAmbiguousTime},
		"in it":                  {fall, 90, ny, Ask, "", ErrAmbiguousTime},
		"in it, earlier":         {fall, 90, ny, Earlier, "2026-11-01T05:30:00Z", nil},
		"in it, later":           {fall, 90, ny, Later, "2026-11-01T06:30:00Z", nil},
		"after it":               {fall, 120, ny, Ask, "2026-11-01T07:00:00Z", nil},
		"counted from yesterday": {fall - 1, 1440 + 90, ny, Later, "2026-11-01T06:30:00Z", nil},
		"before the gap":         {spring, 119, ny, Ask, "2026-03-08T06:59:00Z", nil},
		"in the gap":             {spring, 150, ny, Earlier, "", ErrNoSuchTime},
		"after the gap":          {spring, 180, ny, Ask, "2026-03-08T07:00:00Z", nil},
		"half an hour's repeat":  {mustDay(t, "2026-04-05"), 105, lord, Ask, "", ErrAmbiguousTime},
		"half an hour's gap":     {mustDay(t, "2026-10-04"), 135, lord, Ask, "", ErrNoSuchTime},
		"no summer time":         {fall, 90, kolkata, Ask, "2026-10-31T20:00:00Z", nil},
		"leap day":               {mustDay(t, "2028-02-29"), 1440, kolkata, Ask, "2028-02-29T18:30:00Z", nil},
		"new year":               {mustDay(t, "2026-12-31"), 1440, kolkata, Ask, "2026-12-31T18:30:00Z", nil},
	} {
		got, err := Instant(c.day, c.minute, c.zone, c.repeat)
		if !errors.Is(err, c.err) || err == nil && got.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s: %s, %v", name, got.UTC().Format(time.RFC3339), err)
		}
	}
	_, err := ParseInstant("2026-11-01T01:30", ny)
	var two *AmbiguousTimeError
	if !errors.As(err, &two) || two.Later.Sub(two.Earlier) != time.Hour {
		t.Errorf("without an offset: %v", err)
	}
	for text, want := range map[string]string{"2026-11-01T01:30-05:00": "2026-11-01T06:30:00Z", "2026-11-01T01:30:00-04:00": "2026-11-01T05:30:00Z", "2026-07-01T18:00": "2026-07-01T22:00:00Z"} {
		if got, err := ParseInstant(text, ny); err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

// summer is a club in New York, open day and night, at 10.00 an hour and 20.01 from 18:00 to 21:00 on weekends.
func summer(t *testing.T) *setup {
	t.Helper()
	usd := func(minor int64) Money { return Money{minor, "USD"} }
	s := &setup{club: Club{ID: 1, Zone: zone(t, "America/New_York"), Currency: "USD", Policy: Policy{Grid: 15 * time.Minute, Min: 15 * time.Minute, Max: 24 * time.Hour}}}
	s.nets = []Net{{ID: 1, Active: true, AddOns: []AddOn{
		{ID: 1, Net: 1, Name: "machine", PerHour: true, Price: usd(600), Active: true}, {ID: 2, Net: 1, Name: "balls", Price: usd(350), Active: true},
	}}, {ID: 2, Active: true}}
	for d := range 7 {
		s.hours = append(s.hours, OpeningHours{Weekday: time.Weekday(d), Closes: 1440})
	}
	all := [7]bool{true, true, true, true, true, true, true}
	s.prices = []PriceRule{
		{ID: 1, Label: "base", Weekdays: all, To: 1440, Member: usd(1000), Guest: usd(1500)},
		{ID: 2, Label: "peak", Rank: 1, Weekdays: [7]bool{0: true, 6: true}, From: 18 * 60, To: 21 * 60, Member: usd(2001), Guest: usd(3000)},
	}
	return s
}

func TestPrice_IsSplitBySegmentAndElapsedTime(t *testing.T) {
	t.Parallel()
	s := summer(t)
	for name, c := range map[string]struct {
		start  string
		length time.Duration
		nets   []NetID
		addOns []AddOnID
		rate   Rate
		total  int64
		lines  int
	}{
		"an hour":                        {"2026-06-03T14:00:00Z", time.Hour, []NetID{1}, nil, MemberRate, 1000, 1},
		"a guest":                        {"2026-06-03T14:00:00Z", time.Hour, []NetID{1}, nil, GuestRate, 1500, 1},
		"two nets":                       {"2026-06-03T14:00:00Z", time.Hour, []NetID{1, 2}, nil, MemberRate, 2000, 2},
		"into the peak":                  {"2026-06-06T21:30:00Z", time.Hour, []NetID{1}, nil, MemberRate, 1501, 2}, // 500 + 1000.5
		"across the peak":                {"2026-06-06T21:45:00Z", 3*time.Hour + 30*time.Minute, []NetID{1}, nil, MemberRate, 6503, 3},
		"a weekday evening":              {"2026-06-03T22:00:00Z", time.Hour, []NetID{1}, nil, MemberRate, 1000, 1},
		"midnight into Saturday":         {"2026-06-06T03:30:00Z", time.Hour, []NetID{1}, nil, MemberRate, 1000, 1},
		"with a machine and balls":       {"2026-06-03T14:00:00Z", 90 * time.Minute, []NetID{1}, []AddOnID{1, 2}, MemberRate, 1500 + 900 + 350, 3},
		"01:00 to 03:00, clocks go back": {"2026-11-01T05:00:00Z", 3 * time.Hour, []NetID{1}, nil, MemberRate, 3000, 1},
		"01:00 to 04:00, clocks go on":   {"2026-03-08T06:00:00Z", 2 * time.Hour, []NetID{1}, nil, MemberRate, 2000, 1},
	} {
		start, err := time.Parse(time.RFC3339, c.start)
		if err != nil {
			t.Fatal(err)
		}
		lines, total, err := s.priceLines(c.nets, c.addOns, Span{start, start.Add(c.length)}, c.rate)
		if err != nil || total != (Money{c.total, "USD"}) || len(lines) != c.lines {
			t.Errorf("%s: %s in %d lines, %v", name, total, len(lines), err)
		}
		var sum int64
		for _, l := range lines {
			sum += l.Amount.Minor
		}
		if sum != total.Minor {
			t.Errorf("%s: the lines add up to %d, not %d", name, sum, total.Minor)
		}
	}
	if _, _, err := s.priceLines([]NetID{2}, []AddOnID{1}, Span{time.Unix(0, 0), time.Unix(3600, 0)}, MemberRate); !errors.Is(err, ErrNoAddOn) {
		t.Errorf("another net's machine: %v", err)
	}
}

// The price follows the local clock and the elapsed time: an hour that occurs twice is paid twice, a skipped one is not paid, and a
// night that reaches into another weekday has that day's price from midnight on.
func TestPrice_ClockAndWeekdayDecideEachMinute(t *testing.T) {
	t.Parallel()
	s := summer(t)
	dear := func(id int64, day time.Weekday, from, to int, minor int64) PriceRule {
		r := PriceRule{ID: id, Label: "dear", Rank: 2, From: from, To: to, Member: Money{minor, "USD"}, Guest: Money{minor, "USD"}}
		r.Weekdays[day] = true
		return r
	}
	s.prices = append(s.prices, dear(3, time.Sunday, 60, 180, 3000), dear(4, time.Saturday, 0, 60, 4000))
	for name, c := range map[string]struct {
		start string
		hours int
		want  string
	}{
		"01:00 to 02:00 twice, then till 03:00": {"2026-11-01T04:00:00Z", 5, "base 1000, dear 9000, base 1000"},
		"01:00 to 03:00, of which one hour is":  {"2026-03-08T05:00:00Z", 3, "base 1000, dear 3000, base 1000"},
		"Friday 23:00 to Saturday 02:00":        {"2026-06-06T03:00:00Z", 3, "base 1000, dear 4000, base 1000"},
	} {
		start, err := time.Parse(time.RFC3339, c.start)
		if err != nil {
			t.Fatal(err)
		}
		lines, _, err := s.priceLines([]NetID{2}, nil, Span{start, start.Add(time.Duration(c.hours) * time.Hour)}, MemberRate)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, fmt.Sprint(l.Label, " ", l.Amount.Minor))
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}

// Of several rules that match, the highest rank applies, then the rule for the net, then the newest.
func TestPrice_TheRuleThatWins(t *testing.T) {
	t.Parallel()
	s := summer(t)
	rule := func(id int64, net NetID, rank int, minor int64) PriceRule {
		return PriceRule{ID: id, Net: net, Label: "x", Rank: rank, Weekdays: s.prices[0].Weekdays, To: 1440, Member: Money{minor, "USD"}, Guest: Money{minor, "USD"}}
	}
	start := time.Date(2026, 6, 3, 14, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		rules    []PriceRule
		one, two int64
	}{
		"rank before net":   {[]PriceRule{rule(1, 1, 0, 100), rule(2, 0, 1, 200)}, 200, 200},
		"net before newest": {[]PriceRule{rule(1, 1, 1, 100), rule(2, 0, 1, 200)}, 100, 200},
		"newest":            {[]PriceRule{rule(2, 2, 1, 200), rule(1, 2, 1, 100), rule(3, 0, 0, 300)}, 300, 200},
	} {
		for range 2 { // in whichever order they were read
			s.prices = c.rules
			for net, want := range map[NetID]int64{1: c.one, 2: c.two} {
				if _, total, err := s.priceLines([]NetID{net}, nil, Span{start, start.Add(time.Hour)}, MemberRate); err != nil || total.Minor != want {
					t.Errorf("%s, net %d: %s, want %d, %v", name, net, total, want, err)
				}
			}
			slices.Reverse(c.rules)
		}
	}
}

func TestPrice_LinesAddUpHoweverTheyRound(t *testing.T) {
	t.Parallel()
	s := summer(t)
	s.prices[0].Member.Minor, s.prices[1].Member.Minor = 333, 1001
	start := time.Date(2026, 6, 6, 20, 0, 0, 0, time.UTC)
	for from := range 24 {
		for length := 1; length < 20; length++ {
			span := Span{start.Add(time.Duration(from) * 15 * time.Minute), start.Add(time.Duration(from+length) * 15 * time.Minute)}
			lines, total, err := s.priceLines([]NetID{1, 2}, []AddOnID{1}, span, MemberRate)
			if err != nil {
				t.Fatal(err)
			}
			var sum, exact int64
			for _, l := range lines {
				sum, exact = sum+l.Amount.Minor, exact+l.Hourly.Minor*int64(l.End.Sub(l.Start)/time.Second)
			}
			if sum != total.Minor || total.Minor != (exact+1800)/3600 {
				t.Errorf("%v: lines %d, total %d, exact %d/3600", span, sum, total.Minor, exact)
			}
		}
	}
}

func TestMoney_NeverThroughFloats(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Money{
		"19.99 INR": {1999, "INR"}, "0.29 INR": {29, "INR"}, "4.35 INR": {435, "INR"}, "1999 JPY": {1999, "JPY"}, "1.250 KWD": {1250, "KWD"}, "0.001 KWD": {1, "KWD"},
		"92233720368547758.07 INR": {9223372036854775807, "INR"},
	} {
		amount, code := text[:len(text)-4], text[len(text)-3:]
		got, err := ParseMoney(amount, code)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s: %v %q, %v", text, got, got.String(), err)
		}
	}
	for _, bad := range [][2]string{{"1.5", "JPY"}, {"0.001", "INR"}, {"-1", "INR"}, {"1e3", "INR"}, {"", "INR"}, {".5", "INR"}, {"1.", "INR"}, {"92233720368547758.08", "INR"}, {"1", "XXX"}, {"1", "inr"}, {"1", "ZZZ"}} {
		if got, err := ParseMoney(bad[0], bad[1]); err == nil {
			t.Errorf("%v was read as %s", bad, got)
		}
	}
	if got := (Money{333, "INR"}).Share(50); got.Minor != 167 {
		t.Errorf("half of 333: %d", got.Minor)
	}
	if got := (Money{-5, "KWD"}).String(); got != "-0.005 KWD" {
		t.Error(got)
	}
}

// A currency is legal tender today. Metals, test codes, units of account and past currencies are refused.
func TestDecimals_KnowsTheCurrenciesOfToday(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"INR": 2, "EUR": 2, "JPY": 0, "KWD": 3, "XOF": 0, "XCD": 2, "ZWG": 2, "SLE": 2, "XCG": 2} {
		if got, err := Decimals(code); got != want || err != nil {
			t.Errorf("%s has %d decimals, %v", code, got, err)
		}
	}
	for _, code := range []string{"XTS", "XXX", "XAU", "XAG", "XDR", "XBA", "CLF", "USN", "BOV", "DEM", "inr", "", "ZZZ"} {
		if _, err := Decimals(code); !errors.Is(err, ErrCurrency) {
			t.Errorf("%q: %v", code, err)
		}
	}
}

// A part of an amount is rounded once, to the payable step, and is never more than the amount.
func TestMoney_APartIsPayable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		whole  Money
		by, of int64
		want   int64
	}{
		{Money{1000, "INR"}, 1, 3, 333},
		{Money{1000, "INR"}, 1, 2, 500},
		{Money{1001, "INR"}, 1, 2, 501},
		{Money{1000, "JPY"}, 2, 3, 667},
		{Money{10000, "KWD"}, 1, 3, 3330},
		{Money{10010, "KWD"}, 1, 2, 5010},
		{Money{1460, "KWD"}, 1, 100, 10}, // 14.6, not first 15 and then 20
		{Money{1005, "KWD"}, 1, 1, 1005},
		{Money{math.MaxInt64, "INR"}, math.MaxInt64 - 1, math.MaxInt64, math.MaxInt64 - 1},
	} {
		if got := c.whole.part(c.by, c.of); got.Minor != c.want || got.Currency != c.whole.Currency {
			t.Errorf("%d/%d of %s is %s, want %d", c.by, c.of, c.whole, got, c.want)
		}
	}
	for _, c := range []struct{ received, fee, back int64 }{{1100, 500, 550}, {1010, 500, 500}, {1005, 500, 500}, {1005, 0, 1005}, {1000, 1000, 0}} {
		p := Payment{Received: Money{c.received, "KWD"}, Price: Money{1000, "KWD"}}
		if got := p.refundAbove(Money{c.fee, "KWD"}); got.Minor != c.back {
			t.Errorf("of %d above a fee of %d goes back %d, want %d", c.received, c.fee, got.Minor, c.back)
		}
	}
}

// Card networks settle in hundredths, so no price and no share of it ends in a thousandth.
func TestMoney_OfThreeDecimalsIsPayable(t *testing.T) {
	t.Parallel()
	s := &setup{club: Club{Zone: time.UTC, Currency: "KWD"}}
	s.prices = []PriceRule{
		{ID: 1, Label: "day", Weekdays: [7]bool{true, true, true, true, true, true, true}, To: 1440, Member: Money{1255, "KWD"}},
		{ID: 2, Label: "late", Rank: 1, Weekdays: [7]bool{true, true, true, true, true, true, true}, From: 720, To: 1440, Member: Money{1333, "KWD"}},
	}
	start := time.Date(2026, 6, 2, 11, 0, 0, 0, time.UTC)
	for minutes := 1; minutes < 200; minutes++ {
		lines, total, err := s.priceLines([]NetID{1, 2}, nil, Span{start, start.Add(time.Duration(minutes) * time.Minute)}, MemberRate)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, l := range append(lines, PriceLine{Amount: Money{0, "KWD"}}) {
			if sum += l.Amount.Minor; l.Amount.Minor%10 != 0 {
				t.Errorf("%d minutes: a line of %s", minutes, l.Amount)
			}
		}
		if sum != total.Minor {
			t.Errorf("%d minutes: %d, lines %d", minutes, total.Minor, sum)
		}
		for percent := range 101 {
			if fee := total.Share(percent); fee.Minor%10 != 0 || fee.Minor > total.Minor {
				t.Errorf("%d%% of %s is %s", percent, total, fee)
			}
		}
	}
}

func FuzzParseMoney(f *testing.F) {
	f.Add("19.99", "INR")
	f.Add("1.250", "KWD")
	f.Fuzz(func(t *testing.T, text, code string) {
		m, err := ParseMoney(text, code)
		if err != nil {
			return
		}
		written := m.String()
		again, err := ParseMoney(written[:len(written)-4], code)
		if err != nil || again != m || m.Minor < 0 {
			t.Errorf("%q %q: %v, %v", text, code, m, err)
		}
	})
}

func FuzzParseInstant(f *testing.F) {
	f.Add("2026-11-01T01:30")
	f.Add("2026-11-01T01:30-05:00")
	f.Add("2026-03-08T02:30:00")
	ny, err := ParseZone("America/New_York")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseInstant(text, ny)
		if err != nil {
			return
		}
		if wall := got.In(ny).Format("2006-01-02T15:04"); len(text) == len(wall) && text != wall {
			t.Errorf("%q became %s", text, wall)
		}
		if again, err := ParseInstant(got.Format(time.RFC3339Nano), ny); err != nil || !again.Equal(got) {
			t.Errorf("%q became %s, then %s, %v", text, got, again, err)
		}
	})
}

// FuzzParseSpan prices what was read: what is accepted can be written in JSON.
func FuzzParseSpan(f *testing.F) {
	for _, seed := range [][2]string{
		{"2026-11-01T01:30", "2026-11-01T02:30"},
		{"2026-11-01T01:30-05:00", "2026-11-01T01:30:30.000000001Z"},
		{"9999-12-31T20:00-05:00", "9999-12-31T21:00-05:00"},
		{"0000-01-01T00:00:00+14:00", "2026-11-01T02:30"},
		{"1969-12-31T23:59:59Z", "2999-12-31T23:59:59-23:59"},
		{"2999-12-31T23:00", "2999-12-31T23:30"},
	} {
		f.Add(seed[0], seed[1])
	}
	ny, err := ParseZone("America/New_York")
	if err != nil {
		f.Fatal(err)
	}
	s := &setup{club: Club{Zone: ny, Currency: "USD", Policy: Policy{Grid: time.Minute, Min: time.Minute, Max: 24 * time.Hour}}, nets: []Net{{ID: 1, Active: true}}}
	for day := range 7 {
		s.hours = append(s.hours, OpeningHours{Weekday: time.Weekday(day), Closes: 1440})
	}
	s.prices = []PriceRule{{Weekdays: [7]bool{true, true, true, true, true, true, true}, To: 1440, Member: Money{maxMinor, "USD"}}}
	f.Fuzz(func(t *testing.T, start, end string) {
		span, err := ParseSpan(start, end, func() (*time.Location, error) { return ny, nil })
		if err != nil {
			return
		}
		_, err = s.quote(SlotRequest{Nets: []NetID{1}, Start: span.Start, End: span.End}, MemberRate)
		if _, jsonErr := json.Marshal([]any{span.Start.UTC(), span.End.UTC(), span.Start.In(ny), span.End.In(ny)}); jsonErr != nil {
			t.Errorf("%q to %q: %v, %v", start, end, jsonErr, err)
		}
	})
}

func TestParseDay_HasFourDigitsOfYear(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"1970-01-01": nil, "2999-12-31": nil, "1969-12-31": ErrTimeRange, "3000-01-01": ErrTimeRange, "9999-12-31": ErrTimeRange, "0000-01-01": ErrTimeRange, "10000-01-01": ErrDay,
	} {
		if day, err := ParseDay(text); !errors.Is(err, want) || err == nil && day.String() != text {
			t.Errorf("%s: %s, %v", text, day, err)
		}
	}
}

func TestHours_PastMidnightAndAcrossTheClocksChange(t *testing.T) {
	t.Parallel()
	s := summer(t)
	s.hours = []OpeningHours{{Weekday: time.Saturday, Opens: 18 * 60, Closes: 26*60 + 30}, {Net: 2, Weekday: time.Sunday, Opens: 150, Closes: 1440}}
	got := s.openSpans(1, mustDay(t, "2026-10-31")) // to 02:30, and the clock shows 01:00 to 02:00 twice
	if len(got) != 1 || got[0].Length() != 9*time.Hour+30*time.Minute {
		t.Errorf("the long night: %v", got)
	}
	got = s.openSpans(2, mustDay(t, "2026-03-08")) // opens at 02:30, which the clock skips
	if len(got) != 1 || got[0].Start.UTC().Format(time.RFC3339) != "2026-03-08T07:00:00Z" || got[0].Length() != 21*time.Hour {
		t.Errorf("opening in the gap: %v", got)
	}
	if got := s.openSpans(2, mustDay(t, "2026-10-31")); len(got) != 0 {
		t.Errorf("a net with hours of its own has those of all: %v", got)
	}
	night := Span{time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 7, 0, 0, 0, time.UTC)} // 01:00 EDT to 02:00 EST
	if day, err := s.checkSpan(1, night); err != nil || day.String() != "2026-10-31" {
		t.Errorf("both hours of the night belong to %s, %v", day, err)
	}
	for name, hours := range map[string][]OpeningHours{
		"overlap":             {{Weekday: 1, Opens: 0, Closes: 600}, {Weekday: 1, Opens: 599, Closes: 700}},
		"into the next day":   {{Weekday: 1, Opens: 600, Closes: 1441}, {Weekday: 2, Opens: 0, Closes: 60}},
		"Saturday to Sunday":  {{Weekday: 6, Opens: 600, Closes: 1500}, {Weekday: 0, Opens: 30, Closes: 60}},
		"ends when it begins": {{Weekday: 1, Opens: 600, Closes: 600}},
	} {
		if err := CheckHours(hours); !errors.Is(err, ErrHours) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := CheckHours([]OpeningHours{{Weekday: 6, Opens: 600, Closes: 1500}, {Weekday: 0, Opens: 60, Closes: 1440}}); err != nil {
		t.Error(err)
	}
}

func TestClosure_Repetitions(t *testing.T) {
	t.Parallel()
	ny := zone(t, "America/New_York")
	last := mustDay(t, "2026-11-08")
	weekly := Closure{Every: EveryWeek, First: mustDay(t, "2026-10-25"), Last: &last, From: 23 * 60, To: 25 * 60}
	leap := Closure{Every: EveryYear, First: mustDay(t, "2028-02-29"), To: 1440}
	for at, want := range map[string]bool{
		"2026-10-26T04:30:00Z": true, "2026-11-02T05:30:00Z": true, "2026-11-09T05:30:00Z": true, "2026-11-16T05:30:00Z": false, "2026-10-19T04:30:00Z": false, "2026-11-03T05:30:00Z": false,
	} {
		start, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(weekly.spansDuring(Span{start, start.Add(time.Minute)}, ny)) > 0; got != want {
			t.Errorf("weekly at %s: %v", at, got)
		}
	}
	for year, want := range map[int]bool{2028: true, 2029: false, 2032: true} {
		start := time.Date(year, 2, 28, 22, 0, 0, 0, time.UTC)
		if got := len(leap.spansDuring(Span{start, start.Add(12 * time.Hour)}, ny)) > 0; got != want {
			t.Errorf("29 February in %d: %v", year, got)
		}
	}
}
