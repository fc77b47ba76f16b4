package e2e_test

import (
	"context"
	"testing"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

func audience(t *testing.T, s *sandbox.Scene, n int) []world.User {
	t.Helper()
	people, err := s.AddAudience(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

func postgres(t *testing.T, s *sandbox.Scene) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.Engines.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// tapOn taps a button of a message from the bot.
func tapOn(t *testing.T, u *driver.User, m *tg.Message, button string) {
	t.Helper()
	if _, err := u.Tap(t.Context(), sandbox.BotName, m, button); err != nil {
		t.Fatal(err)
	}
}

// prepare makes a broadcast of a text and shows how many people would get it.
func prepare(t *testing.T, admin *driver.User, text string) (confirm *tg.Message) {
	t.Helper()
	say(t, admin, "/broadcast")
	await(t, admin, "Send me the message")
	say(t, admin, text)
	tapOn(t, admin, await(t, admin, ": draft\n« "+text), "Preview")
	tapOn(t, admin, await(t, admin, ": ready\n« "+text), "Numbers")
	return await(t, admin, "would get it:")
}

// prepareFor makes a broadcast of a text to a segment of the menu and shows how many people would get it.
func prepareFor(t *testing.T, admin *driver.User, text, segment string) (confirm *tg.Message) {
	t.Helper()
	say(t, admin, "/broadcast")
	await(t, admin, "Send me the message")
	say(t, admin, text)
	tapOn(t, admin, await(t, admin, ": draft\n« "+text), "To whom")
	tapOn(t, admin, await(t, admin, "Who gets the message?"), segment)
	tapOn(t, admin, await(t, admin, "To: "+segment), "Preview")
	tapOn(t, admin, await(t, admin, ": ready\n« "+text), "Numbers")
	return await(t, admin, "would get it")
}

// wantOnce checks that every person's chat with the bot holds the text exactly once.
func wantOnce(t *testing.T, s *sandbox.Scene, people []world.User, text string) {
	t.Helper()
	wrong := 0
	for _, p := range people {
		if n := copies(t, s, p, text); n != 1 {
			if wrong++; wrong <= 5 {
				t.Errorf("person %d got it %d times", p.ID, n)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d people did not get it exactly once", wrong, len(people))
	}
}

func copies(t *testing.T, s *sandbox.Scene, p world.User, text string) int {
	t.Helper()
	n, err := s.Copies(p.ID, text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// restart starts the bot after a kill. The dead process's lease would expire by itself within ten seconds.
func restart(t *testing.T, s *sandbox.Scene, db *pgx.Conn) {
	t.Helper()
	if _, err := db.Exec(t.Context(), "DELETE FROM lease"); err != nil {
		t.Fatal(err)
	}
	startBot(t, s)
}
