package e2e_test

import (
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
	old.page.Shows(t, "Open its chat, press Start")

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
