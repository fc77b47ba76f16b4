package e2e_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// TestSearch_CasesHoldInTheChat posts every file of the search cases in the channel and types every query as a member.
func TestSearch_CasesHoldInTheChat(t *testing.T) {
	t.Parallel()
	rows := slices.Concat(cases(t, "../filter/testdata/search.tsv"), cases(t, "../filter/testdata/search2.tsv"))
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := map[string]bool{}
	var specs []world.FileSpec
	for _, row := range rows {
		if !posted[row[1]] {
			posted[row[1]] = true
			specs = append(specs, world.FileSpec{Kind: world.FileVideo, Name: row[1], Size: 1 << 20})
		}
	}
	if _, err := s.Post(s.Channel, specs...); err != nil {
		t.Fatal(err)
	}
	stored(t, s, int64(len(specs)))
	for _, row := range rows {
		query, name, want, why := row[0], row[1], row[2] == "yes", row[3]
		label := string([]rune(name)[:min(len([]rune(name)), 40)]) // a button has no room for more
		if want {                                                  // posts may arrive in any order, and words are known a moment after their files
			foundByItself(t, member, query, label)
		} else if strings.Contains(buttons(ask(t, member, query)), label) {
			t.Errorf("%q finds %q (%s)", query, name, why)
		}
	}
}

// foundByItself is found for a file that may be one version of a title among others in a row.
func foundByItself(t *testing.T, u *driver.User, query, label string) {
	t.Helper()
	const split = "☰ Every file by itself"
	m := found(t, u, query, " · ") // any file: each button names a size
	if !strings.Contains(buttons(m), label) && strings.Contains(buttons(m), split) {
		if _, err := u.Tap(t.Context(), sandbox.BotName, m, split); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		now, err := u.Await(ctx, sandbox.BotName, func(x *tg.Message) bool { return x.ID == m.ID && !strings.Contains(buttons(x), split) })
		if err != nil {
			t.Fatal(err)
		}
		m = now
	}
	if !strings.Contains(buttons(m), label) {
		found(t, u, query, label)
	}
}

// cases reads rows of four fields apart by tabs. Quotation marks are text here, so it is no CSV.
func cases(t *testing.T, file string) [][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		row := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(row) != 4 || row[2] != "yes" && row[2] != "no" {
			t.Fatalf("%s: not a case: %q", file, line)
		}
		rows = append(rows, row)
	}
	return rows
}
