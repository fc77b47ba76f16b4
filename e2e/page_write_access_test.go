package e2e_test

import (
	"net/http"
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// A person who never started the bot is asked whether it may write. After a no the page says how to go on; after a yes the file is sent by itself.
func (p *pages) allowsWrites(t *testing.T) {
	who, err := p.DC.World().AddUser("9996620009", "Nila", "", "nila_plays", "en")
	if err != nil {
		t.Fatal(err)
	}
	chat := connect(t, p.Scene, who)
	find := func(v *visitor) {
		t.Helper()
		v.page.Press(t, "Archive")
		v.page.Until(t, `document.querySelector("input[type=search]")`)
		v.fill("input[type=search]", "silver lining s02")
		v.page.Press(t, "Silver Lining")
		v.page.Shows(t, "Posted on")
		v.main("Send to my chat")
	}
	old := p.visit(t, telegramweb.Visit{Who: who, Version: "6.8"})
	find(old)
	old.page.Shows(t, "Open its chat and press Start")

	v := p.visit(t, telegramweb.Visit{Who: who})
	find(v)
	answer := func(allowed string) {
		t.Helper()
		v.client.Until(t, `heard.write`)
		browser.Eval[any](t, v.client, `{ delete heard.write; app.endWriteRequest(`+allowed+`); }`)
	}
	answer("false")
	v.page.Shows(t, "You did not allow the bot to write to you")
	v.main("Allow and send")
	v.client.Until(t, `heard.write`)
	if err := chat.AllowWrites(t.Context(), sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	answer("true")
	awaitFiles(t, chat, 1)
	v.page.Shows(t, "Sent to your chat.")
	if n := p.count(t, `SELECT count(*) FROM delivery_job WHERE person = $1 AND state = 'done'`, who.ID); n != 1 {
		t.Errorf("%d deliveries are done", n)
	}
}

// A person whom the bot may not write to is asked before the first hold, once. After a no the hold goes on, and its screen says that the bot cannot write,
// until the person lets it.
func (p *pages) allowsReminders(t *testing.T) {
	who, err := p.DC.World().AddUser("9996620010", "Ravi", "", "ravi_plays", "en")
	if err != nil {
		t.Fatal(err)
	}
	const says = `document.querySelector("main").textContent.includes("The bot may not write to you.")`
	v := p.visit(t, telegramweb.Visit{Who: who, Silent: true})
	v.day(18)
	reload := func() { // has no data of Telegram's
		t.Helper()
		browser.Eval[any](t, v.page, `{ window.old = true; location.reload(); }`)
		v.page.Until(t, `!window.old && document.querySelector('[role="timer"]')`)
	}
	hold := func(clock, answer string) {
		t.Helper()
		v.page.Press(t, "Net 1, "+clock+", Free")
		v.main("Hold")
		if answer != "" {
			v.client.Until(t, `heard.write`)
			browser.Eval[any](t, v.client, `{ delete heard.write; app.endWriteRequest(`+answer+`); }`)
		}
		v.page.Until(t, `document.querySelector('[role="timer"]')`)
	}
	hold("07:00", "false")
	v.page.Until(t, says)
	reload()
	v.page.Until(t, says)
	v.page.Press(t, "Give up")
	v.page.Until(t, gridDrawn)
	hold("08:00", "")
	chat := connect(t, p.Scene, who)
	if err := chat.AllowWrites(t.Context(), sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	theirs := p.open(t, who)
	until(t, "the server knows that the bot may write", func() bool {
		var me struct {
			MayWrite bool `json:"may_write"`
		}
		if err := theirs.Do(t.Context(), http.MethodGet, "/me", nil, http.StatusOK, &me); err != nil {
			t.Fatal(err)
		}
		return me.MayWrite
	})
	reload()
	v.page.Until(t, `!`+says)

	other := p.visit(t, telegramweb.Visit{Who: p.someone(), Silent: true})
	other.day(18)
	v = other
	hold("09:00", "true")
	if browser.Eval[bool](t, v.page, says) {
		t.Error("a person who let the bot write is told that it cannot")
	}
}
