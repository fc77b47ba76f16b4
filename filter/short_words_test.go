package filter_test

import "testing"

func TestSearch_WordsShortenedInChatsAreFound(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	for i, pair := range [][2]string{
		{"catch me if u can", "Catch.Me.If.You.Can.2002.mkv"},
		{"catch me if u can movie bhejo", "Catch.Me.If.You.Can.2002.mkv"},
		{"luv actually", "Love.Actually.2003.mkv"},
		{"beauty n da beast", "Beauty.and.the.Beast.2017.mkv"},
		{"d dark knight", "The.Dark.Knight.2008.mkv"},
		{"b4 sunrise plz", "Before.Sunrise.1995.mkv"},
		{"wat women want", "What.Women.Want.2000.mkv"},
		{"u turn", "U.Turn.2018.mkv"},
		{"gr8 gatsby", "Great.Gatsby.2013.mkv"},
		{"anne wid an e", "Anne.With.An.E.S01E01.mkv"},
	} {
		ix.storePosts(t, post(i+1, pair[1]))
		if got := ix.foundNames(t, pair[0]); len(got) == 0 || got[0] != pair[1] {
			t.Errorf("%q finds %q, not %q", pair[0], got, pair[1])
		}
	}
}
