package filter_test

import (
	"fmt"
	"slices"
	"testing"

	"pavilion/filter"
)

func sized(id int, name string, size int64) filter.Post {
	p := post(id, name)
	p.Media.Size = size
	return p
}

// rowNames returns the names in each row, and those of the subtitles behind a plus.
func rowNames(rows []filter.Row) []string {
	var all []string
	for _, row := range rows {
		line := ""
		for _, f := range row.Files {
			line += f.Media.Name + " | "
		}
		for _, f := range row.Subtitles {
			line += "+" + f.Media.Name + " | "
		}
		all = append(all, line)
	}
	return all
}

func (ix *index) grouped(t *testing.T, text string) filter.Page {
	t.Helper()
	page, err := ix.Search(t.Context(), filter.Query{Text: text, Grouped: true})
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestSearch_VersionsOfATitleAreOneRow(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t,
		sized(1, "Inception Making Of 2010.mkv", 50), sized(2, "Inception.2010.Soundtrack.mp3", 9), sized(3, "Inception.2010.720p.BluRay.x264-CREW.mkv", 700),
		sized(4, "[Cinema] Inception 2010 [Hin + Eng] 1080p WEB-DL.mkv", 2000), sized(5, "@Films_Inception_2010_480p.mp4", 400), sized(6, "Inception.2010.480p.copy.mkv", 400),
		sized(7, "Dark.Harbour.S01E01.720p.mkv", 1), sized(8, "Dark Harbour S01EP01 1080p.mkv", 2), sized(9, "Dark.Harbour.S01E02.720p.mkv", 3),
	)
	page := ix.grouped(t, "inception 2010")
	row := page.Rows[0]
	if len(page.Rows) != 3 || len(row.Files) != 3 || page.RowsTotal != 3 {
		t.Errorf("rows: %q", rowNames(page.Rows))
	}
	if v := row.Versions(); !slices.Equal(v.Resolutions, []int{480, 720, 1080}) || !slices.Equal(v.Languages, []string{"hindi", "english"}) || v.Smallest != 400 || v.Largest != 2000 {
		t.Errorf("versions: %+v", v)
	}
	if title := row.Title(); title != "Inception 2010" {
		t.Errorf("title %q", title)
	}
	if rows := rowNames(ix.grouped(t, "dark harbour").Rows); len(rows) != 2 {
		t.Errorf("episodes: %q", rows)
	}
	opened, err := ix.Search(t.Context(), filter.Query{Text: "inception 2010", Grouped: true, Row: row.Files[1].Media.Document})
	if err != nil || !slices.Equal(rowNames(opened.Rows), rowNames(page.Rows[:1])) {
		t.Errorf("opened: %q, %v", rowNames(opened.Rows), err)
	}
	if names := ix.foundNames(t, "inception 2010"); len(names) != 6 {
		t.Errorf("without rows: %q", names)
	}
}

func TestSearch_RowsArePagedByKey(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	var posts []filter.Post
	for i := range 60 {
		posts = append(posts, sized(i+1, fmt.Sprintf("Golden Over %d.%dp.mkv", i/3, []int{480, 720, 1080}[i%3]), int64(i+1)))
	}
	ix.storePosts(t, posts...)
	var files int
	q := filter.Query{Text: "golden over", Grouped: true, Limit: 6}
	for {
		page, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			files += len(row.Files)
		}
		if !page.HasNext {
			back, err := ix.Search(t.Context(), filter.Query{Text: q.Text, Grouped: true, Limit: 6, Row: page.Rows[0].Files[0].Media.Document})
			if err != nil {
				t.Fatal(err)
			}
			again, err := ix.Search(t.Context(), filter.Query{Text: q.Text, Grouped: true, Limit: 6, After: back.Start})
			if err != nil || !slices.Equal(rowNames(again.Rows), rowNames(page.Rows)) {
				t.Errorf("back from a row to %q, want %q, %v", rowNames(again.Rows), rowNames(page.Rows), err)
			}
			break
		}
		q.After = page.Last
	}
	if files != 60 {
		t.Errorf("%d of 60 files are in the rows", files)
	}
}

func TestSearch_SubtitlesStandBesideTheirFilm(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t,
		sized(1, "Inception.2010.1080p.mkv", 2000), sized(2, "Inception.English.srt", 3), sized(3, "Inception (2010) Hindi.ass", 4), sized(4, "Interstellar.2014.vtt", 5),
		sized(5, "Dark.Harbour.S01E02.720p.mkv", 6), sized(6, "Dark Harbour S01E02.srt", 7), sized(7, "Dark Harbour S01E03.srt", 8),
	)
	for text, want := range map[string]string{
		"inception 1080p":     "Inception.2010.1080p.mkv | +Inception (2010) Hindi.ass | +Inception.English.srt | ",
		"inception":           "Inception.2010.1080p.mkv | +Inception (2010) Hindi.ass | +Inception.English.srt | ",
		"interstellar":        "Interstellar.2014.vtt | ",
		"dark harbour s01e02": "Dark.Harbour.S01E02.720p.mkv | +Dark Harbour S01E02.srt | ",
	} {
		if got := rowNames(ix.grouped(t, text).Rows); !slices.Equal(got, []string{want}) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for name, want := range map[string][]string{
		"Inception.2010.1080p.mkv": {"Inception (2010) Hindi.ass", "Inception.English.srt"}, "Dark.Harbour.S01E02.720p.mkv": {"Dark Harbour S01E02.srt"},
		"Inception.English.srt": nil, "Interstellar.mp3": nil, "Nothing.mkv": nil,
	} {
		var got []string
		for _, f := range ix.Subtitles(t.Context(), filter.File{Media: filter.Media{Name: name, Kind: filter.KindDocument}}) {
			got = append(got, f.Media.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the subtitles of %s are %q, want %q", name, got, want)
		}
	}
}

// A file that was posted under several names is one document, and is listed once.
func TestSearch_ARenamedCopyIsListedOnce(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	first, renamed := post(1, "Golden.River.2014.mkv"), post(2, "Golden River (full film).mkv")
	renamed.Media.Document = first.Media.Document
	ix.storePosts(t, first, renamed)
	if page := ix.grouped(t, "golden river"); len(page.Rows) != 1 || len(page.Rows[0].Files) != 1 {
		t.Errorf("%q", rowNames(page.Rows))
	}
}
