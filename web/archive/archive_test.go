package archive

import (
	"testing"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/sandbox/caller"
	"pavilion/sandbox/golden"
)

// The page's types are generated from the description. What the resources do is tested over the real program, in e2e.
func TestDescription_IsTheOneInReview(t *testing.T) {
	t.Parallel()
	page, _ := visit(t, new(club))
	golden.CheckJSON(t, "openapi", page.Do(caller.Request{Path: "/api/openapi.json"}).Body)
}

// Numbers of files have 64 bits; everything else is no file.
func TestQuery_RefusesWhatIsNoFileAndNoSelection(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]filter.DocumentID{"5375316420691234567": 5375316420691234567, "-12": -12, "0": 0, "": 0, "9223372036854775808": 0, "1e3": 0, " 1": 0} {
		id, err := parseID(text)
		if id != want || (err != nil) != (want == 0) {
			t.Errorf("%q is %d, %v", text, id, err)
		}
	}
	for name, in := range map[string]searchIn{"season": {Season: "x"}, "year": {Year: "-1"}, "language": {Language: "klingon"}, "cursor": {After: "!"}, "row": {Row: "x"}} {
		if _, err := in.query(); err == nil || fault.KindOf(err) == fault.Internal {
			t.Errorf("a wrong %s: %v", name, err)
		}
	}
	q, err := (&searchIn{Text: "dune", Kind: "video", Season: "2", Typing: true}).query()
	if err != nil || q.Selection.Season != 2 || q.Selection.Kind == nil || *q.Selection.Kind != filter.KindVideo || !q.Typing || !q.Grouped {
		t.Errorf("%+v, %v", q, err)
	}
}
