package access

import (
	"strings"
	"testing"
	"time"

	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
)

// memberScreens are the screens of required channels and of premium.
func memberScreens(in *phrase.Speaker) map[string]telegram.Reply {
	news := access.RequiredChannel{ID: 5, Title: "Club News", Link: "https://t.me/club_news", Need: access.NeedMember}
	inner := access.RequiredChannel{ID: 6, Title: "Inner \u202eCircle", Link: "https://t.me/+abc", Need: access.NeedRequest, Approve: true}
	both := []access.RequiredChannel{news, inner}
	zone := time.FixedZone("IST", 19_800)
	d := planDrawing{in: in, owner: 7, zone: zone}
	at := time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)
	gold := access.Plan{ID: 1, Title: "Gold", Days: 30, Stars: 150, Monthly: true, Perks: access.Perks{FilesPerDay: 500, Unprotected: true, Priority: true}, Version: 2}
	gift := access.Plan{ID: 2, Title: "Guest", Days: 1, Perks: access.Perks{FilesPerDay: 1}, Withdrawn: true, Version: 1}
	bought := access.Entitlement{ID: 4, Person: 9, Plan: 1, Title: "Gold", Charge: "stx1", From: at, Until: at.Add(30 * 24 * time.Hour)}
	next, given := bought, bought
	next.ID, next.From, next.Until, next.Renews = 5, bought.Until, bought.Until.Add(30*24*time.Hour), true
	given.ID, given.Charge, given.Plan, given.Title = 6, "", 2, "Guest"
	u := access.Purchase{Reference: "00", Plan: 1, Buyer: 7, Receiver: 7, Days: 30, Stars: 150, Link: "https://t.me/$abc"}
	all := []access.Entitlement{bought, next, given}
	paid := []access.Bought{{Charge: "stx1", Title: "Gold", Stars: 150, At: at}, {Charge: "stx2", Title: "Gold", Stars: 1, At: at, Refund: access.RefundDone}}
	return map[string]telegram.Reply{
		"join":           joinScreen{in: in, owner: 7, missing: []access.MissingOf{{Channels: both}}, wait: 12}.draw(),
		"join_any":       joinScreen{in: in, owner: 7, missing: []access.MissingOf{{Channels: both, Any: true}}}.draw(),
		"join_lists":     joinScreen{in: in, owner: 7, missing: []access.MissingOf{{Channels: both[:1]}, {Channels: both, Any: true}}, wait: 12}.draw(),
		"required":       requiredList{in: in, owner: 7, list: access.RequiredList{Channels: both}, version: 3}.draw(),
		"required_any":   requiredList{in: in, owner: 7, list: access.RequiredList{Channels: both, Any: true}, version: 3}.draw(),
		"required_none":  requiredList{in: in, owner: 7}.draw(),
		"plans":          plansView{planDrawing: d, plans: []access.Plan{gold, gift}, has: all}.draw(),
		"plans_none":     plansView{planDrawing: d}.draw(),
		"plans_new":      plansView{planDrawing: d, plans: []access.Plan{gold}}.draw(),
		"subscribe":      d.subscription(gold, u),
		"cancel":         d.askCancel(access.Bought{Title: "Gold", Purchase: u}),
		"premium":        d.planList([]access.Plan{gold, gift}),
		"premium_none":   d.planList(nil),
		"person":         personView{planDrawing: d, person: 9, has: all, newest: 6, plans: []access.Plan{gold, gift}}.draw(),
		"person_nothing": personView{planDrawing: d, person: 9}.draw(),
		"refund":         d.askRefund(bought),
		"support":        {Text: d.support(paid)},
		"invoice":        {Text: d.invoice(gold, u).About},
	}
}

func TestMembers_ScreensLookAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range book.Languages() {
		for name, reply := range memberScreens(book.In(language)) {
			golden.Check(t, name+"."+language, telegramtest.Drawn(reply))
			for _, row := range reply.Keyboard {
				for _, b := range row {
					if len(b.Data) == 0 || len(b.Data) > 64 {
						t.Errorf("%s: the data of %q has %d bytes", name, b.Text, len(b.Data))
					}
				}
			}
		}
	}
}

func TestParsePlan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]access.Plan{
		"30 100 500 Gold": {Days: 30, Stars: 100, Perks: access.Perks{FilesPerDay: 500}, Title: "Gold"},
		"30 100 0 monthly Priority unprotected A b c": {Days: 30, Stars: 100, Monthly: true, Perks: access.Perks{Priority: true, Unprotected: true}, Title: "A b c"},
		"7 0 50 Gold monthly":                         {Days: 7, Perks: access.Perks{FilesPerDay: 50}, Title: "Gold monthly"},
	} {
		if got, ok := parsePlan(strings.Fields(text)); !ok || got != want {
			t.Errorf("%q: %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "30 100 500", "30 100 x Gold", "30 100 500 monthly"} {
		if _, ok := parsePlan(strings.Fields(text)); ok {
			t.Errorf("%q is a plan", text)
		}
	}
}

func TestParseChannel(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]telegram.PostLink{
		"@club_news": {Username: "club_news"}, "https://t.me/club_news": {Username: "club_news"}, "-1001234567890": {Channel: 1234567890}, "https://t.me/c/1234567890/5": {Channel: 1234567890, Message: 5},
	} {
		if got, ok := parseChannel(text); !ok || got != want {
			t.Errorf("%q: %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "club", "-100", "-100x", "https://example.com/club"} {
		if got, ok := parseChannel(text); ok {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func FuzzMemberTaps(f *testing.F) {
	f.Add("again:c")
	f.Add("need:3:5")
	f.Add("refund?:9:4")
	f.Add("give:1:9:4")
	f.Fuzz(func(t *testing.T, payload string) {
		if p, err := parseJoinTap(payload); err == nil {
			if again, err := parseJoinTap(p.encode()); err != nil || again != p {
				t.Errorf("%q is %+v, then %+v, %v", payload, p, again, err)
			}
		}
		if p, err := parsePlanTap(payload); err == nil {
			if again, err := parsePlanTap(p.encode()); err != nil || again != p {
				t.Errorf("%q is %+v, then %+v, %v", payload, p, again, err)
			}
		}
	})
}
