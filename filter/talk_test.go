package filter_test

import "testing"

func TestSearch_DailyTalkFindsNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Any.Given.Sunday.1999.mkv", "The.Office.S05E07.mkv", "Better.Call.Saul.S05E02.mkv", "காக்கா முட்டை 2015.mkv", "RCB vs SRH Full Match.mkv", "2025-03-07 Net Session.mp4",
		"Dilwale Dulhania Le Jayenge 1995.mkv", "Rashid_Khan_Yorker.mp4", "Phone.Booth.2002.mkv", "Batting_Drill.mp4")
	ix.expectNothing(t, "भाई फोन उठा ले", "khana kha liya", "see you sunday", "what time is the match tomorrow", "see you at the nets", "mute kar do isko", "smh", "pls call me", "tmrw pls",
		"mom is calling me", "who won the match", "kal office jana hai", "phone aa gaya kya", "खाना खा लिया क्या", "कल मैच कितने बजे है", "meet me at 7 pm", "nvm found it", "bhai dinner karke aata hu",
		"good night dost kal milte hai", "ok call you later", "ok see you at 5", "train late hai", "bhai tera number de", "will call you back")
}

// A title of words of talk is found, and so is a title beside them.
func TestSearch_TitlesAreFoundAmongWordsOfTalk(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Call.Me.by.Your.Name.2017.mkv", "Any.Given.Sunday.1999.mkv", "The.Office.S05E07.mkv", "Zindagi.Na.Milegi.Dobara.2011.mkv", "Hera.Pheri.2000.mkv", "Jab.We.Met.2007.mkv",
		"Inception.2010.mkv", "शोले 1975.mkv", "Class 12 Chemistry Question Paper 2023.pdf", "Soorarai.Pottru.2020.mkv", "Kabhi.Khushi.Kabhie.Gham.2001.mkv", "Batting_Drill.mp4", "School.of.Rock.2003.mkv")
	for query, name := range map[string]string{
		"call me by your name":                   "Call.Me.by.Your.Name.2017.mkv",
		"please send call me by your name":       "Call.Me.by.Your.Name.2017.mkv",
		"any given sunday movie":                 "Any.Given.Sunday.1999.mkv",
		"yaar the office hai kya":                "The.Office.S05E07.mkv",
		"zindagi na milegi dobara wali movie do": "Zindagi.Na.Milegi.Dobara.2011.mkv",
		"kisi ne hera pheri dekhi hai? link do":  "Hera.Pheri.2000.mkv",
		"jab we met bhejo":                       "Jab.We.Met.2007.mkv",
		"kabhi khushi kabhie gham do":            "Kabhi.Khushi.Kabhie.Gham.2001.mkv",
		"mummy ne bola hai inception chahiye":    "Inception.2010.mkv",
		"exam khatam ho gaya inception dikha do": "Inception.2010.mkv",
		"मम्मी के लिए शोले का एचडी प्रिंट भेज दो":                 "शोले 1975.mkv",
		"my exam is tomorrow, need class 12 chemistry paper 2023": "Class 12 Chemistry Question Paper 2023.pdf",
		"soorarai pottru ka link kaam nahi kar raha dobara dalo":  "Soorarai.Pottru.2020.mkv",
		"inception bhej de bhai":                          "Inception.2010.mkv",
		"inception open nahi ho rahi dobara upload karo":  "Inception.2010.mkv",
		"meri girlfriend ko inception pasand hai bhej do": "Inception.2010.mkv",
		"batting":              "Batting_Drill.mp4",
		"schol of rock bhejna": "School.of.Rock.2003.mkv",
	} {
		if got := ix.foundNames(t, query); len(got) == 0 || got[0] != name {
			t.Errorf("%q finds %q, not %q", query, got, name)
		}
	}
}

// A question whether a file is there finds files whose names begin with its one word.
func TestSearch_QuestionsWhetherAFileIsThere(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "@Cine_Salaar_Part_1_Ceasefire_2023.mkv", "Making of Salaar.mkv", "@MovieHub_Gladiator_2000_1080p_Hindi.mkv", "The.Lokah.Chapter.1.Chandra.2025.mkv")
	for _, query := range []string{"bhai log salaar aa gayi kya", "salaar hai kya", "is salaar out yet", "सालार आ गई क्या", "salaar aayi kya bhai", "salaar kab aayegi", "salaar aa chuki hai kya", "yaar salaar nahi mili abhi tak"} {
		ix.expectFound(t, query, "@Cine_Salaar_Part_1_Ceasefire_2023.mkv")
	}
	ix.expectFound(t, "lokah hai kya bhai", "The.Lokah.Chapter.1.Chandra.2025.mkv")
	ix.expectFound(t, "gladiator 4k plz yaar mummy", "@MovieHub_Gladiator_2000_1080p_Hindi.mkv")
	ix.expectNothing(t, "making hogi kal tak", "bus aa gayi kya")
}
