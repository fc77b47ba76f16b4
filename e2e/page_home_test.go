package e2e_test

import (
	"testing"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// The page asks once whether it should stand on the phone's home screen: not a new person, and not where the client cannot do it.
func (p *pages) offersHomeScreen(t *testing.T) {
	who := p.someone()
	phone := telegramweb.Visit{Who: who, Platform: "ios"}
	const offer = `document.body.innerText.includes("home screen")`
	v := p.visit(t, phone)
	isOffered := func() bool {
		v.page.Until(t, gridDrawn)
		return browser.Eval[bool](t, v.page, offer)
	}
	if isOffered() {
		t.Error("it is offered on the first visit")
	}
	v.open(telegramweb.Visit{Who: who})
	if isOffered() {
		t.Error("it is offered where the client cannot")
	}
	v.open(phone)
	v.page.Until(t, offer)
	v.readable("the offer")
	v.page.Press(t, "Add")
	v.client.Until(t, `heard.home`)
	v.page.Until(t, `!(`+offer+`)`)
	v.open(phone)
	if isOffered() {
		t.Error("it is offered after the answer")
	}
}
