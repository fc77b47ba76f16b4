package nets

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew") //nolint:gochecknoglobals // a flag

// Clients are generated from the description: a change of it must show in review.
func TestDescription_IsTheOneInReview(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var got bytes.Buffer
	if err := json.Indent(&got, b.Do(request{Path: "/api/openapi.json"}).Body, "", "  "); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the description changed; if it should, run: go test ./web/nets -run Description -update")
	}
}
