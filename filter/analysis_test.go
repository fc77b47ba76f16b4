package filter

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
)

// TestAnalysis_OtherWordsHaveANewVersion holds the words of the names in testdata. If it fails, increase analysisVersion and enter the new sum: then the
// files that were indexed before are indexed anew.
func TestAnalysis_OtherWordsHaveANewVersion(t *testing.T) {
	t.Parallel()
	sums := map[int]uint64{1: 0x8394f870ed96995e, 2: 0xa538b105a557c93e}
	sum := xxhash.New()
	for _, file := range []string{"testdata/search.tsv", "testdata/search_more.tsv", "testdata/search2.tsv"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if row := strings.Split(line, "\t"); len(row) == 4 {
				words := Tokens(row[1], row[0])
				slices.Sort(words)
				for _, w := range words {
					_, _ = sum.WriteString(w + "\n")
				}
			}
		}
	}
	if got := sum.Sum64(); got != sums[analysisVersion] {
		t.Errorf("version %d makes words with the sum %#x", analysisVersion, got)
	}
}
