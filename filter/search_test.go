package filter_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"pavilion/filter"
)

func TestSearch_TitlePhraseAndYearComeFirst(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t,
		post(1, "Inception.2010.1080p.mkv"),
		post(2, "Making of Inception 2010 documentary.mkv"),
		post(3, "The 2010 story behind Inception.mkv"),
		post(4, "Inception.1999.fan.edit.mkv"),
		post(5, "Inceptional 2010.mkv"),
	)
	if got := ix.foundNames(t, "inception 2010"); !slices.Equal(got, []string{"Inception.2010.1080p.mkv", "Making of Inception 2010 documentary.mkv", "The 2010 story behind Inception.mkv"}) {
		t.Errorf("order: %q", got)
	}
	if got := ix.foundNames(t, "inception"); len(got) != 5 || got[4] != "Inceptional 2010.mkv" {
		t.Errorf("an unfinished word comes last: %q", got)
	}
}

// A letter or two of a link in a caption is no match for the beginning of a word, nor for initials.
func TestSearch_LettersOfALinkComeBehindBeginningsAndInitials(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	linked := func(message int, title string) filter.Post {
		p := post(message, fmt.Sprintf("VID_%d.mp4", message))
		p.Media.Caption = title + "\nhttps://t.me/moviehub"
		return p
	}
	ix.storePosts(t, post(1, "Oceans.Twelve.2004.mkv"), post(2, "Mission.Impossible.III.2006.mkv"), linked(3, "Oceans Eleven 2001"), linked(4, "Three 3 Idiots 2009"),
		post(5, "Plan.B.2010.mkv"), post(6, "Plan.Better.2011.mkv"), linked(7, "Plan 9 2001"))
	for query, want := range map[string]string{"oceans t": "Oceans.Twelve.2004.mkv", "mi 3": "Mission.Impossible.III.2006.mkv", "plan b": "Plan.B.2010.mkv"} {
		if got := ix.foundNames(t, query); len(got) == 0 || got[0] != want {
			t.Errorf("%q finds %q", query, got)
		}
	}
}

func TestSearch_TheTitleIsFoundDespiteManyMentions(t *testing.T) {
	t.Parallel()
	ix := newIndex(t, func(o *testOptions) {
		o.QueueSize = 5000
		o.limits = []int64{0, 1, 1} // all files go to one pool, where the mentions can hide the title
	})
	ix.addChannel(t)
	posts := []filter.Post{post(1, "Golden.2001.mkv")} // the oldest
	for i := range 1200 {
		posts = append(posts, post(i+2, fmt.Sprintf("Golden Moments part %d.mkv", i)))
	}
	ix.storePosts(t, posts...)
	page, err := ix.Search(t.Context(), filter.Query{Text: "golden"})
	if err != nil || !page.Capped || page.Files[0].Media.Name != "Golden.2001.mkv" {
		t.Fatalf("first: %q of %d, capped %v, missing %v, backlog %+v, %v", page.Files[0].Media.Name, page.Total, page.Capped, page.Missing, ix.Backlog(), err)
	}
}

