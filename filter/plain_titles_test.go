package filter_test

import "testing"

// Words of talk, of shortening and of refusal are words of titles first.
func TestSearch_TitlesOfEverydayWordsAreFoundWithARequest(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	const (
		home      = "Home.2021.1080p.mkv"
		office    = "The.Office.S01E01.720p.mkv"
		salaar    = "Salaar.2023.Hindi.1080p.mkv"
		drNo      = "Dr.No.1962.1080p.mkv"
		ma        = "Ma.2019.1080p.mkv"
		bhoot     = "Phone.Bhoot.2022.720p.mkv"
		mission   = "Mission.Impossible.II.2000.mkv"
		otherMine = "My.Fault.2023.Full.Movie.mkv"
	)
	ix.storeNames(t, home, office, salaar, drNo, ma, bhoot, mission, otherMine, "Salaar.2023.English.1080p.mkv", "Boot.1999.mkv", "Mumbai.Indians.vs.RCB.Match.2.mp4")
	for query, want := range map[string]string{
		"home pls": home, "give me home": home, "the office de do": office, "salaar hindi nahi aayi kya": salaar, "salaar hindi me nahi aayi abhi tak": salaar,
		"dr no in hindi": drNo, "ma movie": ma, "ma full movie": ma, "phone boot bhejo": bhoot, "mi 2": mission,
	} {
		if got := ix.foundNames(t, query); len(got) == 0 || got[0] != want {
			t.Errorf("%q finds %q, not %q", query, got, want)
		}
	}
}
