package e2e_test

import (
	"fmt"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

// While somebody types, every beginning of the query has results, and the pages behind the first one bring all the others.
func TestInline_ResultsStayWhileAWordIsUnfinishedAndAllCanBePagedTo(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	var specs []world.FileSpec
	for i := range 45 {
		specs = append(specs, world.FileSpec{Kind: world.FileVideo, Name: fmt.Sprintf("Golden.River.S02E%02d.mkv", i+1), Size: 1 << 20})
	}
	if _, err := s.Post(s.Channel, specs...); err != nil {
		t.Fatal(err)
	}
	stored(t, s, int64(len(specs)))
	found(t, member, "golden river", " · ")
	const query = "golden river s02e07"
	for end := 2; end <= len(query); end++ {
		got, err := member.Inline(t.Context(), sandbox.BotName, query[:end], "")
		if err != nil || len(got.Results) == 0 {
			t.Errorf("%q: %d results, %v", query[:end], len(got.Results), err)
		}
	}
	seen := map[string]bool{}
	for offset := ""; ; {
		got, err := member.Inline(t.Context(), sandbox.BotName, "golden river", offset)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got.Results {
			if seen[inlineTitle(r)] {
				t.Errorf("%q is on two pages", inlineTitle(r))
			}
			seen[inlineTitle(r)] = true
		}
		if offset = got.NextOffset; offset == "" {
			break
		}
	}
	if len(seen) != len(specs) {
		t.Errorf("%d of %d files are on the pages", len(seen), len(specs))
	}
}

func inlineTitle(r tg.BotInlineResultClass) string {
	if titled, ok := r.(interface{ GetTitle() (string, bool) }); ok {
		title, _ := titled.GetTitle()
		return title
	}
	return ""
}
