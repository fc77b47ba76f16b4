package repo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sqlElsewhere lists where SQL may stand outside of a *_store.go, each with its reason. A path that ends in / is a folder.
var sqlElsewhere = map[string]string{ //nolint:gochecknoglobals // the test's table
	"storage/":       "statements of the connection itself: settings, locks, health",
	"migrations/":    "the schema and its versions",
	"sandbox/":       "not part of the production binary",
	"e2e/":           "tests from outside",
	"app/figures.go": "figures for operators: they count rows and belong to no rule",
	"app/http.go":    "health probes: they ask the database and the job queue for their state and belong to no rule",
}

// sqlText matches statements and parts of statements. SQL keywords are in capitals everywhere in this repository.
var sqlText = regexp.MustCompile(`\b(SELECT|INSERT INTO|DELETE FROM|FOR UPDATE|WHERE|RETURNING|ORDER BY|GROUP BY|LISTEN|NOTIFY|pg_[a-z_]+\()|\bUPDATE [a-z_]+ (SET\b|[a-z]+ SET\b)`)

func sqlMayStandIn(name string) bool {
	for path := range sqlElsewhere {
		if name == path || strings.HasSuffix(path, "/") && strings.HasPrefix(name, path) {
			return true
		}
	}
	return strings.HasSuffix(name, "_store.go") || strings.HasSuffix(name, "_test.go")
}

// sqlLiterals returns the positions of the string literals in a Go file that contain SQL.
func sqlLiterals(t *testing.T, name string) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(literal.Value); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if part := sqlText.FindString(text); part != "" {
			found = append(found, name+":"+strconv.Itoa(set.Position(literal.Pos()).Line)+": "+part)
		}
		return true
	})
	return found
}

func TestSQL_StandsInStoreFilesOnly(t *testing.T) {
	t.Parallel()
	stores, statements := 0, 0
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		case strings.HasSuffix(name, "_store.go"):
			stores++
			statements += len(sqlLiterals(t, name))
		case !sqlMayStandIn(name):
			for _, found := range sqlLiterals(t, name) {
				t.Errorf("%s: SQL stands in the _store.go beside its rule", found)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if stores < 10 || statements < 100 {
		t.Errorf("%d store files with %d statements: the test does not see the repository", stores, statements)
	}
}
