package filter_test

import (
	"slices"
	"testing"

	"pavilion/filter"
)

// A blank in the wrong place, and one that a name in camel case has elsewhere, hides nothing.
func TestSearch_ABlankAtAnotherPlaceHidesNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	const (
		whatsapp = "GBWhatsApp v17.80.apk"
		stellar  = "Interstellar.2014.mkv"
		knight   = "The.Dark.Knight.Rises.2012.mkv"
		avengers = "Avengers.Endgame.2019.mkv"
		player   = "MXPlayer Pro 1.46.apk"
		bahubali = "Bahubali.2.2017.mkv"
	)
	ix.storeNames(t, whatsapp, stellar, knight, avengers, player, bahubali)
	for query, want := range map[string]string{
		"gb whatsapp": whatsapp, "gb whats app": whatsapp, "inters tellar": stellar, "inter stel lar 2014": stellar, "dark knightrises": knight,
		"dar kknight rises": knight, "avenger sendgame": avengers, "mx playerpro": player, "bahu ba li 2": bahubali, "dar kknihgt rises": knight,
	} {
		if got := ix.foundNames(t, query); !slices.Equal(got, []string{want}) {
			t.Errorf("%q finds %q, not %q", query, got, want)
		}
	}
}

// Initials behind a word are those of the words that follow it in a name, and neighbouring words may be initials there.
func TestSearch_InitialsOfAPartOfATitleFindIt(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	const (
		andreas = "GTA_San_Andreas_v2.10_MOD.apk"
		vice    = "GTA Vice City 1.12.apk"
		ultron  = "Avengers.Age.of.Ultron.2015.mkv"
		nowhere = "Spider-Man.No.Way.Home.2021.mkv"
		goblet  = "Harry.Potter.and.the.Goblet.of.Fire.2005.mkv"
		wanted  = "NFS Most Wanted Setup.zip"
		stone   = "HP 1 Hindi 720p.mkv"
		ring    = "LOTR.1.Extended.mkv"
		king    = "The.Lord.of.the.Rings.The.Return.of.the.King.2003.mkv"
		nation  = "Mission.Impossible.Rogue.Nation.2015.mkv"
		speed   = "Need.for.Speed.Hot.Pursuit.zip"
		jury    = "12.Angry.Men.1957.[Tam + Tel].mkv"
	)
	ix.storeNames(t, andreas, vice, ultron, nowhere, goblet, wanted, stone, ring, king, nation, speed, jury, "Twelve.Man.2001.mkv", "Angry.2005.[Tam + Tel].mkv", "San.Andreas.2015.mkv", "Home.Alone.1990.mkv")
	for query, want := range map[string]string{
		"gta sa apk": andreas, "gta sa mod": andreas, "gta vc": vice, "avengers aou": ultron, "avengers aou 2015 hindi": ultron, "spiderman nwh": nowhere,
		"harry potter gof": goblet, "nfs mw setup": wanted, "harry potter 1 hindi": stone, "lord of the rings 1 extended": ring, "spider man nwh": nowhere,
		"lotr rotk": king, "mi rogue nation": nation, "mi rouge nation": nation, "nfs hot pursuit": speed, "twelve angry man": jury,
	} {
		if got := ix.foundNames(t, query); len(got) == 0 || got[0] != want {
			t.Errorf("%q finds %q, not %q", query, got, want)
		}
	}
	ix.expectFound(t, "home sa apk")
	ix.expectFound(t, "hello people")
}

// A word for a kind of film before "movie" hides no title, and no title is taken for such a word.
func TestSearch_TheKindOfAFilmHidesNoTitle(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "1917.2019.mkv", "Civil.War.2024.mkv", "Civil.2010.mkv", "Get.Out.2017.mkv", "96.2018.Tamil.mkv", "Scream.1996.mkv", "Scream.Queens.S01E01.mkv", "Love.Story.1970.mkv", "@MovieHub_1922_2017_720p.mkv")
	for query, want := range map[string]string{
		"1917 war movie": "1917.2019.mkv", "please send 1917 war film": "1917.2019.mkv", "civil war movie": "Civil.War.2024.mkv", "96 love story movie": "96.2018.Tamil.mkv",
		"scream horror movie": "Scream.1996.mkv", "scream slasher horror movie 1996": "Scream.1996.mkv", "love story movie": "Love.Story.1970.mkv", "ninety six love story film": "96.2018.Tamil.mkv",
		"1922 horror movie": "@MovieHub_1922_2017_720p.mkv", "1922 crime drama movie hindi": "@MovieHub_1922_2017_720p.mkv",
		"bhai scream horror film bhejo": "Scream.1996.mkv", "scream hollywood movie hindi": "Scream.1996.mkv",
	} {
		ix.expectFound(t, query, want)
	}
	ix.expectFound(t, "horror movie")
	ix.expectFound(t, "queens horror movie")
}

// People number the films of a series whose names have no numbers.
func TestSearch_ANumberThatNoFileHasIsLeftOutOfTheSuggestion(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Harry.Potter.and.the.Deathly.Hallows.Part.2.2011.mkv", "Iron.Man.2008.mkv", "Godfather.1972.mkv", "Hera.Pheri.2000.mkv", "Part.Time.2010.mkv", "Tenet.2020.mkv", "Inception.2010.mkv")
	for text, want := range map[string]string{
		"hary poter 7 part 2": "hary poter part 2", "harry potter 7 part 2": "harry potter part 2", "bhai hary poter 7 part 2 bhejo": "hary poter part 2", "iron man 12": "iron man",
		"hera feri 5 movie": "hera feri", "my 2 friends are 3": "",
		"inception tenet nolan": "inception", "tenet zxcvb nolan": "", "inception and tenet both yaar": "",
	} {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != want {
			t.Errorf("%q: %d files, suggestion %q, want %q, %v", text, page.Total, page.Suggestion, want, err)
		}
	}
}
