package filter_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"pavilion/filter"
)

func (ix *index) storeNames(t *testing.T, names ...string) {
	t.Helper()
	var posts []filter.Post
	for i, name := range names {
		posts = append(posts, post(i+1, name))
	}
	ix.storePosts(t, posts...)
}

// expectFound fails the test unless a query finds exactly the files with these names, in this order.
func (ix *index) expectFound(t *testing.T, query string, names ...string) {
	t.Helper()
	if got := ix.foundNames(t, query); !slices.Equal(got, names) {
		t.Errorf("%q finds %q, not %q", query, got, names)
	}
}

// expectPairs stores files, and expects that each is all that its query finds. A pair is a query and a name.
func (ix *index) expectPairs(t *testing.T, pairs [][2]string) {
	t.Helper()
	var names []string
	for _, p := range pairs {
		names = append(names, p[1])
	}
	ix.storeNames(t, names...)
	for _, p := range pairs {
		ix.expectFound(t, p[0], p[1])
	}
}

// expectNothing expects that queries find and suggest nothing.
func (ix *index) expectNothing(t *testing.T, queries ...string) {
	t.Helper()
	for _, text := range queries {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != "" || page.Fewer != "" {
			t.Errorf("%q: %d files, suggestion %q, fewer words %q, %v", text, page.Total, page.Suggestion, page.Fewer, err)
		}
	}
}

// While somebody types, every beginning of the query finds the file, from the second letter on.
func TestSearch_ResultsStayWhileAWordIsUnfinished(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"breaking bad s01e05":             "Breaking.Bad.S01E05.720p.mkv",
		"breaking bad season 1 episode 5": "Breaking.Bad.S01E05.720p.mkv",
		"breaking bad 1x05":               "Breaking.Bad.S01E05.720p.mkv",
		"spiderman 2 2004":                "Spider-Man.2.2004.1080p.mkv",
		"spider man":                      "Spiderman.2002.mkv",
		"ms dhoni":                        "M.S. Dhoni batting.mp4",
		"rocky 4 1985":                    "Rocky IV 1985.mkv",
		"naruto 120":                      "Naruto - 120.mkv",
		"आवारा 1951":                      "आवारा (1951).mkv",
		"七人の侍":                            "七人の侍 1954.mkv",
	}
	ix := newIndex(t)
	ix.addChannel(t)
	var names []string
	for _, name := range cases {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	ix.storeNames(t, names...)
	for query, name := range cases {
		for end := range query {
			typed := query[:end]
			if len([]rune(strings.TrimSpace(typed))) < 2 {
				continue
			}
			if !slices.Contains(ix.foundNames(t, typed), name) {
				t.Errorf("%q does not find %q", typed, name)
			}
		}
	}
}

func TestSearch_LooseningsCombine(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Spider-Man.III.2007.mkv", "Golden-River.Part.II.Hindi.mkv", "M.S. Dhoni Untold Story.mkv", "Dark.Harbour.S02E04.mkv", "शोले 1975.mkv")
	for query, name := range map[string]string{
		"spidr man 3":                         "Spider-Man.III.2007.mkv",
		"spdierman 3":                         "Spider-Man.III.2007.mkv",
		"goldn river part 2 hind":             "Golden-River.Part.II.Hindi.mkv",
		"goldenriver pt2":                     "Golden-River.Part.II.Hindi.mkv",
		"ms dohni untold":                     "M.S. Dhoni Untold Story.mkv",
		"darkharbour episode 4":               "Dark.Harbour.S02E04.mkv",
		"please send drak harbour 2nd season": "Dark.Harbour.S02E04.mkv",
		"plz bhejo sholay movie":              "शोले 1975.mkv",
	} {
		if got := ix.foundNames(t, query); !slices.Contains(got, name) {
			t.Errorf("%q finds %q, not %q", query, got, name)
		}
	}
}

func TestSearch_AMisspelledFileNameHidesNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Avengrs.cam.rip.mkv", "Avengers.2012.mkv", "Avengers.Endgame.2019.mkv", "Avengers.Age.of.Ultron.mkv")
	if got := ix.foundNames(t, "avengrs"); len(got) != 4 || got[0] != "Avengrs.cam.rip.mkv" || got[1] != "Avengers.2012.mkv" {
		t.Errorf("%q", got)
	}
}

// The likelier mistake comes first, and of equal ones the file whose title the query is.
func TestSearch_MistypedMatchesAreOrderedByLikenessAndTitle(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Titanic.1997.mkv", "Raise the Titanic.1980.mkv", "Titan.2018.mkv", "Attack.on.Titan.S01E01.mkv", "Attack.on.Titan.S01E02.mkv")
	got := ix.foundNames(t, "titanc")
	if len(got) != 5 || got[0] != "Titanic.1997.mkv" || got[1] != "Raise the Titanic.1980.mkv" || got[2] != "Titan.2018.mkv" {
		t.Errorf("%q", got)
	}
}

// Of equally mistyped titles, one that was posted more than once comes first.
func TestSearch_OfEquallyMistypedFilesThePopularOneComesFirst(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	again := post(3, "Gladiator.2000.480p.mkv")
	again.Media.Document = post(1, "").Media.Document
	ix.storePosts(t, post(1, "Gladiator.2000.480p.mkv"), post(2, "Gladiator.2000.720p.mkv"), post(4, "Gladiator.2000.1080p.mkv"), again)
	if got := ix.foundNames(t, "gladaitor"); len(got) != 3 || got[0] != "Gladiator.2000.480p.mkv" {
		t.Errorf("%q", got)
	}
}

