package nets

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pavilion/booking"
	"pavilion/web"
)

// makeFeed makes a calendar feed, which must succeed.
func (b *bundle) makeFeed(token string, c testClub, body map[string]any) NewFeedBody {
	b.t.Helper()
	a := b.Do(request{Method: http.MethodPost, Path: c.path("/calendars"), Token: token, Body: body})
	if a.Status != http.StatusCreated {
		b.t.Fatalf("make a feed: %d %s", a.Status, a.Body)
	}
	var made NewFeedBody
	a.Into(b.t, &made)
	return made
}

// events are the events of a calendar by the number of their booking.
func events(t *testing.T, a answer) map[string]string {
	t.Helper()
	file := string(a.Body)
	if a.Status != http.StatusOK || !strings.HasPrefix(file, "BEGIN:VCALENDAR\r\n") || strings.Count(file, "\n") != strings.Count(file, "\r\n") || !strings.Contains(file, "\r\nMETHOD:PUBLISH\r\n") {
		t.Fatalf("%d %q", a.Status, file)
	}
	found := map[string]string{}
	for _, part := range strings.Split(file, "BEGIN:VEVENT")[1:] {
		_, uid, _ := strings.Cut(part, "UID:booking-")
		_, id, _ := strings.Cut(uid, "-")
		id, _, _ = strings.Cut(id, "@")
		found[id] = part
	}
	return found
}

// A feed has the bookings of its owner and no holds; one that is cancelled later stays as cancelled, one that never was a booking does not appear.
func TestFeed_KeepsCancelledBookingsAndHasNoHolds(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member, other := b.member(), b.member()
	feed := b.makeFeed(member, c, map[string]any{"kind": "member"})
	kept, cancelled := b.hold(member, c, c.slot("06:00", "07:00", c.nets[0])), b.hold(member, c, c.slot("08:00", "09:00", c.nets[0]))
	held, dropped := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0])), b.hold(member, c, c.slot("12:00", "13:00", c.nets[0]))
	theirs := b.hold(other, c, c.slot("14:00", "15:00", c.nets[0]))
	for token, list := range map[string][]BookingBody{member: {kept, cancelled}, other: {theirs}} {
		for _, x := range list {
			b.act(token, c, x.ID, "confirm", nil).Want(t, "confirm", 200, "")
		}
	}
	first := b.Do(request{Path: feed.Path})
	if list := events(t, first); len(list) != 2 {
		t.Errorf("%d events before the cancellation", len(list))
	}
	b.act(member, c, cancelled.ID, "cancel", nil).Want(t, "cancel", 200, "")
	b.act(member, c, dropped.ID, "cancel", nil).Want(t, "give up", 200, "")
	tag := first.Header.Get("ETag")
	second := b.Do(request{Path: feed.Path, Headers: map[string]string{"If-None-Match": tag}})
	list := events(t, second)
	if len(list) != 2 || !strings.Contains(list[fmt.Sprint(kept.ID)], "STATUS:CONFIRMED") || !strings.Contains(list[fmt.Sprint(cancelled.ID)], "STATUS:CANCELLED") {
		t.Errorf("the hold is %d, the one that was given up %d, the feed has %v", held.ID, dropped.ID, list)
	}
	third := b.Do(request{Path: feed.Path, Headers: map[string]string{"If-None-Match": second.Header.Get("ETag")}})
	if third.Status != http.StatusNotModified || len(third.Body) > 0 || tag == second.Header.Get("ETag") {
		t.Errorf("unchanged: %d %q", third.Status, third.Body)
	}
}

