package main

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Sizes in pixels.
const (
	cell   = 8.0  // wide, a character
	height = 20.0 // of a line
	margin = 24.0
	top    = 40.0 // the window's bar
)

const (
	paper = "#10151c"
	ink   = "#d8dee9"
)

// colors of SGR numbers: a dark terminal's.
func colorOf(sgr int) string {
	return cmp.Or(map[int]string{
		31: "#e06c75", 32: "#7ec699", 33: "#e5c07b", 34: "#61afef", 35: "#c678dd", 36: "#7fd5e0",
		90: "#7d8799", 91: "#ef8a8a", 92: "#98e0a8", 93: "#f0d48a", 94: "#7cb7ff", 95: "#dfa0f0", 96: "#9be3ec",
	}[sgr], ink)
}

// draw writes lines as an SVG. Text stays text in the reader's fonts. Every piece has its own position, so a font of another width does not shift the
// next one.
func draw(to io.Writer, lines []line) error {
	columns := 0
	for _, l := range lines {
		for _, p := range l {
			columns = max(columns, p.at+p.width)
		}
	}
	w, h := 2*margin+float64(columns)*cell, top+margin+float64(len(lines))*height
	out := bufio.NewWriter(to)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="Part of the demo's transcript">`+"\n", w, h, w, h)
	fmt.Fprint(out, `<style>text{font:13.2px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}</style>`+"\n")
	fmt.Fprintf(out, `<rect width="%g" height="%g" rx="10" fill="%s"/>`+"\n", w, h, paper)
	for i, dot := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(out, `<circle cx="%g" cy="20" r="6" fill="%s"/>`+"\n", margin+float64(i)*20, dot)
	}
	fmt.Fprintf(out, `<text x="%g" y="24" text-anchor="middle" fill="%s">make demo</text>`+"\n", w/2, colorOf(90))
	for i, l := range lines {
		y := top + margin/2 + float64(i)*height
		for _, b := range buttons(l) {
			fmt.Fprintf(out, `<rect x="%g" y="%g" width="%g" height="%g" rx="5" fill="#1f2c3a" stroke="#34495e"/>`+"\n", x(b.at), y+1.5, float64(b.width)*cell, height-3)
		}
		for _, p := range l {
			drawPiece(out, p, y)
		}
	}
	fmt.Fprintln(out, "</svg>")
	return out.Flush()
}

func x(at int) float64 { return margin + float64(at)*cell }

func drawPiece(out io.Writer, p piece, y float64) {
	switch {
	case strings.TrimSpace(p.text) == "":
		return
	case strings.Trim(p.text, "▎") == "":
		fmt.Fprintf(out, `<rect x="%g" y="%g" width="3" height="%g" fill="%s"/>`+"\n", x(p.at), y, height, colorOf(p.color))
		return
	case strings.Trim(p.text, "━") == "":
		fmt.Fprintf(out, `<rect x="%g" y="%g" width="%g" height="2" fill="%s"/>`+"\n", x(p.at), y+height/2-1, float64(p.width)*cell, colorOf(p.color))
		return
	}
	if p.color == 36 { // the frame replaces the brackets of a button
		p.text = strings.NewReplacer("[ ", "  ", " ]", "  ").Replace(p.text)
	}
	lead := len(p.text) - len(strings.TrimLeft(p.text, " "))
	text := strings.TrimSpace(p.text)
	attrs := ""
	if p.bold {
		attrs = ` font-weight="bold"`
	}
	if plain(text) {
		attrs += fmt.Sprintf(` textLength="%g"`, float64(len([]rune(text)))*cell)
	}
	fmt.Fprintf(out, `<text x="%g" y="%g" fill="%s"%s>`, x(p.at+lead), y+height*0.72, colorOf(p.color), attrs)
	_ = xml.EscapeText(out, []byte(text)) // a bufio.Writer keeps the error for Flush
	fmt.Fprintln(out, "</text>")
}

// buttons returns the parts of a line from [ to ] in the colour of buttons.
func buttons(l line) []piece {
	var found []piece
	open := -1
	for _, p := range l {
		if p.color != 36 {
			open = -1
			continue
		}
		if strings.HasPrefix(p.text, "[ ") {
			open = p.at
		}
		if strings.HasSuffix(p.text, " ]") && open >= 0 {
			found = append(found, piece{at: open, width: p.at + p.width - open})
			open = -1
		}
	}
	return found
}
