package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

const (
	width  = 84 // of the transcript, in terminal cells
	left   = 2  // column of the bot's bubbles
	right  = 22 // column of people's bubbles
	bubble = 72 // largest width of a bubble's text
)

// screen draws the transcript. Bubbles have a bar on their left and no frame, because terminals disagree on the width of many scripts.
type screen struct {
	to    io.Writer
	color bool
	pace  time.Duration

	checked bool // the last line was a check
}

// message is one bubble.
type message struct {
	who     string
	shade   ansi.Color
	about   string // beside the name: the chat, or a remark
	mine    bool   // a person's message, on the right
	text    string
	strong  bool // the first line stands out
	buttons [][]string
}

func (s *screen) style(text string, st ansi.Style) string {
	if !s.color {
		return text
	}
	return st.Styled(text)
}

func (s *screen) dim(text string) string {
	return s.style(text, ansi.NewStyle().ForegroundColor(ansi.BrightBlack))
}

func (s *screen) title() {
	fmt.Fprintf(s.to, "\n%s\n%s\n\n", s.style("🏏 Pavilion, the Riverside club's bot", ansi.NewStyle().Bold()),
		s.dim("A made-up club, real MTProto, the real binary. Every ✓ was checked."))
}

func (s *screen) chapter(n int, title string) {
	s.checked = false
	head := fmt.Sprintf("━━ %d · %s ", n, title)
	fmt.Fprintf(s.to, "\n%s\n\n", s.style(head+strings.Repeat("━", max(0, width-ansi.StringWidth(head))), ansi.NewStyle().Bold().ForegroundColor(ansi.Yellow)))
}

func (s *screen) message(m message) {
	s.gap()
	at := left
	if m.mine {
		at = right
	}
	indent := strings.Repeat(" ", at)
	name := s.style(m.who, ansi.NewStyle().Bold().ForegroundColor(m.shade))
	if m.about != "" {
		name += s.dim("  " + m.about)
	}
	fmt.Fprintln(s.to, indent+name)
	bar := indent + s.style("▎", ansi.NewStyle().ForegroundColor(m.shade)) + " "
	for i, line := range strings.Split(ansi.Wrap(m.text, min(bubble, width-at-2), " "), "\n") {
		if m.strong && i == 0 {
			line = s.style(line, ansi.NewStyle().Bold())
		}
		fmt.Fprintln(s.to, bar+line)
	}
	for _, row := range m.buttons {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = s.button(text)
		}
		fmt.Fprintln(s.to, bar+strings.Join(cells, " "))
	}
	fmt.Fprintln(s.to)
}

func (s *screen) button(text string) string {
	return s.style("[ "+text+" ]", ansi.NewStyle().ForegroundColor(ansi.Cyan))
}

// tap draws a tap on a button and its alert.
func (s *screen) tap(who string, shade ansi.Color, text, toast string) {
	s.gap()
	room := width - right - ansi.StringWidth(who+" taps [  ]")
	fmt.Fprintln(s.to, strings.Repeat(" ", right)+s.style(who, ansi.NewStyle().Bold().ForegroundColor(shade))+" taps "+s.button(ansi.Truncate(text, room, "…")))
	if toast != "" {
		for line := range strings.SplitSeq(ansi.Wrap(toast, width-right-2, " "), "\n") {
			fmt.Fprintln(s.to, strings.Repeat(" ", right)+s.dim("· "+line))
		}
	}
	fmt.Fprintln(s.to)
}

func (s *screen) check(claim string) {
	fmt.Fprintln(s.to, strings.Repeat(" ", left)+s.style("✓", ansi.NewStyle().Bold().ForegroundColor(ansi.Green))+" "+s.dim(claim))
	s.checked = true
}

// gap draws an empty line after checks.
func (s *screen) gap() {
	if s.checked {
		fmt.Fprintln(s.to)
	}
	s.checked = false
}

// event draws an event outside the chats.
func (s *screen) event(text string) {
	s.gap()
	fmt.Fprintf(s.to, "%s%s\n\n", strings.Repeat(" ", left), s.style("⚡ "+text, ansi.NewStyle().Bold().ForegroundColor(ansi.Magenta)))
}

// terminal draws a file or the output of a command without wrapping.
func (s *screen) terminal(title, text string) {
	s.event(title)
	for line := range strings.Lines(strings.TrimSpace(text)) {
		fmt.Fprintf(s.to, "%s%s\n", strings.Repeat(" ", left+2), s.dim(strings.TrimRight(line, " \n")))
	}
	fmt.Fprintln(s.to)
}

func (s *screen) note(text string) { fmt.Fprintln(s.to, s.dim(text)) }

// log draws the end of the bot's log after a failure.
func (s *screen) log(text string) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	s.note("\nThe bot's log ends so:\n" + strings.Join(lines[max(0, len(lines)-8):], "\n") + "\n")
}

func (s *screen) summary(checks int, took time.Duration) {
	fmt.Fprintf(s.to, "\n%s\n", s.style(fmt.Sprintf("All %d checks held, %s after the start.", checks, round(took)), ansi.NewStyle().Bold().ForegroundColor(ansi.Green)))
}

func (s *screen) failure(err error) {
	fmt.Fprintf(s.to, "\n%s\n", s.style("✗ The demo ends here: "+err.Error(), ansi.NewStyle().Bold().ForegroundColor(ansi.Red)))
}

// wait pauses for the reader. It returns at once when the demo is stopped.
func (s *screen) wait(ctx context.Context) {
	if s.pace == 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(s.pace):
	}
}

// round formats a duration.
func round(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