// The address is shown once. A renewed, a revoked and a restored feed is no more.
func TestFeed_AddressIsShownOnceAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	member := b.member()
	first := b.makeFeed(member, c, map[string]any{"kind": "member"})
	second := b.makeFeed(member, c, map[string]any{"kind": "member"})
	b.Do(request{Path: first.Path}).Want(t, "renewed", 404, "no-feed")
	a := b.Do(request{Path: c.path("/calendars"), Token: member})
	var list web.ListOf[FeedBody]
	a.Into(t, &list)
	if len(list.Items) != 1 || list.Items[0].ID != second.ID || strings.Contains(string(a.Body), "nets.ics") {
		t.Errorf("%s", a.Body)
	}
	remove := request{Method: http.MethodDelete, Path: c.path("/calendars/%d", second.ID), Token: b.member()}
	b.Do(remove).Want(t, "revoked by another", 404, "no-feed")
	b.Do(request{Path: second.Path}).Want(t, "still there", 200, "")
	remove.Token = member
	b.Do(remove).Want(t, "revoked", 200, "")
	b.Do(request{Path: second.Path}).Want(t, "read after that", 404, "no-feed")
	third := b.makeFeed(member, c, map[string]any{"kind": "member"})
	if _, err := b.db.Exec(t.Context(), `UPDATE calendar_feed SET incarnation = 'of the backup'`); err != nil {
		t.Fatal(err)
	}
	b.Do(request{Path: third.Path}).Want(t, "restored elsewhere", 404, "no-feed")
	if strings.Contains(b.log.String(), strings.Split(third.Path, "/")[4]) {
		t.Error("the log has the token of a feed")
	}
}

// What a feed shows follows the present role of its owner.
func TestFeed_ShowsWhatTheOwnerMaySeeNow(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	boss := booking.Actor{ID: adminID, Role: booking.Admin, Origin: "http"}
	staffID, playerID := someone(), someone()
	role := func(r booking.Role) {
		t.Helper()
		if err := b.booking.SaveMember(t.Context(), boss, c.id, booking.MemberID(staffID), r); err != nil {
			t.Fatal(err)
		}
	}
	role(booking.Staff)
	staff, player := b.signIn(staffID), b.signIn(playerID)
	booked := b.hold(player, c, map[string]any{"nets": c.nets[:1], "start": c.at("06:00"), "end": c.at("07:00"), "note": "left-handed"})
	b.act(player, c, booked.ID, "confirm", nil).Want(t, "confirm", 200, "")
	elsewhere := b.hold(player, c, c.slot("06:00", "07:00", c.nets[1]))
	b.act(player, c, elsewhere.ID, "confirm", nil).Want(t, "confirm", 200, "")

	b.Do(request{Method: http.MethodPost, Path: c.path("/calendars"), Token: player, Body: map[string]any{"kind": "staff"}}).Want(t, "a member's feed of the staff", 403, "forbidden")
	b.Do(request{Method: http.MethodPost, Path: c.path("/calendars"), Token: player, Body: map[string]any{"kind": "net"}}).Want(t, "a feed of no net", 404, "no-net")
	all := b.makeFeed(staff, c, map[string]any{"kind": "staff"})
	net := b.makeFeed(staff, c, map[string]any{"kind": "net", "net": c.nets[0]})
	ofPlayer := b.makeFeed(player, c, map[string]any{"kind": "net", "net": c.nets[0]})
	if list := events(t, b.Do(request{Path: all.Path})); len(list) != 2 || !strings.Contains(list[fmt.Sprint(booked.ID)], "left-handed") {
		t.Errorf("the staff's feed: %v", list)
	}
	if list := events(t, b.Do(request{Path: net.Path})); len(list) != 1 || !strings.Contains(list[fmt.Sprint(booked.ID)], "left-handed") {
		t.Errorf("the net's feed of the staff: %v", list)
	}
	if list := events(t, b.Do(request{Path: ofPlayer.Path})); len(list) != 1 || strings.Contains(list[fmt.Sprint(booked.ID)], "left-handed") {
		t.Errorf("the net's feed of a member: %v", list)
	}
	role(booking.Player)
	b.Do(request{Path: all.Path}).Want(t, "no staff any more", 404, "no-feed")
	if list := events(t, b.Do(request{Path: net.Path})); strings.Contains(list[fmt.Sprint(booked.ID)], "left-handed") {
		t.Errorf("the net's feed of one who was staff: %v", list)
	}
}
