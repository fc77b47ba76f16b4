package nets

import (
	"fmt"
	"net/http"
	"testing"

	"pavilion/booking"
)

// withChannels is a server that can send e-mails.
func withChannels(w *wiring) {
	w.nets.Channels = []booking.Channel{booking.ByTelegram, booking.ByEmail}
}

func TestMe_HasTheRoleInEachClub(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	first, second := b.club(nil), b.club(nil)
	id := someone()
	boss := booking.Actor{ID: adminID, Role: booking.Admin, Origin: "http"}
	if err := b.booking.SaveMember(t.Context(), boss, second.id, booking.MemberID(id), booking.Staff); err != nil {
		t.Fatal(err)
	}
	b.Do(request{Path: "/api/v1/me"}).Want(t, "nobody", 401, "sign-in-required")
	var me MeBody
	b.Do(request{Path: "/api/v1/me", Token: b.signIn(id)}).Into(t, &me)
	want := fmt.Sprint([]ClubRoleBody{{int64(first.id), "guest"}, {int64(second.id), "staff"}})
	if me.ID != id || me.Operator || me.Language != "hi" || !me.MayWrite || fmt.Sprint(me.Roles) != want {
		t.Errorf("%+v", me)
	}
	b.Do(request{Path: "/api/v1/me", Token: b.signIn(adminID)}).Into(t, &me)
	if !me.Operator || me.MayWrite || me.Roles[0].Role != "admin" {
		t.Errorf("an admin of the settings: %+v", me)
	}
}

// An address counts once its code was typed. Wrong codes are counted although their requests are refused.
func TestMe_ChoosesHowToBeNotified(t *testing.T) {
	t.Parallel()
	b := setup(t, withChannels)
	id := someone()
	member := b.signIn(id)
	read := func() (s NotificationSettingsBody) {
		t.Helper()
		b.Do(request{Path: "/api/v1/me/notifications", Token: member}).Into(t, &s)
		return s
	}
	if s := read(); fmt.Sprint(s.Channels) != "[telegram email]" || s.Quiet != nil || len(s.Addresses) != 0 {
		t.Errorf("at first %+v", s)
	}
	choose := func(body map[string]any) answer {
		return b.Do(request{Method: http.MethodPost, Path: "/api/v1/me/notifications", Token: member, Key: key(), Body: body})
	}
	choose(map[string]any{"channels": []string{"sms"}}).Want(t, "a channel that the server does not have", 422, "not-offered")
	choose(map[string]any{"channels": []string{"email", "email"}}).Want(t, "one twice", 422, "channels")
	choose(map[string]any{"channels": []string{"email"}, "quiet": map[string]int{"from": 60, "to": 60}}).Want(t, "quiet for no time", 422, "quiet-hours")
	choose(map[string]any{"channels": []string{"email", "telegram"}, "quiet": map[string]int{"from": 1320, "to": 420}}).Want(t, "choose", 200, "")
	if s := read(); fmt.Sprint(s.Channels) != "[email telegram]" || s.Quiet == nil || *s.Quiet != (QuietBody{1320, 420}) {
		t.Errorf("chosen: %+v", s)
	}
	set := func(channel, address string) answer {
		return b.Do(request{Method: http.MethodPost, Path: "/api/v1/me/addresses", Token: member, Body: map[string]string{"channel": channel, "address": address}})
	}
	set("sms", "+919876543210").Want(t, "a channel that the server does not have", 422, "not-offered")
	set("email", "zoya").Want(t, "no address", 422, "address")
	set("email", "zoya@example.org").Want(t, "an address", 200, "")
	set("email", "zoya@example.org").Want(t, "at once again", 429, "code-soon")
	if _, err := b.db.Exec(t.Context(), `UPDATE contact_address SET code_hash = sha256('123456'), code_until = booking_clock() + interval '1 minute', code_tries = 3 WHERE member_id = $1`, id); err != nil {
		t.Fatal(err)
	}
	confirm := func(code string) answer {
		return b.Do(request{Method: http.MethodPost, Path: "/api/v1/me/addresses/email/confirmation", Token: member, Body: map[string]string{"code": code}})
	}
	confirm("654321").Want(t, "another code", 422, "code")
	confirm("123456").Want(t, "the code, after four wrong ones", 200, "")
	if s := read(); len(s.Addresses) != 1 || !s.Addresses[0].Confirmed || s.Addresses[0].Address != "zoya@example.org" {
		t.Errorf("confirmed: %+v", s)
	}
	b.Do(request{Method: http.MethodDelete, Path: "/api/v1/me/addresses/email", Token: member}).Want(t, "remove", 200, "")
	if s := read(); len(s.Addresses) != 0 {
		t.Errorf("removed: %+v", s)
	}
}

func TestMe_WrongCodesAreCounted(t *testing.T) {
	t.Parallel()
	b := setup(t, withChannels)
	id := someone()
	member := b.signIn(id)
	b.Do(request{Method: http.MethodPost, Path: "/api/v1/me/addresses", Token: member, Body: map[string]string{"channel": "email", "address": "zoya@example.org"}}).Want(t, "an address", 200, "")
	if _, err := b.db.Exec(t.Context(), `UPDATE contact_address SET code_hash = sha256('123456'), code_until = booking_clock() + interval '1 minute', code_tries = 0 WHERE member_id = $1`, id); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{422, 422, 422, 422, 422, 429} {
		a := b.Do(request{Method: http.MethodPost, Path: "/api/v1/me/addresses/email/confirmation", Token: member, Body: map[string]string{"code": "000000"}})
		if a.Status != want {
			t.Errorf("wrong code %d: %d %s", i+1, a.Status, a.Body)
		}
	}
}
