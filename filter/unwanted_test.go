package filter_test

import "testing"

func TestSearch_LanguagesThatAreRefusedAreLeftOut(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	const hindi = "Vikram.Vedha.2022.Hindi.1080p.mkv"
	ix.storeNames(t, "Vikram.Vedha.2017.Tamil.1080p.mkv", hindi)
	for _, query := range []string{
		"bhai mujhe vikram vedha hindi wali chahiye tamil nahi", "vikram vedha not tamil", "vikram vedha tamil nahi hindi", "vikram vedha not in tamil", "विक्रम वेधा तमिल नहीं हिंदी",
		"tamil wali nahi chahiye vikram vedha ki hindi do", "vikram vedha without tamil", "vikram vedha bina tamil",
	} {
		ix.expectFound(t, query, hindi)
	}
	ix.expectFound(t, "vikram vedha hindi nahi hai kya", hindi) // asks whether there is one
}
