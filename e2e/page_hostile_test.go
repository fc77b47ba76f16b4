package e2e_test

import (
	"fmt"
	"testing"

	"pavilion/sandbox/browser"
	"pavilion/sandbox/telegramweb"
)

// override turns the direction of the text after it; a name that holds one must not turn what stands beside it.
const override = "\u202e"

// Names and links of others neither run as scripts nor turn the text beside them.
func (p *pages) isHostile(t *testing.T) {
	post(t, p.Scene, "Hostile.Garden"+override+"gpj.mkv")
	who := p.Members[1]
	chat := connect(t, p.Scene, who)
	found(t, chat, "hostile garden", "1 file")
	if err := p.club.Set(t.Context(), p.boss, map[string]any{"name": "River" + override + "side", "pays_online": true}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.club.Set(t.Context(), p.boss, map[string]any{"name": "Riverside", "pays_online": true}); err != nil {
			t.Error(err)
		}
	}()
	for _, version := range []string{"6.0", "9.1"} {
		v := p.visit(t, telegramweb.Visit{Who: who, Version: version})
		v.tab.SetZone("America/New_York")
		v.day(24)
		v.page.Until(t, `document.querySelector("h1").textContent.includes("River")`)
		v.fits("a club of a hostile name")
		v.goTo("#/bookings")
		v.page.Until(t, `document.querySelector("main .below bdi + .zone")`)
		v.fits("bookings in a club of a hostile name")
		v.goTo("#/archive")
		v.page.Until(t, `document.querySelector("input[type=search]")`)
		v.fill("input[type=search]", "hostile garden")
		const card = `document.querySelector(".title .card")`
		v.page.Until(t, card)
		if around := browser.Eval[string](t, v.page, card+`.querySelector("b > :first-child").tagName + getComputedStyle(`+card+`.querySelector("bdi")).unicodeBidi`); around != "BDIisolate" {
			t.Errorf("a file's name stands in %q", around)
		}
		v.fits("a file of a hostile name")

		browser.Eval[any](t, v.page, `{ const real = fetch; window.opened = []; window.open = (url) => { opened.push(url); }; window.fetch = async (r, o) => r.url.includes("/archive/search")
			? new Response(JSON.stringify({ type: "/problems/join-first", detail: "Join first.", join: [{ title: "Bad channel", link: "javascript:document.title='hostile'" }, { title: "Good channel", link: "https://t.me/friendly" }] }), { status: 403 })
			: real(r, o); }`)
		v.fill("input[type=search]", "hostile garde")
		v.page.Press(t, "Bad channel")
		v.page.Press(t, "Good channel")
		const friendly = "[https://t.me/friendly]"
		opened, links := browser.Eval[[]string](t, v.page, `opened`), []string{}
		if version != "6.0" {
			v.client.Until(t, `heard.links.length`)
			links = browser.Eval[[]string](t, v.client, `heard.links`)
		}
		if got := fmt.Sprint(append(opened, links...)); got != friendly {
			t.Errorf("a client of version %s opens %s", version, got)
		}
		if title := browser.Eval[string](t, v.page, `document.title`); title != "Nets" {
			t.Errorf("a link ran as a script: the title is %q", title)
		}
	}
}
