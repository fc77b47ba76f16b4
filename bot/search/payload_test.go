package search

import (
	"testing"

	"pavilion/bot/chat"
	"pavilion/filter"
)

// largest is an owner with as many digits as Telegram's ids have.
const largest = 8_000_000_000

func allSelected(t *testing.T) filter.Selection {
	t.Helper()
	sel := filter.Selection{}
	for d, v := range map[filter.Dimension]string{filter.ByKind: "document", filter.BySeason: "99", filter.ByResolution: "2160", filter.ByLanguage: "portuguese", filter.ByYear: "2026"} {
		var err error
		if sel, err = sel.With(d, v); err != nil {
			t.Fatal(err)
		}
	}
	return sel
}

func TestPayloads_TheLargestFitAndAreReadBack(t *testing.T) {
	t.Parallel()
	p := pageTap{selection: allSelected(t), flat: true, back: true, cursor: filter.Cursor{Rank: 4, Taken: 33, Posted: 1<<31 - 1, Document: 1<<63 - 1}}
	data, fits := chat.Data{Letter: letterPage, Owner: largest, Payload: p.encode()}.Encode()
	if again, err := parsePage(p.encode()); !fits || err != nil || again != p {
		t.Errorf("%s (%d bytes) reads as %+v, %v; want %+v", data, len(data), again, err, p)
	}
	row := rowTap{selection: allSelected(t), document: -1 << 63}
	data, fits = chat.Data{Letter: letterRow, Owner: largest, Payload: row.encode()}.Encode()
	if again, err := parseRow(row.encode()); !fits || err != nil || again != row {
		t.Errorf("%s (%d bytes) reads as %+v, %v", data, len(data), again, err)
	}
	get := getTap{document: -1 << 63, at: filter.Place{Channel: 1<<40 - 1, Message: 1<<31 - 1}}
	data, fits = chat.Data{Letter: letterGet, Owner: largest, Payload: get.encode()}.Encode()
	if again, err := parseGet(get.encode()); !fits || err != nil || again != get {
		t.Errorf("%s (%d bytes) reads as %+v, %v", data, len(data), again, err)
	}
}

// Buttons of messages that were sent long ago lead where they did.
func TestPayloads_OfOldMessages(t *testing.T) {
	t.Parallel()
	if get, err := parseGet("5"); err != nil || get != (getTap{document: 5}) {
		t.Errorf("a file: %+v, %v", get, err)
	}
	p, err := parsePage("k1.s2:<AAAAAAAAAAAAAAAAAA")
	if err != nil || !p.back || p.selection.Value(filter.BySeason) != "2" || p.selection.Value(filter.ByKind) != "video" {
		t.Errorf("a page: %+v, %v", p, err)
	}
	for _, payload := range []string{"", "zzzzzzzzzzzzzzzzz", "5:5", "5:-5:5", "5:5:5:5", ":"} {
		if _, err := parseGet(payload); err == nil {
			t.Errorf("%q names a file", payload)
		}
	}
}

func FuzzParsePage(f *testing.F) {
	f.Add("k1.s2:>AAAAAAAAAAAAAAAAAA")
	f.Add(":<")
	f.Add("u.k1:>")
	f.Fuzz(func(t *testing.T, payload string) {
		p, err := parsePage(payload)
		if err != nil {
			return
		}
		if again, err := parsePage(p.encode()); err != nil || again != p {
			t.Fatalf("%q reads as %+v, and that as %+v, %v", payload, p, again, err)
		}
	})
}
