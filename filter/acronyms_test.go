package filter_test

import (
	"slices"
	"testing"

	"pavilion/filter"
)

// The initials of a title of three words or more find its files, also with a season, a part, chat words or what follows the title's beginning.
func TestSearch_TheInitialsOfATitleFindIt(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	const (
		rings   = "The.Lord.of.the.Rings.The.Two.Towers.2002.mkv"
		thrones = "Game.of.Thrones.S01E01.720p.mkv"
		rivers  = "Kal.Kahin.Kabhi.Ganga.2001.Hindi.mkv"
		mission = "Mission.Impossible.4.Ghost.Protocol.2011.mkv"
		diaries = "The Vampire Diaries S02E14.mkv"
		harbour = "Silent.Harbour.Of.Night.1080p.mkv"
		panda   = "Kung.Fu.Panda.3.2016.mkv"
		theory  = "Big.Bang.Theory.S02E04.720p.mkv"
	)
	ix.storeNames(t, rings, thrones, rivers, mission, diaries, harbour, theory, panda)
	for query, want := range map[string]string{
		"lotr": rings, "lotr two towers": rings, "please send lotr movie": rings,
		"got": thrones, "got s01e01": thrones, "got season 1": thrones,
		"kkkg": rivers, "k3g": rivers, "k3g hindi": rivers,
		"mi4": mission, "mi 4": mission, "m i 4": mission, "mi iv": mission,
		"tvd": diaries, "tvd s02e14": diaries,
		"shon 1080p": harbour, "is shon here": harbour,
		"kfp 3": panda, "kfp3 2016": panda, "kfp iii": panda, "kfp three": panda,
		"tbbt": theory, "tbbt s02e04": theory, "tbbt season 2 episode 4": theory, "tbbt 2x04 720p": theory,
	} {
		ix.expectFound(t, query, want)
	}
	for _, query := range []string{"lot", "lo 4", "gx", "soh", "vd s02e14", "avd", "xbbt"} {
		ix.expectFound(t, query)
	}
}

// Files that have the word come before files whose initials it is. If more files have the word, it is no acronym.
func TestSearch_InitialsComeBehindTheWordItself(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Game.of.Thrones.S01E01.mkv", "Game.of.Thrones.S01E02.mkv", "Talent.Got.2010.mkv", "War.2019.mkv", "War.2.2025.mkv", "Winter.At.Rest.2001.mkv")
	ix.expectFound(t, "got", "Talent.Got.2010.mkv", "Game.of.Thrones.S01E02.mkv", "Game.of.Thrones.S01E01.mkv")
	ix.expectFound(t, "war", "War.2019.mkv", "War.2.2025.mkv")
}

// A typing mistake that happens to be the initials of a title finds what was meant, too.
func TestSearch_InitialsHideNoTypingMistake(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Joker.2019.mkv", "Joker.Folie.a.Deux.2024.mkv", "Journey.Of.King.Rama.2001.mkv")
	ix.expectFound(t, "jokr", "Journey.Of.King.Rama.2001.mkv", "Joker.2019.mkv", "Joker.Folie.a.Deux.2024.mkv")
}

func TestTokens_ATitleHasOneAcronym(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"The.Lord.of.the.Rings.2001.1080p.mkv": "~lotr", "Mission.Impossible.III.2006.mkv": "~mi3", "Two and a Half Men S09E01.mkv": "~taahm", "Back.to.the.Future.Part.II.mkv": "~bttfp2",
		"Golden.River.2019.mkv": "", "आवारा प्यार गीत.mkv": "", "I.Am.Legend.2007.mkv": "~ial", "The.Crown.S01.mkv": "", "The Vampire Diaries S02E14.mkv": "~vd",
		"VID 20221023 WA0007.mp4": "", "One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve.mkv": "~ottffssent",
	} {
		var got []string
		for _, w := range filter.Tokens(name, "") {
			if w[0] == '~' {
				got = append(got, w)
			}
		}
		if want == "" && got != nil || want != "" && !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}
