package telegram

import (
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/filter"
)

func TestAlbum_OnlyALoneCaptionIsShared(t *testing.T) {
	t.Parallel()
	bold := []tg.MessageEntityClass{&tg.MessageEntityBold{Length: 5}}
	list := []*tg.Message{
		{ID: 1, GroupedID: 7},
		{ID: 2, GroupedID: 7, Message: "cover", Entities: bold},
		{ID: 3, GroupedID: 7},
		{ID: 4, GroupedID: 8, Message: "one"},
		{ID: 5, GroupedID: 8, Message: "two"},
		{ID: 6, GroupedID: 8},
		{ID: 7},
		{ID: 8, Message: "alone"},
		{ID: 9},
	}
	shareCaptions(list)
	for i, want := range []string{"cover", "cover", "cover", "one", "two", "", "", "alone", ""} {
		if got := list[i].Message; got != want {
			t.Errorf("message %d has the caption %q, want %q", i+1, got, want)
		}
	}
	if len(list[0].Entities) != 1 {
		t.Error("a shared caption loses its formatting")
	}
}

func TestAlbum_NeighboursAreThoseThatWereNotRead(t *testing.T) {
	t.Parallel()
	read := []filter.MessageID{3, 4, 5, 40}
	got := albumNeighbours([]*tg.Message{{ID: 4, GroupedID: 7}, {ID: 40}}, read)
	want := []filter.MessageID{1, 2, 6, 7, 8, 9, 10, 11, 12, 13}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got, want)
		}
	}
}
