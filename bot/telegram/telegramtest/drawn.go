package telegramtest

import (
	"strings"

	"pavilion/bot/telegram"
)

// Drawn writes a message as golden files hold it: its text with the bold part between asterisks, then a line for each row of buttons.
func Drawn(r telegram.Reply) string {
	var b strings.Builder
	text := r.Text
	if r.Bold > 0 && r.Bold <= len(text) {
		text = "*" + text[:r.Bold] + "*" + text[r.Bold:]
	}
	b.WriteString(text + "\n")
	for _, l := range r.Links {
		b.WriteString("[" + l.Text + " → " + l.URL + "]\n")
	}
	for _, row := range r.Keyboard {
		for i, button := range row {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString("[" + button.Text + " → " + string(button.Data) + button.URL + button.App + "]")
		}
		b.WriteString("\n")
	}
	if r.Ask {
		b.WriteString("(asks for a typed answer)\n")
	}
	return b.String()
}
