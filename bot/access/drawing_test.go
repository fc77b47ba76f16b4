package access

import (
	"errors"
	"testing"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
)

func TestScreens_AreDrawnInEveryLanguage(t *testing.T) {
	t.Parallel()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 29, 18, 40, 0, 0, time.UTC)
	forEver := access.Ban{Person: 5_000_000_001, At: at}
	week := access.Ban{Person: 5_000_000_002, Reason: "posts links", Until: at.Add(7 * 24 * time.Hour), At: at}
	limits := access.DefaultSettings()
	limits.Inline, limits.FilesPerDay = 0, 0
	some := access.Allowance{Limit: 10, Left: 3, Ends: at.Add(5 * time.Hour)}
	used := access.Allowance{Limit: 10, Ends: at.Add(20 * time.Minute)}
	for _, language := range book.Languages() {
		in := book.In(language)
		golden.Check(t, "quota."+language, quotaNote(in, some, at)+"\n"+quotaNote(in, used, at)+"\n"+quotaUsed(in, used, at)+"\n"+quotaText(in, some, at)+"\n"+
			quotaText(in, used, at)+"\n"+quotaText(in, access.Allowance{}, at)+"\n")
		d := drawing{in: in, owner: 7, zone: time.FixedZone("IST", 19_800)}
		golden.Check(t, "refusals."+language, banText(in, forEver, d.zone)+"\n"+banText(in, week, d.zone)+"\n"+limitText(in, 100*time.Millisecond)+"\n"+
			limitText(in, 61*time.Second)+"\n"+limitText(in, 23*time.Hour+time.Minute)+"\n")
		golden.Check(t, "banned."+language, telegramtest.Drawn(d.banned(week, "Asha")))
		golden.Check(t, "bans."+language, telegramtest.Drawn(d.bans([]access.Ban{forEver, week}, 1, 25)))
		golden.Check(t, "no_bans."+language, telegramtest.Drawn(d.bans(nil, 0, 0)))
		golden.Check(t, "limits."+language, telegramtest.Drawn(d.limits(access.DefaultSettings())))
		golden.Check(t, "limits_off."+language, telegramtest.Drawn(d.limits(limits)))
	}
}

func TestParseBan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]banOrder{
		"":                       {},
		"123456789":              {person: 123456789},
		"123456789 7d posts ads": {person: 123456789, length: 7 * 24 * time.Hour, reason: "posts ads"},
		"@asha_k 12h":            {username: "asha_k", length: 12 * time.Hour},
		"7d posts ads":           {length: 7 * 24 * time.Hour, reason: "posts ads"},
		"3 warnings":             {reason: "3 warnings"},
		"posts 7d":               {reason: "posts 7d"},
	} {
		if got, err := parseBan(text); got != want || err != nil {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if _, err := parseBan("123456789 0d"); !errors.Is(err, access.ErrBanLength) {
		t.Errorf("no length: %v", err)
	}
}

func FuzzParseBan(f *testing.F) {
	for _, s := range []string{"123456789 7d spam", "@name", "9999999999999999999", "-1", "१२३४५ 7d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parseBan(text)
		if err == nil && (o.person < 0 || o.length < 0 || len(o.reason) > len(text)) {
			t.Errorf("%q: %+v", text, o)
		}
	})
}

func TestParseLimit(t *testing.T) {
	t.Parallel()
	now := access.DefaultSettings()
	for kind := range access.Kinds {
		if got, err := parseLimit(now, kind.String()+" 17"); err != nil || got != now.WithBudget(kind, 17) {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
	}
	if got, err := parseLimit(now, "Files OFF"); err != nil || got.FilesPerDay != 0 || got.Searches != now.Searches {
		t.Errorf("files: %+v, %v", got, err)
	}
	for text, want := range map[string]error{
		"searches": errLimitArgs, "searches many": errLimitArgs, "shoes 3": errLimitArgs, "searches 3 4": errLimitArgs, "searches 99999999": errLimitArgs,
		"searches -1": access.ErrBounds, "taps 10001": access.ErrBounds, "files 100001": access.ErrBounds,
	} {
		if _, err := parseLimit(now, text); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

// A button's data may come from anybody, so its person is checked before its payload.
func TestTapBans_IsForAdminsOnly(t *testing.T) {
	t.Parallel()
	s := New(Deps{IsAdmin: func(person int64) bool { return person == 7 }})
	for _, payload := range []string{"lift:1:0", "list:0", "ban?:1", "why:1:24", "ban:1:24", "", "lift", "drop:1"} {
		if err := s.tapBans(t.Context(), &telegram.Event{Kind: telegram.Tap, From: telegram.Person{ID: 8}}, chat.Data{Payload: payload}); !errors.Is(err, chat.ErrAdminsOnly) {
			t.Errorf("%q: %v", payload, err)
		}
	}
	for _, payload := range []string{"", "lift", "drop:1", "lift:1:0:0", "list:-1", "ban?", "why:1", "ban:1:zzzzz"} {
		if err := s.tapBans(t.Context(), &telegram.Event{Kind: telegram.Tap, From: telegram.Person{ID: 7}}, chat.Data{Payload: payload}); !errors.Is(err, chat.ErrButton) {
			t.Errorf("%q: %v", payload, err)
		}
	}
}
