package filter_test

import "testing"

// Names that people shorten are found in their other form.
func TestSearch_ShortNamesAreFoundByLongOnesAndTheReverse(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.expectPairs(t, [][2]string{
		{"t20 world cup 2022 final highlights", "T20 WC 2022 Final ENG v PAK Highlights.mp4"},
		{"india vs new zealand 2019 semi final", "IND vs NZ 2019 SF.mp4"},
		{"sa vs ban 2017", "South Africa vs Bangladesh 2017.mp4"},
		{"csk vs mumbai indians 2019", "IPL.2019.Chennai.Super.Kings.vs.MI.mkv"},
		{"indian premier league 2016", "IPL 2016 RCB vs SRH.mp4"},
		{"windows 10 iso", "Win10_22H2_English.iso"},
		{"windows10 pro", "Win10 Pro.zip"},
		{"win 7 ultimate", "Windows.7.Ultimate.iso"},
		{"u19 asia cup", "Under 19 Asia Cup.mp4"},
		{"under19 trials", "U19 trials.mp4"},
		{"under14 batting", "Batting Drills for Under 14s.mp4"},
		{"90 songs udit", "Udit 90s Songs.mp3"},
		{"nova launcher version 7", "Nova.Launcher.v7.apk"},
		{"class 12 physics pyq", "12th Physics Previous Year Question.pdf"},
		{"10th class maths", "Class 10 Mathematics.pdf"},
		{"class 9th sanskrit", "Class 9 Sanskrit.pdf"},
		{"11th accounts", "Class 11 Accounts.pdf"},
		{"lokesh cam print", "Lokesh.2025.HDCAM.mkv"},
		{"microsoft office", "MS Office 2021.iso"},
	})
}
