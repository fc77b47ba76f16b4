package nets

import (
	"net/http"
	"strings"
	"testing"

	"pavilion/booking"
)

// A page that shows a day asks again and again. While its answer is true it gets 304 and no body.
func TestStarts_AreNotModifiedUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	for _, path := range []string{c.path("/starts?day=%s&minutes=60", c.day), c.path("/availability?from=%s", c.day)} {
		ask := func(token, tag string) answer {
			return b.Do(request{Path: path, Token: token, Headers: map[string]string{"If-None-Match": tag}})
		}
		first := ask(member, "")
		first.Want(t, "the first answer", http.StatusOK, "")
		tag := first.Header.Get("ETag")
		for _, sent := range []string{tag, strings.TrimPrefix(tag, "W/")} {
			if again := ask(member, sent); again.Status != http.StatusNotModified || len(again.Body) > 0 || again.Header.Get("ETag") != tag {
				t.Errorf("%s: %d with %d bytes, ETag %q, want 304 with %q", path, again.Status, len(again.Body), again.Header.Get("ETag"), tag)
			}
		}
		ask(member, `"nonsense"`).Want(t, "a tag of nobody", http.StatusOK, "")
		b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
		changed := ask(member, tag)
		changed.Want(t, "after a hold", http.StatusOK, "")
		if changed.Header.Get("ETag") == tag {
			t.Errorf("%s: another answer has the same tag", path)
		}
		c.nets = c.nets[1:]
	}
}

// Guests and members pay differently, so the answer of one is never taken for that of the other.
func TestStarts_HaveThePricesOfTheOneWhoAsks(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	price := func(token, tag string) (int64, string) {
		a := b.Do(request{Path: c.path("/starts?day=%s&minutes=90", c.day), Token: token, Headers: map[string]string{"If-None-Match": tag}})
		a.Want(t, "starts", http.StatusOK, "")
		var s StartsBody
		a.Into(t, &s)
		for _, x := range s.Starts {
			if x.Net == int64(c.nets[0]) && x.Start == c.day.String()+"T10:00:00+05:30" {
				if x.Status != string(booking.Free) || x.LongestMinutes != 240 || x.PriceMinor == nil {
					t.Fatalf("%+v", x)
				}
				return *x.PriceMinor, a.Header.Get("ETag")
			}
		}
		t.Fatalf("no start at ten: %d of them", len(s.Starts))
		return 0, ""
	}
	guest, tag := price("", "")
	staff, _ := price(b.signIn(adminID), tag)
	if guest != 90000 || staff != 60000 {
		t.Errorf("a guest pays %d, staff %d", guest, staff)
	}
	b.Do(request{Path: c.path("/starts?day=nonsense")}).Want(t, "no day", http.StatusUnprocessableEntity, "validation")
}

// The page offers what the club can take for this very booking.
func TestPayWays_AreThoseThatCanCollectThePrice(t *testing.T) {
	t.Parallel()
	l := setupPayments(t, nil)
	held := l.hold(l.member, l.club, l.club.slot("18:00", "19:00", l.club.nets[0]))
	a := l.Do(request{Path: l.club.path("/bookings/%d/pay-ways", held.ID), Token: l.member})
	a.Want(t, "ways", http.StatusOK, "")
	var ways struct{ Items []PayWayBody }
	a.Into(t, &ways)
	if len(ways.Items) != 4 || ways.Items[0].Provider != "razorpay" || ways.Items[0].Amount != held.Price {
		t.Errorf("%+v, the price is %+v", ways.Items, held.Price)
	}
	l.Do(request{Path: l.club.path("/bookings/%d/pay-ways", held.ID), Token: l.bundle.member()}).Want(t, "of another", http.StatusNotFound, "no-booking")
}

// A hold replaces the tokens of its day and of the day before, whose evening may reach into it. The answer about the day before has not changed.
func TestStarts_OfTheDayBeforeAHoldAreNotModified(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	for _, route := range []string{"/starts?day=%s&minutes=60", "/availability?from=%s", "/free?from=%s"} {
		path := c.path(route, c.day-1)
		tag := b.Do(request{Path: path, Token: member}).Header.Get("ETag")
		b.hold(b.member(), c, c.slot("10:00", "11:00", c.nets[0]))
		again := b.Do(request{Path: path, Token: member, Headers: map[string]string{"If-None-Match": tag}})
		if again.Status != http.StatusNotModified || again.Header.Get("ETag") != tag {
			t.Errorf("%s: %d, ETag %s, was %s", path, again.Status, again.Header.Get("ETag"), tag)
		}
		c.nets = c.nets[1:]
	}
}
