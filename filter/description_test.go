package filter_test

import (
	"slices"
	"testing"

	"pavilion/filter"
)

// captionedAt returns a post of the same file with its own message id and caption.
func captionedAt(message int, caption string) filter.Post {
	p := post(1, "clip.mp4")
	p.Place.Message = filter.MessageID(message)
	p.Posted = post(message, "").Posted
	p.Media.Caption = caption
	return p
}

func (ix *index) foundCaptions(t *testing.T, text string) []string {
	t.Helper()
	page, err := ix.Search(t.Context(), filter.Query{Text: text, Limit: 50})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var captions []string
	for _, f := range page.Files {
		captions = append(captions, f.Media.Caption)
	}
	return captions
}

func TestDescriptions_EachPlaceKeepsItsCaption(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	check := func(when string, want map[string][]string) {
		t.Helper()
		if err := ix.WaitStored(t.Context()); err != nil {
			t.Fatal(err)
		}
		for query, captions := range want {
			if got := ix.foundCaptions(t, query); !slices.Equal(got, captions) {
				t.Errorf("%s, %q finds %q, want %q", when, query, got, captions)
			}
		}
	}
	deliver := func(when string, message int, want string) {
		t.Helper()
		f, err := ix.File(t.Context(), post(1, "").Media.Document, filter.Place{Channel: channel, Message: filter.MessageID(message)})
		if err != nil || f.Media.Caption != want {
			t.Errorf("%s, message %d is delivered with %q, %v, want %q", when, message, f.Media.Caption, err, want)
		}
	}
	const first, second, third = "Cover drive masterclass", "Wicketkeeping basics", "Spin bowling clinic"
	ix.storePosts(t, captionedAt(1, first), captionedAt(2, second), captionedAt(3, third), captionedAt(4, third))
	check("posted", map[string][]string{"cover drive": {first}, "wicketkeeping": {second}, "spin bowling": {third}, "clip": {third}})
	deliver("posted", 1, first)
	deliver("posted", 2, second)
	deliver("posted", 4, third)
	if n := ix.countFiles(t); n != 1 {
		t.Errorf("one file is %d documents", n)
	}

	ix.Delete(channel, []filter.MessageID{2})
	check("the second deleted", map[string][]string{"cover drive": {first}, "wicketkeeping": nil, "spin bowling": {third}})
	deliver("the second deleted", 2, third)

	const edited = "Square cut drills"
	ix.Edit(captionedAt(4, edited))
	check("the fourth edited", map[string][]string{"cover drive": {first}, "spin bowling": {third}, "square cut": {edited}})
	deliver("the fourth edited", 3, third)
	deliver("the fourth edited", 4, edited)

	ix.Delete(channel, []filter.MessageID{3, 4})
	check("only the first left", map[string][]string{"cover drive": {first}, "spin bowling": nil, "square cut": nil, "clip": {first}})
	deliver("only the first left", 4, first)

	ix.Delete(channel, []filter.MessageID{1})
	check("all deleted", map[string][]string{"cover drive": nil, "clip": nil})
	if n := ix.countFiles(t); n != 0 {
		t.Errorf("%d documents are left", n)
	}
}

func TestDescriptions_TwoPoolsAreMergedWithTheirCaptions(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, captionedAt(1, "Cover drive masterclass"))
	if err := ix.StoreDuplicate(t.Context(), captionedAt(2, "Wicketkeeping basics")); err != nil {
		t.Fatal(err)
	}
	if n := ix.countFiles(t); n != 2 {
		t.Fatalf("%d documents, want a duplicate", n)
	}
	if err := ix.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, b := ix.foundCaptions(t, "cover drive"), ix.foundCaptions(t, "wicketkeeping")
	if n := ix.countFiles(t); n != 1 || len(a) != 1 || len(b) != 1 || a[0] == b[0] {
		t.Errorf("%d documents; %q, %q", n, a, b)
	}
}

func TestDescriptions_RefreshReadsThePlaceOfTheCaption(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storePosts(t, captionedAt(1, "Cover drive masterclass"), captionedAt(2, "Wicketkeeping basics"))
	file, err := ix.File(t.Context(), post(1, "").Media.Document, filter.Place{Channel: channel, Message: 1})
	if err != nil {
		t.Fatal(err)
	}
	if file, err = ix.Refresh(t.Context(), file); err != nil || file.Media.Caption != "Cover drive masterclass" {
		t.Errorf("%q, %v", file.Media.Caption, err)
	}
	// The message is deleted and the bot gets no update about it.
	ix.telegram.removePost(filter.Place{Channel: channel, Message: 1})
	if file, err = ix.Refresh(t.Context(), file); err != nil || file.Media.Caption != "Wicketkeeping basics" {
		t.Errorf("after the deletion: %q, %v", file.Media.Caption, err)
	}
	eventually(t, "the deleted post's caption finds nothing", func() bool { return len(ix.foundCaptions(t, "cover drive")) == 0 })
}

// A file with more captions than maxDescriptions is found by the newest ones. It leaves the index with its last post.
func TestDescriptions_AreBounded(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	const n = 70
	var ids []filter.MessageID
	for i := 1; i <= n; i++ {
		ix.storePosts(t, captionedAt(i, "lesson number "+string(rune('A'+i%26))+string(rune('a'+i/26))+"x"))
		ids = append(ids, filter.MessageID(i))
	}
	file, err := ix.File(t.Context(), post(1, "").Media.Document, filter.Place{Channel: channel, Message: n})
	if err != nil || file.Media.Caption != captionedAt(n, "lesson number Scx").Media.Caption {
		t.Errorf("%q, %v", file.Media.Caption, err)
	}
	ix.Delete(channel, ids)
	if err := ix.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := ix.countFiles(t); n != 0 {
		t.Errorf("%d documents are left", n)
	}
}
