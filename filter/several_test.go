package filter_test

import (
	"slices"
	"testing"
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
		"gb whatsapp": whatsapp, "gb whats app": whatsapp, "interste llar": stellar, "inter stel lar 2014": stellar, "dark knightrises": knight,
		"dar kknight rises": knight, "avenger sendgame": avengers, "mx playerpro": player, "bahu ba li 2": bahubali, "dar kknihgt rises": knight,
	} {
		if got := ix.foundNames(t, query); !slices.Equal(got, []string{want}) {
			t.Errorf("%q finds %q, not %q", query, got, want)
		}
	}
}
