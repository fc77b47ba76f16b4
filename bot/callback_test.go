package bot

import (
	"bytes"
	"testing"

	"pavilion/filter"
)

func TestTapData_TheLargestFits(t *testing.T) {
	t.Parallel()
	sel := filter.Selection{}
	for d, v := range map[filter.Dimension]string{filter.ByKind: "document", filter.BySeason: "99", filter.ByResolution: "2160", filter.ByLanguage: "portuguese", filter.ByYear: "2026"} {
		var err error
		if sel, err = sel.With(d, v); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []tapData{
		{Action: actGet, Owner: 8_000_000_000, Document: -1 << 63},
		{Action: actPage, Owner: 8_000_000_000, Selection: sel, Back: true, Cursor: filter.Cursor{Rank: 4, Posted: 1<<31 - 1, Document: 1<<63 - 1}},
		{Action: actChannel, Owner: 8_000_000_000, Verb: "remove!", Channel: 997_852_516_352},
		{Action: actIndex, Owner: 8_000_000_000, Channel: 997_852_516_352, To: 1<<31 - 1},
		{Action: actAdd, Owner: 8_000_000_000, Channel: 997_852_516_352, To: 1<<31 - 1},
		{Action: actCancel, Owner: 8_000_000_000, ID: "abcdefghij"},
		{Action: actSuggest, Owner: 1},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepClubs}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepMonth, Club: 9999, Page: 2031*12 + 11, Booking: 1 << 40}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepDay, Club: 9999, Day: 22_500, Page: 99, Booking: 1 << 40}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepSlip, Club: 9999, Net: 99_999, Minute: 32_000_000, Length: 1440, AddOns: addOns{9999, 9998, 9997, 9996}, Booking: 1 << 30}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepHold, Club: 9999, Net: 99_999, Minute: 32_000_000, Length: 1440, AddOns: addOns{9999, 9998, 9997, 9996}}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepTold}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepAddress, Page: 2}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepQuiet, Seen: quietTyped}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepCloses, Club: 9999, Net: 99_999, Page: everyWeekday, Length: 1380, Seen: 1560}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepTypePrice, Club: 9999, Page: typeTimes, Seen: 1 << 40}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepPriceNet, Club: 9999, Net: 99_999, Seen: 1 << 40}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepClose, Club: 9999, Net: 99_999, Day: 22_500, Page: 2}},
		{Action: actStep, Owner: 8_000_000_000, Step: step{Verb: stepReopen, Club: 9999, Seen: 1 << 40}},
		{Action: actNothing},
	} {
		data := d.encode()
		if len(data) > 64 {
			t.Errorf("%s is %d bytes", data, len(data))
		}
		again, err := parseTap(data)
		if err != nil || again != d {
			t.Errorf("%s reads as %+v, %v; want %+v", data, again, err, d)
		}
	}
}

func FuzzParseTap(f *testing.F) {
	f.Add([]byte("1g:0:5"))
	f.Add([]byte("1p:7:k1.s2:>AAAAAAAAAAAAAAAAAA"))
	f.Add([]byte("1c:7:pause:zz"))
	f.Add([]byte("1b:7:t:1:2:i1n2o:1o:5.6:0"))
	f.Add([]byte("1b:7:m:1:hzz:0"))
	f.Add([]byte("1b:7:L:1:2:7:60:k0"))
	f.Add([]byte("1b:7:Q:-2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parseTap(data)
		if err != nil {
			return
		}
		again, err := parseTap(d.encode())
		if err != nil || again != d {
			t.Fatalf("%q reads as %+v, and that as %+v, %v", data, d, again, err)
		}
	})
}

func TestEntities_RoundTrip(t *testing.T) {
	t.Parallel()
	if got := unpackEntities([]byte("garbage")); got != nil {
		t.Errorf("garbage reads as %v", got)
	}
	if packEntities(nil) != nil {
		t.Error("no entities take room")
	}
	if !bytes.Equal(packEntities(unpackEntities(packEntities(bold(Reply{Text: "🏏 x", Bold: 4}, "🏏 x")))), packEntities(bold(Reply{Text: "🏏 x", Bold: 4}, "🏏 x"))) {
		t.Error("entities change on the way")
	}
}
