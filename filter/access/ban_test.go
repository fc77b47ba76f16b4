package access_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

const theAdmin = filter.UserID(7)

func newBans(t *testing.T, url string, now func() time.Time) *access.Bans {
	t.Helper()
	bans, err := access.NewBans(openPostgres(t, url), access.BansOptions{
		IsAdmin: func(person filter.UserID) bool { return person == theAdmin }, Logger: slog.New(slog.DiscardHandler), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return bans
}

func TestBans_ApplyUntilTheirEndAndAreToldOnce(t *testing.T) {
	t.Parallel()
	c := &clock{}
	bans, person := newBans(t, shared.PostgresURL, c.now), someone()
	if _, banned := bans.Of(t.Context(), person); banned {
		t.Fatal("banned before any ban")
	}
	ban, err := bans.Add(t.Context(), person, theAdmin, time.Hour, " too  many\nrequests ")
	if err != nil || ban.Reason != "too many requests" || ban.By != theAdmin {
		t.Fatalf("%+v, %v", ban, err)
	}
	got, banned := bans.Of(t.Context(), person)
	if !banned || !got.Until.Equal(ban.Until) || got.Until.Sub(got.At) != time.Hour {
		t.Errorf("banned %v: %+v", banned, got)
	}
	again := newBans(t, shared.PostgresURL, c.now) // another process
	again.Of(t.Context(), person)
	if !bans.Tell(t.Context(), got) || bans.Tell(t.Context(), got) || again.Tell(t.Context(), got) {
		t.Error("a ban is told once, whichever process tells it")
	}
	if ban, err = bans.Add(t.Context(), person, theAdmin, time.Hour, "once more"); err != nil {
		t.Fatal(err)
	}
	if got, banned = bans.Of(t.Context(), person); !banned || got.Reason != ban.Reason || !bans.Tell(t.Context(), got) || bans.Tell(t.Context(), got) {
		t.Errorf("another ban is told other than once: %v, %+v", banned, got)
	}
	c.advance(time.Hour + time.Second)
	if _, banned := bans.Of(t.Context(), person); banned {
		t.Error("banned after the end")
	}
}

func TestBans_NeverConcernAnAdmin(t *testing.T) {
	t.Parallel()
	bans := newBans(t, shared.PostgresURL, time.Now)
	if _, err := bans.Add(t.Context(), theAdmin, theAdmin, 0, ""); !errors.Is(err, access.ErrBanAdmin) {
		t.Errorf("ban of an admin: %v", err)
	}
	// Somebody who is banned and becomes an admin later.
	if _, err := openPostgres(t, shared.PostgresURL).Exec(t.Context(), `INSERT INTO ban (person, reason, banned_by) VALUES ($1, '', 8) ON CONFLICT DO NOTHING`, theAdmin); err != nil {
		t.Fatal(err)
	}
	if _, banned := bans.Of(t.Context(), theAdmin); banned {
		t.Error("an admin is kept out")
	}
}

func TestBans_LiftedOnesAreGoneAtOnce(t *testing.T) {
	t.Parallel()
	bans, person := newBans(t, shared.PostgresURL, time.Now), someone()
	if err := bans.Lift(t.Context(), person); !errors.Is(err, access.ErrNotBanned) {
		t.Errorf("without a ban: %v", err)
	}
	if _, err := bans.Add(t.Context(), person, theAdmin, 0, "rude"); err != nil {
		t.Fatal(err)
	}
	if b, banned := bans.Of(t.Context(), person); !banned || !b.Until.IsZero() {
		t.Errorf("%v %+v", banned, b)
	}
	list, total, err := bans.List(t.Context(), 0, 100)
	if err != nil || total != len(list) || !slices.ContainsFunc(list, func(b access.Ban) bool { return b.Person == person }) {
		t.Errorf("%d of %d, %v", len(list), total, err)
	}
	if err := bans.Lift(t.Context(), person); err != nil {
		t.Fatal(err)
	}
	if _, banned := bans.Of(t.Context(), person); banned {
		t.Error("still banned")
	}
	if _, err := bans.Add(t.Context(), person, theAdmin, 0, strings.Repeat("ü", access.MaxReason+1)); !errors.Is(err, access.ErrBanReason) {
		t.Errorf("a long reason: %v", err)
	}
}

func TestBans_WithoutPostgresTheLastKnownOnesApply(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(e.PostgresURL)})
	if err == nil {
		_, err = migrations.Up(t.Context(), db)
		db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{}
	bans, person := newBans(t, e.PostgresURL, c.now), someone()
	if _, err := bans.Add(t.Context(), person, theAdmin, 0, ""); err != nil {
		t.Fatal(err)
	}
	ban, banned := bans.Of(t.Context(), person)
	if !banned {
		t.Fatal("not banned")
	}
	c.advance(time.Hour)
	// First Postgres hangs, then it is down.
	hanging, err := openPostgres(t, e.PostgresURL).Begin(t.Context())
	if err == nil {
		_, err = hanging.Exec(t.Context(), "LOCK TABLE ban")
	}
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for range 10 {
		if _, banned := bans.Of(t.Context(), person); !banned {
			t.Fatal("a known ban does not apply in an outage")
		}
		if _, banned := bans.Of(t.Context(), someone()); banned {
			t.Fatal("an unknown person is kept out")
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("20 look-ups took %s; only the first may wait", took)
	}
	if err := hanging.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.StopPostgres()
	if !bans.Tell(t.Context(), ban) || bans.Tell(t.Context(), ban) {
		t.Error("told other than once in an outage")
	}
	if _, err := bans.Add(t.Context(), someone(), theAdmin, 0, ""); err == nil {
		t.Error("a ban was stored without Postgres")
	}
}

func TestParseLength(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]time.Duration{"30m": 30 * time.Minute, "12h": 12 * time.Hour, "7d": 7 * 24 * time.Hour, "2W": 14 * 24 * time.Hour, "3650d": 3650 * 24 * time.Hour} {
		if got, isLength, err := access.ParseLength(word); got != want || !isLength || err != nil {
			t.Errorf("%s: %s, %v, %v", word, got, isLength, err)
		}
	}
	for _, word := range []string{"0d", "3651d", "99999999999w", "600w"} {
		if _, isLength, err := access.ParseLength(word); !isLength || !errors.Is(err, access.ErrBanLength) {
			t.Errorf("%s: %v, %v", word, isLength, err)
		}
	}
	for _, word := range []string{"", "d", "spam", "7", "-7d", "+7d", "7 d", "७d"} {
		if _, isLength, err := access.ParseLength(word); isLength || err != nil {
			t.Errorf("%s: %v, %v", word, isLength, err)
		}
	}
}

func FuzzParseLength(f *testing.F) {
	for _, s := range []string{"7d", "0h", "99999999999w", "spam"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if d, isLength, err := access.ParseLength(word); isLength && err == nil && (d < time.Minute || d > 3650*24*time.Hour) {
			t.Errorf("%q: %s", word, d)
		}
	})
}
