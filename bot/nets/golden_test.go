package nets

import (
	"fmt"
	"strings"
	"testing"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
)

// goldenScreen is a screen with example values, and the steps that lead to it. Screens without steps are messages, or follow a refusal.
type goldenScreen struct {
	name   string
	steps  []verb
	screen screen
}

// goldenFiles are the screens by the name of their golden file.
func goldenFiles() map[string][]goldenScreen {
	return map[string][]goldenScreen{
		"calendar":      calendarGoldens(),
		"day":           dayGoldens(),
		"summary":       summaryGoldens(),
		"hold":          holdGoldens(),
		"booking":       bookingGoldens(),
		"staff":         staffGoldens(),
		"move_cancel":   moveAndCancelGoldens(),
		"lists":         listGoldens(),
		"desk":          deskGoldens(),
		"settings":      settingsGoldens(),
		"hours":         hoursGoldens(),
		"prices":        priceGoldens(),
		"closures":      closureGoldens(),
		"questions":     questionGoldens(),
		"notifications": notificationGoldens(),
		"answers":       answerGoldens(),
		"setup":         setUpGoldens(),
	}
}

const goldenOwner = 7001

func TestScreens_LookLikeTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	phrases := loadPhrases(t)
	for _, language := range phrases.Languages() {
		for file, screens := range goldenFiles() {
			t.Run(language+"/"+file, func(t *testing.T) {
				t.Parallel()
				var out strings.Builder
				for _, g := range screens {
					fmt.Fprintf(&out, "=== %s%s\n%s\n", g.name, stepLetters(g.steps), written(t, g.screen.draw(drawing{in: phrases.In(language), owner: goldenOwner})))
				}
				golden.Check(t, file+"."+language, out.String())
			})
		}
	}
}

// Every step shows a screen that a golden file has, except those that send something else.
func TestGoldens_HaveTheScreenOfEveryStep(t *testing.T) {
	t.Parallel()
	has := map[verb]bool{stepCalendarFile: true, stepMap: true} // a file, a place
	for _, screens := range goldenFiles() {
		for _, g := range screens {
			for _, v := range g.steps {
				has[v] = true
			}
		}
	}
	for letter := range 256 {
		if v := verb(letter); !has[v] {
			if _, known := v.fields(); known {
				t.Errorf("no golden file has the screen of the step %q", rune(letter))
			}
		}
	}
}

func loadPhrases(t *testing.T) *phrase.Book {
	t.Helper()
	phrases, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	return phrases
}

func stepLetters(steps []verb) string {
	if len(steps) == 0 {
		return ""
	}
	letters := make([]string, len(steps))
	for i, v := range steps {
		letters[i] = string(rune(v))
	}
	return " (" + strings.Join(letters, " ") + ")"
}

// written is a reply as golden files have it: the text with its bold part between asterisks, links, and rows of buttons with their payloads.
func written(t *testing.T, r telegram.Reply) string {
	t.Helper()
	var out strings.Builder
	if r.Bold > 0 {
		out.WriteString("**" + r.Text[:r.Bold] + "**")
	}
	out.WriteString(r.Text[r.Bold:] + "\n")
	if r.Ask {
		out.WriteString("(asks for a typed answer)\n")
	}
	for _, l := range r.Links {
		out.WriteString("[" + l.Text + " → " + l.URL + "]\n")
	}
	for _, row := range r.Keyboard {
		buttons := make([]string, len(row))
		for i, b := range row {
			buttons[i] = writtenButton(t, b)
		}
		out.WriteString(strings.Join(buttons, " ") + "\n")
	}
	return out.String()
}

func writtenButton(t *testing.T, b telegram.Button) string {
	t.Helper()
	if string(b.Data) == string(chat.Label(b.Text, goldenOwner).Data) {
		return "[" + b.Text + "]"
	}
	payload, ours := strings.CutPrefix(string(b.Data), "1"+string(letterStep)+":"+chat.Base36(goldenOwner)+":")
	if _, err := parseStep(payload); !ours || err != nil || len(b.Data) > 64 {
		t.Errorf("the button %q carries %q: %v", b.Text, b.Data, err)
	}
	return "[" + b.Text + " → " + payload + "]"
}
