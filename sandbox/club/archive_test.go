package club_test

import (
	"reflect"
	"testing"

	"pavilion/sandbox/club"
)

func TestArchive_SameSeedSameFiles(t *testing.T) {
	t.Parallel()
	first, again := club.NewArchive(7).Take(500), club.NewArchive(7).Take(500)
	if !reflect.DeepEqual(first, again) {
		t.Fatal("two archives of one seed differ")
	}
	if reflect.DeepEqual(first, club.NewArchive(8).Take(500)) {
		t.Fatal("the seed has no effect")
	}
}

func TestArchive_NamesAreMostlyDistinct(t *testing.T) {
	t.Parallel()
	const n = 20_000
	names := map[string]bool{}
	for _, f := range club.NewArchive(1).Take(n) {
		if f.Name == "" || f.Mime == "" || f.Size <= 0 {
			t.Fatalf("incomplete file: %+v", f)
		}
		names[f.Name] = true
	}
	if len(names) < n*8/10 {
		t.Errorf("%d distinct names among %d files; an archive repeats fewer", len(names), n)
	}
}
