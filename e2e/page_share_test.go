package e2e_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/browser"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/telegramweb"
)

// prepared waits until the page shares a message, and reads it as the person's client does.
func (v *visitor) prepared(u *driver.User) (id string, m *tg.MessagesPreparedInlineMessage) {
	v.t.Helper()
	v.client.Until(v.t, `heard.prepared`)
	id = browser.Eval[string](v.t, v.client, `{ const { id } = heard.prepared; delete heard.prepared; id; }`)
	m, err := u.ReadPrepared(v.t.Context(), sandbox.BotName, id)
	if err != nil {
		v.t.Fatal(err)
	}
	return id, m
}

// shares sends a booking and a file into the chat of a friend. Only the person can, and only what they may share.
func (p *pages) shares(t *testing.T) {
	who, friend := p.Members[1], p.Members[2]
	user, reader := connect(t, p.Scene, who), connect(t, p.Scene, friend)
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.day(15)
	v.hold("Net 1", "10:00")
	screen := v.address()
	id := v.bookingID()
	mine := map[string]any{"booking": map[string]any{"club": p.club.ID, "id": id}}
	refused := func(name string, c *miniapp.Client, body map[string]any, status int, problem string) {
		t.Helper()
		if a := act(t, c, "/prepared-messages", "", body); a.Status != status || a.Problem() != problem {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	app, other := p.open(t, who), p.open(t, p.someone())
	refused("a hold", app, mine, http.StatusConflict, "not-shareable")
	refused("nothing", app, map[string]any{}, http.StatusUnprocessableEntity, "share-subject")
	refused("no file", app, map[string]any{"file": map[string]any{"id": "12", "channel": 1, "message": 1}}, http.StatusNotFound, "file-not-found")
	p.paid(t, id)
	refused("a stranger", other, mine, http.StatusNotFound, "no-booking")
	refused("the staff", p.boss, mine, http.StatusNotFound, "no-booking")
	var saved struct{}
	if err := app.Do(t.Context(), http.MethodPost, p.club.Path("/bookings/%d/guests", id), map[string][]string{"names": {"Ravi"}}, http.StatusOK, &saved); err != nil {
		t.Fatal(err)
	}

	v.reread()
	v.page.Shows(t, "Booked")
	v.page.Press(t, "Share")
	name, m := v.prepared(user)
	if _, err := reader.ReadPrepared(t.Context(), sandbox.BotName, name); err == nil || !strings.Contains(err.Error(), "ID_INVALID") {
		t.Errorf("somebody else reads it: %v", err)
	}
	if err := user.Choose(t.Context(), friend.Username, m.QueryID, m.Result.GetID()); err != nil {
		t.Fatal(err)
	}
	got, err := reader.Await(t.Context(), who.Username, func(m *tg.Message) bool { return strings.Contains(m.Message, "Net 1") })
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.Message, "10:00–11:00") || !strings.Contains(got.Message, "Ravi") || strings.Contains(got.Message, "₹") || got.ViaBotID != p.BotID {
		t.Errorf("the friend reads %+v", got)
	}
	browser.Eval[any](t, v.client, `{ app.endPrepared(); }`)
	v.page.Until(t, `[...document.querySelectorAll('[role="status"]')].some((s) => s.textContent === "Sent")`)

	v.goTo("#/archive")
	v.page.Until(t, `document.querySelector("input[type=search]")`)
	v.fill("input[type=search]", "silver lining s02")
	v.page.Press(t, "Silver Lining")
	v.page.Shows(t, "Posted on")
	file, err := strconv.ParseInt(strings.Split(v.address(), "/")[2], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	p.DC.World().ExpireReferences(file) // the index has an old one now
	v.page.Press(t, "Share")
	_, m = v.prepared(user)
	if err := user.Choose(t.Context(), friend.Username, m.QueryID, m.Result.GetID()); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Await(t.Context(), who.Username, func(m *tg.Message) bool {
		_, name := driver.Document(m)
		return strings.HasPrefix(name, "Silver.Lining.S02")
	}); err != nil {
		t.Fatal(err)
	}

	old := p.visit(t, telegramweb.Visit{Who: who, Version: "7.10"})
	old.page.Until(t, gridDrawn)
	old.goTo(screen)
	old.page.Shows(t, "Booked")
	if browser.Eval[bool](t, old.page, `document.querySelector("main").textContent.includes("Share")`) {
		t.Error("a client that cannot share has the button")
	}

	for n := 0; ; n++ {
		a := act(t, other, "/prepared-messages", "", mine)
		if a.Status == http.StatusTooManyRequests && a.Problem() == "too-often" {
			break
		}
		if n == 1000 {
			t.Fatal("a person can ask without a limit")
		}
	}
}
