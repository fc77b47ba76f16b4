package filter_test

import (
	"testing"

	"pavilion/filter"
)

func TestSearch_OneClauseOrOneTitleOfSeveralIsSuggested(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Inception.2010.mkv", "Interstellar.2014.mkv", "Gladiator.2000.mkv", "Titanic.1997.mkv", "The.Walking.Dead.S01E01.mkv", "Casino.Royale.2006.mkv", "Nolan Interviews Dunkirk.mp4")
	for text, want := range map[string]string{
		"inception interstellar nolan":                                 "inception",
		"gladiator titanic avatar bhejo":                               "gladiator",
		"charger toota hua nikla yaar, jaldi se inception bhej do":     "inception",
		"aadha download hua pada tha. titanic ka link do! verna gussa": "titanic",
		"pizza order karte karte thak gaye":                            "",
		"sharma verma nolan":                                           "",
	} {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != want {
			t.Errorf("%q: %d files, suggestion %q, want %q, %v", text, page.Total, page.Suggestion, want, err)
		}
	}
	ix.expectFound(t, "someone pls re-upload casino royale, link dead", "Casino.Royale.2006.mkv")
}
