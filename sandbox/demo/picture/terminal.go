package main

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// piece is a part of a line in one style; at and width are in terminal cells.
type piece struct {
	text      string
	at, width int
	color     int // SGR number; 0 for the default
	bold      bool
}

// line is a line of the transcript.
type line []piece

func (l line) text() string {
	var b strings.Builder
	for _, p := range l {
		b.WriteString(p.text)
	}
	return b.String()
}

// parse reads text with SGR sequences. Other sequences do not occur.
func parse(text string) []line {
	var lines []line
	parser := ansi.NewParser()
	var color int
	var bold bool
	for raw := range strings.SplitSeq(text, "\n") {
		var l line
		at := 0
		var state byte
		for len(raw) > 0 {
			seq, width, n, next := ansi.DecodeSequence(raw, state, parser)
			raw, state = raw[n:], next
			if ansi.HasCsiPrefix(seq) {
				color, bold = restyle(parser.Params(), color, bold)
				continue
			}
			width = roomFor(seq, width)
			if k := len(l) - 1; k >= 0 && l[k].color == color && l[k].bold == bold && plain(l[k].text) == plain(seq) {
				l[k].text += seq
				l[k].width += width
			} else {
				l = append(l, piece{text: seq, at: at, width: width, color: color, bold: bold})
			}
			at += width
		}
		lines = append(lines, l)
	}
	return lines
}

// restyle applies an SGR sequence.
func restyle(params ansi.Params, color int, bold bool) (int, bool) {
	if len(params) == 0 {
		return 0, false
	}
	for i := range params {
		switch n, _, _ := params.Param(i, 0); {
		case n == 0:
			color, bold = 0, false
		case n == 1:
			bold = true
		case n >= 30 && n <= 37, n >= 90 && n <= 97:
			color = n
		case n == 39:
			color = 0
		}
	}
	return color, bold
}

// roomFor returns the width of a character. Fonts give the signs of Indic scripts a width of their own; terminals do not.
func roomFor(char string, cells int) int {
	letters := 0
	for _, r := range char {
		if unicode.IsLetter(r) || unicode.Is(unicode.Mc, r) {
			letters++
		}
	}
	return max(cells, letters)
}

// plain reports characters that every monospaced font draws in one cell. Emoji and other scripts become separate pieces, so that the text after them
// keeps its position in every font.
func plain(text string) bool {
	for _, r := range text {
		if (r < ' ' || r > 0xff) && r != '…' {
			return false
		}
	}
	return true
}
