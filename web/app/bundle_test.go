package app

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"pavilion/internal/phrase"
	"pavilion/sandbox/install"
)

var update = flag.Bool("update", false, "build the page anew") //nolint:gochecknoglobals // a flag

// pagePhrases are the texts of a table in one language, flat: a phrase with plural forms is an object.
func pagePhrases(t *testing.T, table, language string) []byte {
	t.Helper()
	var tree map[string]any
	if _, err := toml.DecodeFile(filepath.Join("..", "..", "internal", "phrase", "languages", language+".toml"), &tree); err != nil {
		t.Fatal(err)
	}
	phrases, ok := tree[table].(map[string]any)
	if !ok {
		t.Fatalf("%s has no table %s", language, table)
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(unescaped(phrases)); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

// unescaped writes %% as the page shows it.
func unescaped(tree map[string]any) map[string]any {
	for key, v := range tree {
		switch v := v.(type) {
		case string:
			tree[key] = strings.ReplaceAll(v, "%%", "%")
		case map[string]any:
			tree[key] = unescaped(v)
		}
	}
	return tree
}

// written are the files below the page's folder that the build writes.
func written(t *testing.T, root string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, dir := range []string{"dist", filepath.Join("src", "phrases"), filepath.Join("src", "schema.d.ts")} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			files[name], err = os.ReadFile(path) //nolint:gosec // a file of the build
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return files
}

// rebuild builds the page from its sources in a new folder: phrases, types, the type check and the bundle.
func rebuild(t *testing.T) string {
	t.Helper()
	dir, build := builder(t)
	if out, err := build(description(t, "nets"), description(t, "archive"), description(t, "share")); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}

// description is the path of a feature's description.
func description(t *testing.T, feature string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", feature, "testdata", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// builder copies the sources into a new folder. build runs build.mjs there and returns its output.
func builder(t *testing.T) (dir string, build func(descriptions ...string) ([]byte, error)) {
	t.Helper()
	node, modules, err := install.Node(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "src"), os.DirFS("src")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"package.json", "tsconfig.json", "build.mjs"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "src", "phrases"), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, language := range book.Languages() {
		for prefix, table := range map[string]string{"": "page", "staff-": "page_staff"} {
			if err := os.WriteFile(filepath.Join(dir, "src", "phrases", prefix+language+".json"), pagePhrases(t, table, language), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir, func(descriptions ...string) ([]byte, error) {
		run := exec.CommandContext(t.Context(), node, append([]string{"build.mjs"}, descriptions...)...)
		run.Dir = dir
		return run.CombinedOutput()
	}
}

// With two schemas of one name, the page would have the types of only one.
func TestBuild_RefusesTwoSchemasOfOneName(t *testing.T) {
	t.Parallel()
	dir, build := builder(t)
	text, err := os.ReadFile(description(t, "archive"))
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.json")
	if err := os.WriteFile(other, bytes.Replace(text, []byte(`"FileBody": {`), []byte(`"FileBody": { "title": "another",`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := build(description(t, "archive"), other); err == nil || !bytes.Contains(out, []byte("the schema FileBody differ")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// A client that does not know a method answers nothing. So the page's table of versions may not promise a method earlier than the bridge's table does.
func TestBuild_RefusesAMethodThatClientsOfItsVersionLack(t *testing.T) {
	t.Parallel()
	dir, build := builder(t)
	table := filepath.Join(dir, "src", "methods.json")
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	earlier := bytes.Replace(text, []byte(`"web_app_setup_swipe_behavior": "7.7"`), []byte(`"web_app_setup_swipe_behavior": "7.6"`), 1)
	if err := os.WriteFile(table, earlier, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := build(description(t, "nets"), description(t, "archive"), description(t, "share"))
	if err == nil || !bytes.Contains(out, []byte("clients of version 7.6 have no web_app_setup_swipe_behavior")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// No formatter breaks the lines of TypeScript here, so this test holds the limit.
func TestSources_HaveLinesOfAtMost160Characters(t *testing.T) {
	t.Parallel()
	const longest = 160
	err := filepath.WalkDir("src", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(filepath.Ext(path), ".ts") || filepath.Base(path) == "schema.d.ts" {
			return err
		}
		text, err := os.ReadFile(path) //nolint:gosec // a source of the page
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > longest {
				t.Errorf("%s:%d has %d characters", path, number, n)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The bundle is committed, so that a build of the program needs no Node.js. Readers of its sources must be able to trust it.
func TestBundle_IsARebuildOfItsSources(t *testing.T) {
	t.Parallel()
	dir := rebuild(t)
	built := written(t, dir)
	if *update {
		for name := range written(t, ".") {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		for name, text := range built {
			if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	committed := written(t, ".")
	if len(built) < 10 {
		t.Fatalf("only %d files were built", len(built))
	}
	for name, text := range built {
		if isCompressed(name) {
			continue // another version of zlib may pack the same text differently; TestFiles_CompressedOnesAreTheSameText compares the texts
		}
		if !bytes.Equal(committed[name], text) {
			t.Errorf("%s differs from a rebuild; run: go test ./web/app -run Bundle -update", name)
		}
	}
	for name := range committed {
		if _, ok := built[name]; !ok {
			t.Errorf("%s is no part of the build; run: go test ./web/app -run Bundle -update", name)
		}
	}
}

func isCompressed(name string) bool {
	return strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".br")
}