// Of files that one mistake is as likely for, those that people took more often come first. The likeness and the title count more.
func TestSearch_OfEquallyMistypedFilesTheMostTakenComesFirst(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Gladiator.2000.480p.mkv", "Gladiator.2000.720p.mkv", "Gladiator.2000.1080p.mkv", "Making of Gladiator.mkv", "Gladiators.2001.mkv")
	taken := map[filter.DocumentID]uint8{post(1, "").Media.Document: 1, post(2, "").Media.Document: 2, post(4, "").Media.Document: 30, post(5, "").Media.Document: 30}
	s := filter.NewSearcher(ix.pools, ix.vocab, filter.SearchOptions{Logger: slog.New(slog.DiscardHandler), Taken: func(id filter.DocumentID) uint8 { return taken[id] }})
	var got []string
	for q := (filter.Query{Text: "gladiatr", Limit: 2}); ; { //nolint:misspell // it has to be misspelt
		page, err := s.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Files {
			got = append(got, f.Media.Name)
		}
		if !page.HasNext {
			break
		}
		if q.After, err = filter.ParseCursor(page.Last.String()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"Gladiator.2000.720p.mkv", "Gladiator.2000.480p.mkv", "Gladiator.2000.1080p.mkv", "Making of Gladiator.mkv", "Gladiators.2001.mkv"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	exact, err := s.Search(t.Context(), filter.Query{Text: "gladiator"})
	if err != nil || exact.Files[0].Media.Name != "Gladiator.2000.1080p.mkv" {
		t.Errorf("without a mistake the newest comes first: %q, %v", exact.Files[0].Media.Name, err)
	}
}

// Words with which people ask are dropped when nothing matches with them, in English and in Hindi of both scripts.
func TestSearch_ChatPhrasingFindsTheFile(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Dune.Part.Two.2024.Hindi.1080p.mkv", "Oppenheimer.2023.mkv", "Pathaan.2023.mkv", "आवारा 1951.mkv", "Send.Help.2026.mkv", "Full.Metal.Jacket.mkv", "Any.Given.Sunday.1999.mkv", "Welcome.2007.mkv")
	for query, name := range map[string]string{
		"please send dune part two hindi":        "Dune.Part.Two.2024.Hindi.1080p.mkv",
		"plese send me dune part 2 full movie":   "Dune.Part.Two.2024.Hindi.1080p.mkv",
		"any link for oppenheimer?":              "Oppenheimer.2023.mkv",
		"does anyone have openheimer in hd":      "Oppenheimer.2023.mkv",
		"bhai koi pathan movie bhejo":            "Pathaan.2023.mkv",
		"mujhe oppenheimer chahiye":              "Oppenheimer.2023.mkv",
		"भाई पठान फिल्म भेजो":                    "Pathaan.2023.mkv",
		"कोई आवारा मूवी का लिंक दो":              "आवारा 1951.mkv",
		"awara full movie download":              "आवारा 1951.mkv",
		"please send the welcome movie":          "Welcome.2007.mkv",
		"can you please upload any given sundya": "Any.Given.Sunday.1999.mkv",
		"full metal jacket movie":                "Full.Metal.Jacket.mkv",
	} {
		if got := ix.foundNames(t, query); len(got) == 0 || got[0] != name {
			t.Errorf("%q finds %q, not %q", query, got, name)
		}
	}
	for query, name := range map[string]string{
		"do you have send help":      "Send.Help.2026.mkv",
		"sir dune part 2 milegi kya": "Dune.Part.Two.2024.Hindi.1080p.mkv",
		"मुझे आवारा फिल्म डाउनलोड करनी है":             "आवारा 1951.mkv",
		"kindly provide oppenheimer in good quality":   "Oppenheimer.2023.mkv",
		"hello team, may i have any given sunday asap": "Any.Given.Sunday.1999.mkv",
	} {
		if got := ix.foundNames(t, query); len(got) == 0 || got[0] != name {
			t.Errorf("%q finds %q, not %q", query, got, name)
		}
	}
	ix.expectFound(t, "send help", "Send.Help.2026.mkv") // a title of such words
}

func TestSearch_NamesAreFoundInTheOtherScript(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.expectPairs(t, [][2]string{
		{"awara", "आवारा 1951.mkv"},
		{"zindagi", "ज़िंदगी ना मिलेगी 2011.mkv"},
		{"dilwale dulhania", "दिलवाले दुल्हनिया 1995.mkv"},
		{"कृष्णा", "Krishna.1996.mkv"},
		{"बाहुबली", "Baahubali.2015.mkv"},
		{"matritsa", "Матрица 1999.mkv"},
		{"nayakan", "நாயகன் 1987.mkv"},
		{"gisaengchung", "기생충 2019.mkv"},
	})
}

func TestSearch_NonsenseFindsAndSuggestsNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "God.2003.mkv", "The.Matrix.1999.mkv", "For.You.2010.mkv", "City.of.God.2002.mkv", "Today.2014.mkv", "Hell.2010.mkv", "Happy.New.Year.2014.mkv", "Good.Doctor.mkv")
	for _, text := range []string{"good morning everyone", "hello", "thank you so much bro", "how are you guys", "asdfgh qwerty", "who is the admin here", "weather forecast", "koi hai kya", "क्या हाल है"} {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != "" || page.Fewer != "" {
			t.Errorf("%q: %d files, suggestion %q, fewer words %q, %v", text, page.Total, page.Suggestion, page.Fewer, err)
		}
	}
	for text, want := range map[string]string{"the matrix 2003 xylophone": "the matrix", "happy new year deepika": "happy new year", "hello city of god brazil film": "city of god"} {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != want {
			t.Errorf("%q: %d files, suggestion %q, want %q, %v", text, page.Total, page.Suggestion, want, err)
		}
	}
}

// A word of small talk begins no title once it is sent. While it is typed, it may.
func TestSearch_SmallTalkFindsNothingAndFlickersNothing(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Lolita.1962.mkv", "Windows.11.Guide.pdf", "The.Water.Horse.2007.mkv", "Wedding.Nights.2001.mkv", "Slow.West.Horse.2015.mkv", "Kal.Ho.Naa.Ho.mp3")
	for _, text := range []string{"lol", "who will win today", "what is the weather today", "how are you all doing", "why so slow", "kal milte hain"} {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != "" || page.Fewer != "" {
			t.Errorf("%q: %d files, suggestion %q, fewer words %q, %v", text, page.Total, page.Suggestion, page.Fewer, err)
		}
	}
	if page, err := ix.Search(t.Context(), filter.Query{Text: "lol", Typing: true}); err != nil || page.Total != 1 {
		t.Errorf("while it is typed: %d files, %v", page.Total, err)
	}
}

