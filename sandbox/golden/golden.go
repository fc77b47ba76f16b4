// Package golden compares what a test drew with a file that a person has read. `go test PACKAGE -update` writes the files anew.
package golden

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew") //nolint:gochecknoglobals // a flag of the test binary

// Check compares got with testdata/NAME.golden of the package under test.
func Check(t testing.TB, name, got string) {
	t.Helper()
	compare(t, name+".golden", got)
}

// CheckJSON compares a JSON document, indented by two spaces, with testdata/NAME.json of the package under test.
func CheckJSON(t testing.TB, name string, document []byte) {
	t.Helper()
	var got bytes.Buffer
	if err := json.Indent(&got, document, "", "  "); err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	compare(t, name+".json", got.String())
}

func compare(t testing.TB, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s (%v) differs; if it should, run `go test` of this package with -update\n%s", path, err, firstDifference(got, string(want)))
	}
}

// firstDifference is the first line in which two texts differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		line := func(lines []string) string {
			if i < len(lines) {
				return lines[i]
			}
			return "(no line)"
		}
		if line(g) != line(w) {
			return fmt.Sprintf("line %d\n got: %s\nwant: %s", i+1, line(g), line(w))
		}
	}
	return ""
}
