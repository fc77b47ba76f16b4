package filter_test

import (
	"fmt"

	"pavilion/filter"
)

// The words, the episode and the date of a name are written in one way, whatever the spelling. The last token is the key of the title's list.
func ExampleTokens() {
	for _, name := range []string{"Dark.Harbour.1x05.1080p.mkv", "dark harbour S01E05 1080p mkv", "Net Session 5/6/2026.mp4"} {
		tokens := filter.Tokens(name, "")
		fmt.Println(tokens[:len(tokens)-1])
	}
	// Output:
	// [dark harbour s01 s01e05 1080p mkv]
	// [dark harbour s01 s01e05 1080p mkv]
	// [net session 5 june 2026 mp4]
}

// A ledger holds the ids of messages that the index has to read again.
func ExampleLedger() {
	ledger := filter.Ledger{Low: 100}
	ledger.AddGap(filter.Range{From: 40, To: 49})
	ledger.AddGap(filter.Range{From: 50, To: 52})
	ledger.FillGap(filter.Range{From: 41, To: 50})
	fmt.Println(ledger.Gaps, ledger.GapSize(), ledger.NextMissing(2))
	// Output:
	// [{40 40} {51 52}] 3 [40 51]
}

// A misspelled word finds the words within the edit distance that its length allows.
func ExampleVocabulary_Similar() {
	vocabulary, err := filter.NewVocabulary()
	if err != nil {
		fmt.Println(err)
		return
	}
	vocabulary.Add(map[string]int{"harbour": 12, "harbor": 3, "harvest": 5})
	fmt.Println(vocabulary.Similar("harbuor", 5), vocabulary.Prefixed("har", 2))
	// Output:
	// [{harbour 12} {harbor 3}] [{harbour 12} {harvest 5}]
}
