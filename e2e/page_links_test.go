package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/telegramweb"
)

// A link opens a screen, of the club that it names or of the one that the page showed last.
func (p *pages) followsLinks(t *testing.T) {
	west, err := miniapp.SetUp(t.Context(), p.boss, "Westside", "Turf 1")
	if err != nil {
		t.Fatal(err)
	}
	who, day := p.someone(), p.club.Day(24)
	var held miniapp.Booking
	slot := miniapp.Slot(day, "10:00", "11:00", p.club.Nets[0])
	if err := p.open(t, who).Do(t.Context(), http.MethodPost, p.club.Path("/holds"), slot, http.StatusCreated, &held); err != nil {
		t.Fatal(err)
	}
	date := strings.ReplaceAll(day, "-", "")
	v := p.visit(t, telegramweb.Visit{Who: who})
	v.page.Until(t, gridDrawn)
	for _, link := range []struct{ start, drawn string }{
		{"d" + date, `document.querySelector(".grid .cell.mine")`},
		{fmt.Sprintf("n%d_%s_1830", p.club.Nets[1], date), `document.querySelector("dialog .when").textContent === "18:30–19:30" && document.querySelector("dialog h2").textContent.startsWith("Net 2")`},
		{fmt.Sprintf("b%d", held.ID), `document.querySelector('[role="timer"]') && document.querySelector("h1").textContent === "Net 1"`},
		{"m", `document.querySelector(".card.held").textContent.includes("10:00–11:00")`},
		{fmt.Sprintf("c%d", west.ID), `document.querySelector("h1").textContent === "Westside" && document.querySelector(".list, .empty") && !document.querySelector(".grid, .view.quiet")`},
		{"m", `document.querySelector(".below bdi").textContent === "Westside" && document.querySelector(".empty")`},
		{fmt.Sprintf("c%d_b%d", p.club.ID, held.ID), `document.querySelector('[role="timer"]') && document.querySelector("h1").textContent === "Net 1"`},
		{"b0_<i>", gridDrawn},
	} {
		v.open(telegramweb.Visit{Who: who, Start: link.start})
		v.page.Until(t, link.drawn)
	}
}