// Words that are written as one are found, also by their sounds.
func TestSearch_JoinedWordsAreFound(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "The.Lord.of.the.Rings.2001.mkv", "Bigg.Boss.S17E30.mkv", "Dark.Harbour.S02E03.mkv", "Jai.Bhim.2021.mkv", "KGF Chapter 2 2022.mkv", "Conjuring.2.2016.mkv", "Oceans.Eleven.2001.mkv", "WALL-E.2008.mkv")
	for query, name := range map[string]string{
		"lordoftherings":                       "The.Lord.of.the.Rings.2001.mkv",
		"bigboss 17":                           "Bigg.Boss.S17E30.mkv",
		"darkharbours02e03":                    "Dark.Harbour.S02E03.mkv",
		"darkharbourseason 2":                  "Dark.Harbour.S02E03.mkv",
		"dark harbour s 2 e 3":                 "Dark.Harbour.S02E03.mkv",
		"dark harbour seson 2 episde 3":        "Dark.Harbour.S02E03.mkv",
		"darkharbour sesion 2":                 "Dark.Harbour.S02E03.mkv",
		"dark harbour sesson2 eposide3":        "Dark.Harbour.S02E03.mkv",
		"dark harbour 2nd sezon":               "Dark.Harbour.S02E03.mkv",
		"dark harbour siason 2 epsod 3":        "Dark.Harbour.S02E03.mkv",
		"dark harbour third episode season ii": "Dark.Harbour.S02E03.mkv",
		"jaibim":                               "Jai.Bhim.2021.mkv",
		"kgf part two":                         "KGF Chapter 2 2022.mkv",
		"2nd part conjuring":                   "Conjuring.2.2016.mkv",
		"oceans11":                             "Oceans.Eleven.2001.mkv",
		"wall e 2008":                          "WALL-E.2008.mkv",
	} {
		if got := ix.foundNames(t, query); !slices.Contains(got, name) {
			t.Errorf("%q finds %q, not %q", query, got, name)
		}
	}
}

// Scripts disagree about vowels and about k and g, so words whose sounds differ a little are found, too.
func TestSearch_NamesThatSoundNearlyAlikeAreFoundInTheOtherScript(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.expectPairs(t, [][2]string{
		{"गजनी", "Ghajini.2008.mkv"},
		{"जोकर", "Joker.2019.mkv"},
		{"आयरन मैन", "Iron.Man.2008.mkv"},
		{"टाइटैनिक", "Titanic.1997.mkv"},
		{"pakeezah", "पाकीज़ा 1972.mkv"},
		{"umrao jaan", "उमराव जान 1981.mkv"},
		{"anbe sivam", "அன்பே சிவம் 2003.mkv"},
		{"al risalah", "الرسالة 1976.mkv"},
		{"kafarnahum", "كفرناحوم 2018.mkv"},
		{"salinui chueok", "살인의 추억 2003.mkv"},
		{"इंसेप्शन", "Inception.2010.mkv"},
	})
}

func TestSearch_EveryWordOfALongCaptionFindsTheFile(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	p := post(1, "clip.mp4")
	var words []string
	for i := range 140 {
		words = append(words, fmt.Sprintf("w%dq", i))
	}
	p.Media.Caption = strings.Join(words, " ")
	ix.storePosts(t, p)
	for _, word := range []string{words[0], words[64], words[139]} {
		if len(ix.foundNames(t, word)) != 1 {
			t.Errorf("%q finds nothing", word)
		}
	}
}

