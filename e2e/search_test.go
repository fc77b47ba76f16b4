package e2e_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

// TestSearch_CasesHoldInTheChat posts every file of the search cases in the channel and types every query as a member.
func TestSearch_CasesHoldInTheChat(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../filter/testdata/search.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	r := csv.NewReader(f)
	r.Comma, r.Comment, r.LazyQuotes, r.FieldsPerRecord = '\t', '#', true, 4
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := map[string]bool{}
	var specs []world.FileSpec
	for _, row := range rows {
		if !posted[row[1]] {
			posted[row[1]] = true
			specs = append(specs, world.FileSpec{Kind: world.FileVideo, Name: row[1], Size: 1 << 20})
		}
	}
	specs = append(specs, world.FileSpec{Kind: world.FileVideo, Name: "Posted behind all others.mkv", Size: 1 << 20})
	if _, err := s.Post(s.Channel, specs...); err != nil {
		t.Fatal(err)
	}
	found(t, member, "posted behind all others", "1 file")
	for _, row := range rows {
		query, name, want, why := row[0], row[1], row[2] == "yes", row[3]
		label := string([]rune(name)[:min(len([]rune(name)), 40)]) // a button has no room for more
		if got := strings.Contains(buttons(ask(t, member, query)), label); got != want {
			t.Errorf("%q finds %q: %v, want %v (%s)", query, name, got, want, why)
		}
	}
}
