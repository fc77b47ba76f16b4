package filter_test

import "testing"

// A number of a title is found in figures and in words, whichever the file has.
func TestSearch_NumbersAreFoundInFiguresAndInWords(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.expectPairs(t, [][2]string{
		{"twenty eight weeks later", "28.Weeks.Later.2007.mkv"},
		{"twentyseven dresses", "27 Dresses 2008.mkv"},
		{"fourty two 2013", "42.2013.mkv"}, //nolint:misspell // people write so
		{"ninety two hindi movie", "92.2018.Hindi.1080p.mkv"},
		{"nineteen eighty three", "1983.2014.mkv"},
		{"nineteen forty two a love story", "1942.A.Love.Story.1994.mkv"},
		{"twenty twelve 720p", "2012.2009.720p.mkv"},
		{"one hundred twenty seven hours", "127 Hours 2010.mkv"},
		{"three hundred rise of empire", "300.Rise.of.Empire.2014.mkv"},
		{"1984 orwell", "George Orwell - Nineteen Eighty-Four.epub"},
		{"101 dalmatians", "One.Hundred.and.One.Dalmatians.1961.mkv"},
		{"21 jump street", "Twenty.One.Jump.Street.mkv"},
		{"60 seconds", "Gone.in.Sixty.Seconds.mkv"},
		{"teen deewane", "3 Deewane 2009.mkv"},
		{"saat khoon", "7.Khoon.Maaf.2011.mkv"},
		{"9 do gyarah", "Nau.Do.Gyarah.1957.mkv"},
		{"2 dooni chaar", "Do.Dooni.Chaar.2010.mkv"},
		{"bahu part do", "Bahu.2.2017.mkv"},
		{"fraud 92", "Fraud.1992.S01E01.mkv"},
		{"13reasonswhy", "13.Reasons.Why.S01E02.mkv"},
		{"brooklyn 99 s3e4", "Brooklyn.Nine-Nine.S03E04.mkv"},
		{"gate ece 22", "GATE ECE 2022 Solved.pdf"},
		{"t2 judgment", "Terminator.2.Judgment.Day.mkv"},
		{"rivers season twenty one", "Rivers.S21E03.mkv"},
		{"cave season eleven episode twenty three", "Cave.S11E23.mkv"},
	})
}

// The Hindi word for two also means "give".
func TestSearch_WhoAsksForATitleInHindiGetsNotItsSecondPart(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Iron.Gate.2010.mkv", "Iron.Gate.2.2015.mkv")
	ix.expectFound(t, "iron gate do", "Iron.Gate.2010.mkv", "Iron.Gate.2.2015.mkv")
	ix.expectFound(t, "iron gate part do", "Iron.Gate.2.2015.mkv")
}