// Languages are filters from a tag of short forms, and from the caption.
func TestSearch_LanguagesOfTagsAndCaptionsAreFilters(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	captioned := post(3, "Leoville.2023.mkv")
	captioned.Media.Caption = "Leoville\nAudio: Hindi + English\nQuality: 720p"
	ix.storePosts(t, post(1, "Leoville 2023 [Tam + Tel] 1080p.mkv"), post(2, "Leoville Tel Aviv concert.mp4"), captioned)
	page, err := ix.Search(t.Context(), filter.Query{Text: "leoville"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range page.Facets {
		if f.Dimension == filter.ByLanguage || f.Dimension == filter.ByResolution {
			got = append(got, fmt.Sprintf("%s %d", f.Value, f.Count))
		}
	}
	if want := []string{"1080 1", "720 1", "english 1", "hindi 1", "tamil 1", "telugu 1"}; !slices.Equal(got, want) {
		t.Errorf("filters %q, want %q", got, want)
	}
	narrowed, err := ix.Search(t.Context(), filter.Query{Text: "leoville", Selection: filter.Selection{Language: "hindi"}})
	if err != nil || len(narrowed.Files) != 1 || narrowed.Files[0].Media.Document != captioned.Media.Document {
		t.Errorf("%+v, %v", narrowed.Files, err)
	}
}

// A broad query reads few files for its first pages, and more for the later ones, until there are no more.
func TestSearch_AllResultsCanBePagedTo(t *testing.T) {
	t.Parallel()
	ix := newIndex(t, func(o *testOptions) {
		o.QueueSize = 5000
		o.limits = []int64{0, 1, 1}
	})
	ix.addChannel(t)
	var posts []filter.Post
	for i := range 2100 {
		posts = append(posts, post(i+1, fmt.Sprintf("Golden Moments part %d.mkv", i)))
	}
	ix.storePosts(t, posts...)
	seen := map[filter.DocumentID]bool{}
	q := filter.Query{Text: "golden moments", Limit: 50}
	for {
		page, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Files {
			if seen[f.Media.Document] {
				t.Fatalf("%s is on two pages", f.Media.Name)
			}
			seen[f.Media.Document] = true
		}
		if !page.HasNext {
			break
		}
		if page.Last.Compare(q.After) <= 0 && !q.After.Zero() {
			t.Fatal("the pages do not go on")
		}
		q.After = page.Last
	}
	if len(seen) != len(posts) {
		t.Errorf("%d of %d files are on the pages", len(seen), len(posts))
	}
}

// A channel's tag before a title does not belong to it, and the caption has the title of a file that an app has named.
func TestSearch_TitlesBehindTagsAreTitles(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	captioned := post(9, "VID_20230114.mp4")
	captioned.Media.Caption = "🎬 Whiplash (2014)\n\nJoin @MovieHub"
	ix.storePosts(t, captioned)
	ix.storeNames(t, "@MovieHub_Masaan_2015_720p.mkv", "[JOIN @Cinema4U] Dilwale.Dulhania.Le.Jayenge.1995.mkv", "www.FilmsPoint.in - Vertigo 1958 1080p.mkv", "[REC] 2007.mkv")
	for query, want := range map[string]string{
		"is masaan here": "@MovieHub_Masaan_2015_720p.mkv", "ddlj": "[JOIN @Cinema4U] Dilwale.Dulhania.Le.Jayenge.1995.mkv", "is vertigo here": "www.FilmsPoint.in - Vertigo 1958 1080p.mkv",
		"is whiplash here": "VID_20230114.mp4", "is rec here": "[REC] 2007.mkv",
	} {
		ix.expectFound(t, query, want)
	}
}

// A word before a number may have lost the s of its possessive, and a figure may stand for a letter.
func TestSearch_NumbersAndFiguresOfTitlesAreFoundAsTheyAreSaid(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Frank Ocean - 11 - Super Rich Kids.mp3", "Ocean's.Eleven.2001.mkv", "Se7en.1995.mkv")
	ix.expectFound(t, "ocean 11", "Ocean's.Eleven.2001.mkv", "Frank Ocean - 11 - Super Rich Kids.mp3")
	ix.expectFound(t, "seven", "Se7en.1995.mkv")
	ix.expectFound(t, "se7en", "Se7en.1995.mkv")
}

// A caption may have a word with which people ask, for example in the tag of a channel. It hides no title.
func TestSearch_AWordOfATagHidesNoTitle(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	tagged := post(9, "Samurai.Seven.Stories.mkv")
	tagged.Media.Caption = "Join @MovieHub for more"
	ix.storePosts(t, tagged)
	ix.storeNames(t, "Seven.1995.mkv")
	if got := ix.foundNames(t, "seven movie"); len(got) != 2 || got[0] != "Seven.1995.mkv" {
		t.Errorf("%q", got)
	}
}

func TestSearch_WordsOfChatBelongToATitleBesideThem(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Jab.We.Met.2007.mkv", "How.I.Met.Your.Mother.S03E05.mkv", "Met.Gala.2021.mkv", "Ek.Tha.Tiger.2012.mkv", "Tiger.Zinda.Hai.2017.mkv", "वीर ज़ारा 2004.mkv")
	ix.expectFound(t, "can you please upload jab we met", "Jab.We.Met.2007.mkv")
	page, err := ix.Search(t.Context(), filter.Query{Text: "ek tha tiger ki picture bhejna veer"})
	if err != nil || page.Suggestion != "ek tha tiger" {
		t.Errorf("suggestion %q, %v", page.Suggestion, err)
	}
}

// Chatter with a word that is a title is no request for it, and letters without a vowel are no word that is heard.
func TestSearch_ChatterSuggestsNoTitle(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Lost.S01E01.mkv", "School.2012.mkv", "AC-DC Highway.mp3", "सनम 1997.mkv", "Maine.Pyar.Kiya.1989.mkv", "VLC-3.0.exe", "Player.One.2018.mkv", "Player.Two.2019.mkv")
	for _, text := range []string{"i lost my bat yesterday", "kal school ki chutti hai", "tc", "smh", "fees bhar di maine"} {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != "" || page.Fewer != "" {
			t.Errorf("%q: %d files, suggestion %q, fewer words %q, %v", text, page.Total, page.Suggestion, page.Fewer, err)
		}
	}
	if page, err := ix.Search(t.Context(), filter.Query{Text: "vlc player"}); err != nil || page.Suggestion != "vlc" {
		t.Errorf("suggestion %q of the rarer word, %v", page.Suggestion, err)
	}
}

// Queries in any script find titles in any other, also where one of them writes as one word what the other parts.
func TestSearch_TitlesAreFoundFromEveryScript(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	names := []string{
		"Левиафан (2014) 1080p.mkv", "Joker.2019.mkv", "श्रीमद्भगवद्गीता.pdf", "जाने भी दो यारों 1983.mkv", "Spider-Man.2002.mkv", "John.Wick.Chapter.3.Parabellum.2019.mkv", "Jawan.2023.mkv",
		"KGF.Chapter.1.2018.mkv", "मधुमती 1958.mkv", "The.Lamp.Zenok.S03E07.mkv", "Mean.Girls.2004.mkv", "The.Mine.2012.mkv", "Mini.2022.mkv", "Dune.Part.Two.2024.mkv", "Doctor.Strange.2016.mkv",
		"Baahubali.2015.mkv", "ബാഹുബലി 2013.mkv", "Мастер и Маргарита 2005.avi",
	}
	ix.storeNames(t, names...)
	for query, at := range map[string]int{
		"leviathan": 0, "джокер": 1, "ജോക്കർ": 1, "shrimad bhagwat geeta": 2, "bhagavad gita": 2, "भगवद्गीता": 2, "jaane bhi do yaaro": 3, "स्पाइडरमैन": 4, "স্পাইডারম্যান": 4, "जॉन विक 3": 5, "джон уик": 5,
		"জওয়ান": 6, "ஜவான்": 6, "ಕೆಜಿಎಫ್": 7, "మధుమతి": 8, "মধুমতী": 8, "ड्यून पार्ट 2": 13, "डॉक्टर स्ट्रेंज": 14,
	} {
		ix.expectFound(t, query, names[at])
	}
	ix.expectFound(t, "बाहुबली", "Baahubali.2015.mkv", "ബാഹുബലി 2013.mkv") // Latin letters before other Indic scripts
	ix.expectFound(t, "mast hai yaar")                                     // words of chat are no part of a word
}
