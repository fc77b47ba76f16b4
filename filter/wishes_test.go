package filter_test

import (
	"testing"

	"pavilion/filter"
)

// A language, a resolution or subtitles that no file has hide no file of the title. Files with more of them come first.
func TestSearch_WishesThatNoFileMeetsHideNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Dark.Harbour.2019.Hindi.720p.mkv", "Dark.Harbour.2019.English.1080p.mkv", "Loki.S02E03.1080p.mkv", "Silent.River.1080p.mkv")
	for query, want := range map[string][]string{
		"dark harbour tamil 1080p":            {"Dark.Harbour.2019.English.1080p.mkv", "Dark.Harbour.2019.Hindi.720p.mkv"},
		"dark harbour hindi 4k":               {"Dark.Harbour.2019.Hindi.720p.mkv", "Dark.Harbour.2019.English.1080p.mkv"},
		"dark harbuor english subtitles":      {"Dark.Harbour.2019.English.1080p.mkv", "Dark.Harbour.2019.Hindi.720p.mkv"},
		"loki s2 e3 in english":               {"Loki.S02E03.1080p.mkv"},
		"please send loki season 2 hindi dub": {"Loki.S02E03.1080p.mkv"},
		"tamil 1080p":                         nil,
		"dark harbour 2018":                   nil,
		"loki s1 hindi":                       nil,
	} {
		ix.expectFound(t, query, want...)
	}
}

func TestSearch_TheFirstPartHasNoNumber(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Rocky.1976.mkv", "Rocky.II.1979.mkv", "Rocky.III.1982.2160p.Tamil.mkv", "Kill.Bill.Vol.1.2003.mkv", "Kill.Bill.Vol.2.2004.mkv",
		"Pushpa.The.Rise.2021.mkv")
	for query, want := range map[string]string{
		"rocky 1": "Rocky.1976.mkv", "rocky part one": "Rocky.1976.mkv", "pehla part rocky": "Rocky.1976.mkv", "rocky first part": "Rocky.1976.mkv",
		"rocky 1 hindi": "Rocky.1976.mkv", "rocky part one 4k tamil": "Rocky.1976.mkv",
		"kill bill part 1": "Kill.Bill.Vol.1.2003.mkv", "pehla part bhejo pushpa ka": "Pushpa.The.Rise.2021.mkv",
	} {
		ix.expectFound(t, query, want)
	}
}

func TestSearch_HindiOrdinalsNameSeasonsAndParts(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Kota.Factory.S01E01.mkv", "Kota.Factory.S02E01.mkv", "Golden.River.Part.3.mkv")
	for query, want := range map[string]string{
		"kota factory ka dusra season": "Kota.Factory.S02E01.mkv", "kota factory पहला सीजन": "Kota.Factory.S01E01.mkv", "golden river teesra part": "Golden.River.Part.3.mkv",
	} {
		ix.expectFound(t, query, want)
	}
}

// English titles in Devanagari are written as they are heard: silent letters, names of letters, numbers, articles, two words as one.
func TestSearch_EnglishTitlesAreFoundAsTheyAreHeard(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.expectPairs(t, [][2]string{
		{"द डार्क नाइट", "The.Dark.Knight.2008.mkv"},
		{"थ्री इडियट्स", "3.Idiots.2009.mkv"},
		{"केजीएफ चैप्टर 2", "KGF.Chapter.2.2022.mkv"},
		{"आरआरआर", "RRR.2022.mkv"},
		{"स्पाइडरमैन", "Spider-Man.2002.mkv"},
		{"एवेंजर्स एंडगेम", "Avengers.Endgame.2019.mkv"},
		{"स्ट्रेट ड्राइव", "Straight Drive Basics.mp4"},
		{"mughle azam", "मुग़ल-ए-आज़म 1960.mkv"},
	})
}

// Words that the index does not know are left out of a suggestion. Chatter with one known word is no request for it.
func TestSearch_SuggestionsKeepTheKnownWordsOfARequest(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "उमराव जान 1981.mkv", "Ground-Fielding Drills.mp4")
	for text, want := range map[string]string{"grandma umrao jaan chahiye": "umrao jaan", "ground booked hai kya": ""} {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != want || page.Fewer != "" && want == "" {
			t.Errorf("%q: %d files, suggestion %q, fewer words %q, %v", text, page.Total, page.Suggestion, page.Fewer, err)
		}
	}
}