// TestPostings_ANewWordFillsSeveralChunksInOneBatch stores a batch in which a new word fills more than one chunk of its list.
func TestPostings_ANewWordFillsSeveralChunksInOneBatch(t *testing.T) {
	t.Parallel()
	ix := newIndex(t, func(o *testOptions) { o.QueueSize, o.BatchMax = 5000, 5000 })
	ix.addChannel(t)
	if _, err := ix.channels.Pause(t.Context(), channel); err != nil { // so that all posts are stored in one batch
		t.Fatal(err)
	}
	for i := range 1100 {
		p := post(i+1, fmt.Sprintf("Golden Moments part %d.mkv", i))
		ix.telegram.putPost(p)
		ix.Post(p)
	}
	if _, err := ix.channels.Resume(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are stored", func() bool { return ix.countFiles(t) == 1100 })
	for _, part := range []string{"0", "511", "512", "513", "1023", "1024", "1099"} {
		if got := ix.foundNames(t, "golden part "+part); len(got) == 0 || got[0] != "Golden Moments part "+part+".mkv" {
			t.Errorf("part %s: %q", part, got)
		}
	}
}

func TestSearch_PagesAreCutByKeyBothWays(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	for i := range 47 { // spread over the pools
		ix.pools.All()[i%3].Wrote(-1 << 30 * int64(i+1))
		p := post(i+1, fmt.Sprintf("Golden Over %d.mkv", i))
		p.Posted = time.Unix(1_700_000_000+int64(i/4), 0).UTC() // ties
		ix.storePosts(t, p)
	}
	all := ix.foundNames(t, "golden over")
	if len(all) != 47 || !slices.Equal(all, ix.foundNames(t, "golden over")) {
		t.Fatalf("%d results, or an order that changes", len(all))
	}
	var forth, back []string
	q := filter.Query{Text: "golden over", Limit: 10}
	var last filter.Page
	for {
		page, err := ix.Search(t.Context(), q)
		if err != nil || page.Total != 47 {
			t.Fatalf("%d, %v", page.Total, err)
		}
		for _, f := range page.Files {
			forth = append(forth, f.Media.Name)
		}
		last = page
		if !page.HasNext {
			break
		}
		q.After = page.Last
		if len(forth) == 20 { // a post between two pages shifts nothing
			ix.storePosts(t, post(100, "Golden Over new.mkv"))
			ix.Delete(channel, []filter.MessageID{100})
			if err := ix.WaitStored(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !slices.Equal(forth, all) {
		t.Errorf("pages forward: %q", forth)
	}
	for last.HasPrev {
		page, err := ix.Search(t.Context(), filter.Query{Text: "golden over", Limit: 10, Before: last.First})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range page.Files {
			names = append(names, f.Media.Name)
		}
		back, last = append(names, back...), page
	}
	if !slices.Equal(back, all[:40]) {
		t.Errorf("pages back: %q", back)
	}
}

func TestSearch_FiltersNarrow(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Dark.Harbour.S01E01.720p.Hindi.mkv"), post(2, "Dark.Harbour.S02E01.1080p.mkv"), post(3, "Dark.Harbour.Artbook.2015.pdf"))
	page, err := ix.Search(t.Context(), filter.Query{Text: "dark harbour"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []filter.Facet{{filter.BySeason, "1", 1}, {filter.BySeason, "2", 1}, {filter.ByResolution, "720", 1}, {filter.ByResolution, "1080", 1}, {filter.ByLanguage, "hindi", 1}, {filter.ByYear, "2015", 1}} {
		if !slices.Contains(page.Facets, want) {
			t.Errorf("no button for %+v in %+v", want, page.Facets)
		}
	}
	for _, f := range page.Facets {
		sel, err := filter.Selection{}.With(f.Dimension, f.Value)
		if err != nil {
			t.Fatal(err)
		}
		narrowed, err := ix.Search(t.Context(), filter.Query{Text: "dark harbour", Selection: sel})
		if err != nil || narrowed.Total != f.Count {
			t.Errorf("%+v leaves %d, %v", f, narrowed.Total, err)
		}
	}
}

func TestSearch_APoolThatHangsTakesTheOthersNoTime(t *testing.T) {
	ix := newIndex(t)
	ix.addChannel(t)
	ix.pools.All()[1].Wrote(-1 << 30)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	hasty := filter.NewSearcher(ix.pools, ix.vocab, filter.SearchOptions{Timeout: 2 * time.Second, Logger: slog.New(slog.DiscardHandler)})
	if err := shared.PauseMongo(0); err != nil {
		t.Fatal(err)
	}
	resume := sync.OnceFunc(func() {
		if err := shared.ResumeMongo(0); err != nil {
			t.Error(err)
		}
	})
	defer resume()
	page, err := hasty.Search(t.Context(), filter.Query{Text: "golden rivre zzzzqq"}) // takes several steps and a suggestion
	if err != nil || page.Suggestion != "golden river" {
		t.Errorf("suggests %q, %v", page.Suggestion, err)
	}
	for range 2 { // a typo, so that the search needs a second step
		page, err := hasty.Search(t.Context(), filter.Query{Text: "golden rivre"})
		if err != nil || len(page.Files) != 1 || !slices.Equal(page.Missing, []string{"a"}) {
			t.Fatalf("%d files, missing %v, %v", len(page.Files), page.Missing, err)
		}
	}
	if !ix.pools.All()[0].Down() {
		t.Error("three searches waited for a pool that hangs, and the next one will wait as well")
	}
	resume()
	eventually(t, "whole again", func() bool {
		page, err := hasty.Search(t.Context(), filter.Query{Text: "golden rivre"})
		return err == nil && len(page.Missing) == 0
	})
}

func TestSearch_SuggestionsHaveResults(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, post(1, "Golden.River.2014.mkv"))
	page, err := ix.Search(t.Context(), filter.Query{Text: "golden river xylophone"})
	if err != nil || len(page.Files) != 0 || page.Suggestion != "golden river" {
		t.Errorf("%d files, suggestion %q, %v", len(page.Files), page.Suggestion, err)
	}
	page, err = ix.Search(t.Context(), filter.Query{Text: "zzz qqq"})
	if err != nil || page.Suggestion != "" {
		t.Errorf("suggestion %q out of nothing, %v", page.Suggestion, err)
	}
}

// Without results and without a suggestion, the search offers the query without its rarest word.
func TestSearch_FewerWordsLeaveOutTheLeastKnown(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	for i, name := range []string{"Alpha.Home.mkv", "Alpha.Again.mkv", "Bravo.Home.mkv", "Charlie.Home.mkv", "Charlie.Again.mkv", "Delta.Home.mkv", "Delta.Again.mkv"} {
		ix.storePosts(t, post(i+1, name))
	}
	for text, want := range map[string]string{"zzz qqq": "", "zzz": "", "alpha zzz qqq": "alpha zzz", "alpha bravo charlie delta": "alpha charlie delta", "alpha - charlie delta zzz xxx": "alpha charlie delta zzz xxx"} {
		page, err := ix.Search(t.Context(), filter.Query{Text: text})
		if err != nil || page.Total != 0 || page.Suggestion != "" || page.Fewer != want {
			t.Errorf("%q: %d files, suggestion %q, fewer words %q, want %q, %v", text, page.Total, page.Suggestion, page.Fewer, want, err)
		}
	}
}

func TestVocabulary_FoldKeepsEveryWord(t *testing.T) {
	t.Parallel()
	v, err := filter.NewVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- v.Run(ctx) }()
	for i := range 60 {
		words := map[string]int{}
		for j := range 1000 {
			words[fmt.Sprintf("word%05d", i*1000+j)] = 2
		}
		v.Add(words)
	}
	v.Add(map[string]int{"word00001": -1, "word00002": -2})
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for i := range 60_000 {
		want := 2
		if i == 1 || i == 2 {
			want -= i
		}
		if got := v.Count(fmt.Sprintf("word%05d", i)); got != want {
			t.Fatalf("word %d counts %d, want %d", i, got, want)
		}
	}
}
