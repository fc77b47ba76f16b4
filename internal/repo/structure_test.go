package repo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// productionFiles parses the Go files of the production binary's packages: no tests, and neither sandbox nor e2e.
func productionFiles(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		if d.IsDir() {
			if name == "sandbox" || name == "e2e" || strings.HasPrefix(d.Name(), ".") && name != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		files[name] = file
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files["main.go"] == nil || files["bot/bot.go"] == nil {
		t.Fatalf("the list of %d files is not the binary's", len(files))
	}
	return files
}

// A struct that collects the methods of every feature is read whole by nobody. booking is exempt: its Service and the change in its transaction are
// one boundary by design.
func TestStructs_HaveAtMostFortyMethods(t *testing.T) {
	t.Parallel()
	const most = 40
	methods := map[string]int{}
	for name, file := range productionFiles(t) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			receiver := f.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			if generic, ok := receiver.(*ast.IndexExpr); ok {
				receiver = generic.X
			}
			if ident, ok := receiver.(*ast.Ident); ok {
				methods[filepath.Dir(name)+"."+ident.Name]++
			}
		}
	}
	for name, n := range methods {
		if n > most && !strings.HasPrefix(name, "booking.") {
			t.Errorf("%s has %d methods, more than %d: give each feature a struct of its own", name, n, most)
		}
	}
	if methods["booking.Service"] < most {
		t.Errorf("booking.Service has %d methods: the count is wrong, or the exception can go", methods["booking.Service"])
	}
}

func TestGotd_IsImportedByTheClientOnly(t *testing.T) {
	t.Parallel()
	found := 0
	for name, file := range productionFiles(t) {
		for _, i := range file.Imports {
			if !strings.HasPrefix(i.Path.Value, `"github.com/gotd/`) {
				continue
			}
			found++
			if !strings.HasPrefix(name, "bot/telegram/") {
				t.Errorf("%s imports %s; Telegram's types stop in bot/telegram", name, i.Path.Value)
			}
		}
	}
	if found == 0 {
		t.Error("no file imports gotd: the test looks at the wrong files")
	}
}

// catalogueTexts are the texts of a language by key, plural forms included.
func catalogueTexts(t *testing.T, language string) map[string][]string {
	t.Helper()
	var tree map[string]any
	if _, err := toml.DecodeFile(filepath.Join(root, "internal/phrase/languages", language+".toml"), &tree); err != nil {
		t.Fatal(err)
	}
	texts := map[string][]string{}
	var add func(prefix string, tree map[string]any)
	add = func(prefix string, tree map[string]any) {
		for name, v := range tree {
			key := strings.TrimPrefix(prefix+"."+name, ".")
			switch v := v.(type) {
			case string:
				texts[key] = append(texts[key], v)
			case map[string]any:
				add(key, v)
			}
		}
	}
	add("", tree)
	return texts
}

// What the bot says stands in the catalogue once; a copy in Go would stay English for everybody and drift.
func TestTexts_OfTheCatalogueHaveNoCopyInGo(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for key, forms := range catalogueTexts(t, "en") {
		for _, text := range forms {
			if strings.Count(text, " ") >= 2 && !strings.Contains(text, "%[") {
				texts[text] = key
			}
		}
	}
	if len(texts) < 100 {
		t.Fatalf("the catalogue has only %d sentences", len(texts))
	}
	for name, file := range productionFiles(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if key, copied := texts[text]; err == nil && copied {
				t.Errorf("%s: %q is the text of %s in the catalogue", name, text, key)
			}
			return true
		})
	}
}

// Every error that can reach a person has a sentence in every language.
func TestErrors_OfPeopleHaveTheirSentences(t *testing.T) {
	t.Parallel()
	languages, err := filepath.Glob(filepath.Join(root, "internal/phrase/languages/*.toml"))
	if err != nil || len(languages) < 2 {
		t.Fatalf("languages: %v, %v", languages, err)
	}
	codes := map[string]string{}
	for name, file := range productionFiles(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || f.Sel.Name != "New" {
				return true
			}
			if p, ok := f.X.(*ast.Ident); !ok || p.Name != "fault" {
				return true
			}
			code, ok := call.Args[1].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s: the code of an error is no literal", name)
				return true
			}
			text, _ := strconv.Unquote(code.Value)
			codes[text] = name
			return true
		})
	}
	if len(codes) < 100 {
		t.Fatalf("only %d errors were found", len(codes))
	}
	for _, path := range languages {
		texts := catalogueTexts(t, strings.TrimSuffix(filepath.Base(path), ".toml"))
		for code, name := range codes {
			if len(texts["error."+code]) == 0 {
				t.Errorf("%s: the error %s of %s has no sentence", filepath.Base(path), code, name)
			}
		}
	}
}
