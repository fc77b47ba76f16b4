package relevance

import (
	"reflect"
	"strings"
	"testing"
)

func read(t *testing.T) ([]file, []query) {
	t.Helper()
	works, err := readWorks()
	if err != nil {
		t.Fatal(err)
	}
	asked, err := queries(works)
	if err != nil {
		t.Fatal(err)
	}
	files, err := corpus(works)
	if err != nil {
		t.Fatal(err)
	}
	return files, asked
}

func TestCorpus_TwoRunsAgree(t *testing.T) {
	t.Parallel()
	files, asked := read(t)
	again, askedAgain := read(t)
	if len(files) < 5000 || len(asked) < 400 {
		t.Errorf("%d files and %d queries", len(files), len(asked))
	}
	for i := range files {
		files[i].work, again[i].work = nil, nil
	}
	if !reflect.DeepEqual(files, again) {
		t.Error("the files differ")
	}
	for i := range asked {
		if asked[i].text != askedAgain[i].text || asked[i].class != askedAgain[i].class {
			t.Fatalf("query %d: %q and %q", i, asked[i].text, askedAgain[i].text)
		}
	}
}

// A query that no file answers would measure nothing.
func TestQueries_EveryOneHasAFileThatAnswersIt(t *testing.T) {
	t.Parallel()
	files, asked := read(t)
	heldOut := 0
	for _, q := range asked {
		if strings.HasPrefix(q.class, "held out") {
			heldOut++
		}
		if q.accepts == nil {
			continue
		}
		answers := 0
		for _, f := range files {
			if q.accepts(f) {
				answers++
			}
		}
		if answers == 0 {
			t.Errorf("%s: no file answers %q", q.class, q.text)
		}
	}
	if heldOut < 60 {
		t.Errorf("%d queries are held out", heldOut)
	}
}
