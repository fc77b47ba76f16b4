package filter_test

import "testing"

func TestSearch_KeysHitAtRandomFindNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Ashash 2020.pdf", "Asda.mkv", "Quest.mkv", "Hahaha.Land.mkv", "Couscous.mkv", "Sadness.mkv", "Wert.mkv")
	ix.expectNothing(t, "asdasd", "qweqwe", "sdfsdfsdf", "lololol", "asdf", "rewq", "hjkl", "dfgdfg")
	ix.expectFound(t, "cuscous", "Couscous.mkv")
	ix.expectFound(t, "wert", "Wert.mkv")
}
