package e2e_test

import (
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

func TestAlbums_TheCaptionOfOneItemFindsAll(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	w := s.DC.World()
	deliver := func(query, want, file, caption string) {
		t.Helper()
		tap(t, member, found(t, member, query, want), file)
		if m := received(t, member, file+".mp4"); m.Message != caption {
			t.Errorf("%q delivers %s with the caption %q", query, file, m.Message)
		}
		forget(t, member)
	}
	nothing := func(query string) {
		t.Helper()
		found(t, member, query, "Nothing found")
		forget(t, member)
	}
	edit := func(message int, caption string) {
		t.Helper()
		if err := w.EditCaption(s.Channel, message, caption); err != nil {
			t.Fatal(err)
		}
	}
	album := func(caption string, names ...string) []world.Posted {
		t.Helper()
		var specs []world.FileSpec
		for _, n := range names {
			specs = append(specs, world.FileSpec{Kind: world.FileVideo, Name: n + ".mp4", Size: 1 << 20, Album: 1})
		}
		specs = append(specs, world.FileSpec{Kind: world.FilePhoto, Album: 1})
		specs[1].Caption = caption
		posted, err := s.Post(s.Channel, specs...)
		if err != nil {
			t.Fatal(err)
		}
		return posted
	}
	const first, edited, late, alone = "Cover drive masterclass", "Square cut drills", "Late cut lessons", "Wicketkeeping basics"
	posted := album(first, "alpha", "bravo", "charlie")
	deliver("cover drive", "4 files", "alpha", first)
	deliver("charlie", "1 file", "charlie", first)

	edit(posted[1].Message, edited)
	nothing("cover drive")
	deliver("square cut", "4 files", "charlie", edited)

	// The same document, posted alone, has its own caption.
	if _, err := s.Post(s.Channel, world.FileSpec{SameAs: posted[0].File, Caption: alone}); err != nil {
		t.Fatal(err)
	}
	deliver("wicketkeeping", "1 file", "alpha", alone)
	deliver("square cut", "4 files", "alpha", edited)
	w.ExpireReferences(posted[0].File)
	deliver("square cut", "4 files", "alpha", edited)

	// A second album and an edit, while the bot is away.
	s.Bot.Kill()
	album("Reverse sweep", "delta", "echo")
	edit(posted[1].Message, late)
	startBot(t, s)
	deliver("reverse sweep", "3 files", "delta", "Reverse sweep")
	deliver("late cut", "4 files", "bravo", late)
	nothing("square cut")
}
