package nets

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

var update = flag.Bool("update", false, "write the golden files anew") //nolint:gochecknoglobals // a flag

// golden is a screen with example values, and the steps that lead to it. Screens without steps are messages, or follow a refusal.
type golden struct {
	name   string
	steps  []verb
	screen screen
}

// goldenFiles are the screens by the name of their golden file.
func goldenFiles() map[string][]golden {
	return map[string][]golden{
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
				compareGolden(t, filepath.Join("testdata", file+"."+language+".golden"), out.String())
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

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if it should, run: go test ./bot/nets -run Golden -update\n%s", path, firstDifference(got, string(want)))
	}
}

// firstDifference is the first line in which two texts differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		line := func(lines []string) string {
			if i < len(lines) {
				return lines[i]
			}
			return "(no line)"
		}
		if line(g) != line(w) {
			return fmt.Sprintf("line %d\n got: %s\nwant: %s", i+1, line(g), line(w))
		}
	}
	return ""
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
