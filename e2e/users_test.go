package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

func TestUsers_TheCardBansLiftsAndGivesPremiumOnceToAdminsOnly(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	post(t, s.Scene, "Golden.River.2014.mkv")
	found(t, s.member, "golden river", "1 file")
	card := func() *tg.Message {
		t.Helper()
		before := lastID(t, s.admin)
		say(t, s.admin, fmt.Sprintf("/users %d", s.member.ID))
		m, err := s.admin.Await(t.Context(), sandbox.BotName, func(m *tg.Message) bool { return m.ID > before && strings.Contains(m.Message, "Last active: ") })
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	screen := card()
	shutOut := screen.ReplyMarkup.(*tg.ReplyInlineMarkup).Rows[0].Buttons[0].(*tg.KeyboardButtonCallback).Data //nolint:forcetypeassert // our own keyboard
	tap(t, s.admin, screen, "Shut out…")
	tap(t, s.admin, await(t, s.admin, "For how long is"), "7 days")
	await(t, s.admin, "What is the reason?")
	say(t, s.admin, "posts links")
	await(t, s.admin, "is shut out until")
	say(t, s.member, "golden")
	await(t, s.member, "The reason: posts links")
	if n := s.count(t, `SELECT count(*) FROM ban WHERE reason = 'posts links' AND until BETWEEN now() + interval '6 days' AND now() + interval '8 days'`); n != 1 {
		t.Errorf("%d bans of a week", n)
	}
	tap(t, s.admin, card(), "Let ")
	await(t, s.admin, "Nobody is shut out.")
	tap(t, s.admin, card(), "Shut out…")
	tap(t, s.admin, await(t, s.admin, "For how long is"), "For good")
	tap(t, s.admin, await(t, s.admin, "What is the reason?"), "No reason")
	await(t, s.admin, "is shut out for good")
	if n := s.count(t, `SELECT count(*) FROM ban WHERE reason = '' AND until IS NULL`); n != 1 {
		t.Errorf("%d bans for good", n)
	}
	tap(t, s.admin, card(), "Let ")

	tap(t, s.admin, card(), "⭐ Premium")
	person := await(t, s.admin, "⭐ Premium of")
	tap(t, s.admin, person, "Give Gold, 30 days")
	if answer := tap(t, s.admin, person, "Give Gold, 30 days"); !strings.Contains(answer.Message, "has just changed") { // the button of the first screen
		t.Errorf("the same button again: %q", answer.Message)
	}
	if n := s.entitlements(t, s.member.ID); n != 1 {
		t.Errorf("%d entitlements of one tap", n)
	}
	say(t, s.admin, "/stats")
	stats := await(t, s.admin, "📊 Figures").Message
	for _, want := range []string{"Gold: held by 1 (0 bought, 1 given)", "Income: ⭐ 0", "Ends within 7 days for 0"} {
		if !strings.Contains(stats, want) {
			t.Errorf("no %q in %q", want, stats)
		}
	}
	tap(t, s.admin, await(t, s.admin, "⭐ Premium of"), "Take back Gold")
	until(t, "it is taken back", func() bool {
		return s.count(t, `SELECT count(*) FROM entitlement WHERE ended_at IS NOT NULL`) == 1
	})

	// Who is no admin cannot use the button, though the data is known.
	peer := peer(t, s.member)
	forged := []byte(strings.Replace(string(shutOut), strings.Split(string(shutOut), ":")[1], strconv.FormatInt(s.member.ID, 36), 1))
	if answer, err := s.member.TapData(t.Context(), peer, found(t, s.member, "golden river", "1 file").ID, forged); err != nil || !strings.Contains(answer.Message, "for the club's admins") {
		t.Errorf("a forged button: %+v, %v", answer, err)
	}
}

func TestPages_UsersAndDeletionsHaveTheRulesOfTheChat(t *testing.T) {
	t.Parallel()
	s, admin, member, operator := operatorScene(t)
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("Golden.River.S02E%02d.mkv", i+1))
	}
	post(t, s, names...)
	found(t, member, "golden river", "12 files")
	say(t, admin, "/premium add 30 100 500 Gold")
	await(t, admin, "1. Gold: 30 days")

	want := func(page string, fields any, status int, part string) string {
		t.Helper()
		got, body := postOperator(t, operator+page, fields)
		if got != status || !strings.Contains(body, part) {
			t.Errorf("%s %v: %d %s, want %d with %s", page, fields, got, body, status, part)
		}
		return body
	}
	type step = map[string]any
	var draft struct {
		ID, Count int
		Samples   []string
	}
	if err := json.Unmarshal([]byte(want("deletions", step{"find": "golden river"}, http.StatusOK, `"count": 12`)), &draft); err != nil || len(draft.Samples) != 10 {
		t.Fatalf("%+v, %v", draft, err)
	}
	found(t, member, "golden river", "12 files") // a draft hides nothing
	want("deletions", step{"confirm": draft.ID, "count": 11}, http.StatusConflict, "deletion-count")
	want("deletions", step{"confirm": draft.ID}, http.StatusUnprocessableEntity, "deletion-step")
	want("deletions", step{"confirm": draft.ID, "count": 12}, http.StatusOK, `"state": "hidden"`)
	until(t, "the files are hidden", func() bool { return strings.Contains(ask(t, member, "golden river").Message, "Nothing found") })
	want("deletions", step{"undo": draft.ID}, http.StatusOK, `"state": "undone"`)
	until(t, "the files are back", func() bool { return strings.Contains(ask(t, member, "golden river").Message, "12 files") })
	want("deletions", step{"find": "zebra xylophone"}, http.StatusNotFound, "")

	who := member.ID
	if status, body := get(t, fmt.Sprintf("%susers?person=%d", operator, who), operatorToken); status != http.StatusOK || !strings.Contains(body, `"seen": "`) || strings.Contains(body, `"ban"`) {
		t.Errorf("%d %s", status, body)
	}
	want("users", step{"person": who, "ban": step{"hours": 24, "reason": "posts links"}}, http.StatusOK, `"reason": "posts links"`)
	say(t, member, "golden")
	await(t, member, "The reason: posts links")
	want("users", step{"person": admin.ID, "ban": step{"hours": 24}}, http.StatusForbidden, "ban-admin")
	want("users", step{"person": who, "unban": true}, http.StatusOK, `"premium": []`)
	want("users", step{"person": who, "unban": true}, http.StatusNotFound, "not-banned")
	gift := step{"person": who, "give": step{"plan": 1, "days": 30, "newest": 0}}
	want("users", gift, http.StatusOK, `"title": "Gold"`)
	want("users", gift, http.StatusConflict, "entitlement-changed")
	want("users", step{"person": who}, http.StatusUnprocessableEntity, "user-step")
	if _, body := get(t, operator+"stats", operatorToken); !strings.Contains(body, `"given": 1`) || !strings.Contains(body, `"expiring_7_days": 0`) {
		t.Errorf("stats: %s", body)
	}
	want("users", step{"person": who, "take_back": 1}, http.StatusOK, `"premium": []`)
	if _, body := get(t, operator+"users", operatorToken); !strings.Contains(body, `"banned": 0`) {
		t.Errorf("bans: %s", body)
	}
}

// Links are made by admins, or by all if the setting says so; help and menus say the same.
func TestHelp_LinksAreListedForThoseWhoMayMakeThem(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	lists := func() bool { return strings.Contains(strings.Join(helpCommands(t, member), " ")+" ", " link ") }
	if lists() {
		t.Error("a member's help names /link, which is for admins")
	}
	if !strings.Contains(strings.Join(helpCommands(t, admin), " ")+" ", " link ") {
		t.Error("an admin's help does not name /link")
	}
	say(t, admin, "/delivery")
	tap(t, admin, await(t, admin, "📦 Deliveries"), "Everybody makes links")
	until(t, "a member's help names /link", func() bool {
		forget(t, member)
		return lists()
	})
	until(t, "everybody's menu has /link", func() bool {
		names := ""
		for _, c := range s.DC.World().Menu(s.BotID, world.UserPeer(member.ID), member.ID) {
			names += c.Command + " "
		}
		return strings.Contains(names, "link links ")
	})
}
