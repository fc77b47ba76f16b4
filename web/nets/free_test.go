package nets

import (
	"net/http"
	"testing"
)

// The minutes of a day add up to the cells of the availability: a hold takes its own, a closed net has none, and an unchanged answer costs 304.
func TestFree_IsTheSumOfTheCells(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	path := c.path("/free?from=%s&to=%s&nets=%d", c.day, c.day+1, c.nets[0])
	read := func() (FreeDaysBody, string) {
		t.Helper()
		a := b.Do(request{Path: path})
		var body FreeDaysBody
		a.Into(t, &body)
		if len(body.Days) != 2 || len(body.Days[0].Nets) != 1 || body.Days[0].Nets[0].Net != int64(c.nets[0]) {
			t.Fatalf("%s", a.Body)
		}
		return body, a.Header.Get("ETag")
	}
	before, tag := read()
	var cells AvailabilityBody
	b.Do(request{Path: c.path("/availability?from=%s&nets=%d", c.day, c.nets[0])}).Into(t, &cells)
	whole := before.Days[0].Nets[0].OpenMinutes
	if grid := whole / len(cells.Days[0].Cells); whole != grid*len(cells.Days[0].Cells) || before.Days[0].Nets[0].FreeMinutes != whole {
		t.Errorf("%+v of %d cells", before.Days[0].Nets[0], len(cells.Days[0].Cells))
	}
	if a := b.Do(request{Path: path, Headers: map[string]string{"If-None-Match": tag}}); a.Status != http.StatusNotModified {
		t.Errorf("an unchanged answer has the status %d", a.Status)
	}
	b.hold(b.member(), c, c.slot("06:00", "07:00", c.nets[0]))
	after, next := read()
	if n := after.Days[0].Nets[0]; n.OpenMinutes != whole || n.FreeMinutes > whole-60 || n.FreeMinutes < whole-90 || next == tag {
		t.Errorf("%+v after a hold of an hour of %d minutes", n, whole)
	}
	if after.Days[1].Nets[0] != before.Days[1].Nets[0] {
		t.Errorf("another day has changed: %+v", after.Days[1])
	}
}
