// Package repo has only tests, which check the repository as a whole.
package repo_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// goTool runs the go command in the root of the repository.
func goTool(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %v: %v", args, err)
	}
	return out
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestBinary_HoldsNeitherTestingNorTheSandbox(t *testing.T) {
	t.Parallel()
	packages := strings.Fields(string(goTool(t, "list", "-deps", ".")))
	if !slices.Contains(packages, "pavilion/app") {
		t.Fatalf("the list of %d packages is not the binary's", len(packages))
	}
	for _, p := range packages {
		if p == "testing" || p == "pavilion/e2e" || p == "pavilion/sandbox" || strings.HasPrefix(p, "pavilion/sandbox/") {
			t.Errorf("the production binary holds %s", p)
		}
	}
}

func TestImage_IsBuiltFromEverythingTheBinaryNeeds(t *testing.T) {
	t.Parallel()
	ignored := strings.Fields(regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(read(t, ".dockerignore"), ""))
	files := strings.Fields(string(goTool(t, "list", "-deps", "-f",
		`{{if and .Module .Module.Main}}{{$d := .ImportPath}}{{range .GoFiles}}{{$d}}/{{.}} {{end}}{{range .EmbedFiles}}{{$d}}/{{.}} {{end}}{{end}}`, ".")))
	if !slices.Contains(files, "pavilion/main.go") {
		t.Fatalf("the list of %d files is not the binary's", len(files))
	}
	for _, file := range append(files, "pavilion/go.mod", "pavilion/go.sum") {
		file = strings.TrimPrefix(file, "pavilion/")
		segments := strings.Split(file, "/")
		for _, pattern := range ignored {
			anywhere, deep := strings.CutPrefix(pattern, "**/")
			hit := slices.ContainsFunc(segments, func(s string) bool { ok, _ := path.Match(anywhere, s); return deep && ok })
			if top, _ := path.Match(pattern, segments[0]); top || hit || pattern == file {
				t.Errorf("%s is part of the binary, and %q in .dockerignore keeps it out of the image", file, pattern)
			}
		}
	}
}

// documents returns the paths of the repository's Markdown files.
func documents(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/decisions/*.md", ".github/*.md", ".github/ISSUE_TEMPLATE/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if !slices.Contains(names, filepath.Join(root, "docs/architecture.md")) {
		t.Fatal("docs/architecture.md is not there")
	}
	return names
}

func TestDocs_EveryPathThatTheyNameExists(t *testing.T) {
	t.Parallel()
	var (
		code      = regexp.MustCompile("`([^` ]+)`")
		link      = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
		firstCell = regexp.MustCompile("^\\| `([a-z/]+)` \\|")
		pathLike  = regexp.MustCompile(`^\.?[\w-][\w.*-]*(/[\w.*-]+)*/?$`)
		extension = regexp.MustCompile(`\.(go|md|sql|ya?ml|mod|json|tsv|csv|conf|example)$`)
	)
	for _, document := range documents(t) {
		page, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		check := func(from, name string) {
			made := strings.HasPrefix(name, "deploy/secrets.d") || strings.HasPrefix(name, "bin/") // by deploy/secrets and by make
			if found, err := filepath.Glob(filepath.Join(from, name)); (err != nil || len(found) == 0) && !made {
				t.Errorf("%s names %s, which is not there", filepath.Base(document), name)
			}
		}
		ofPackages := false
		for line := range strings.Lines(string(page)) {
			ofPackages = strings.HasPrefix(line, "| package |") || ofPackages && strings.HasPrefix(line, "|")
			if cell := firstCell.FindStringSubmatch(line); ofPackages && cell != nil {
				check(root, cell[1])
			}
			for _, m := range code.FindAllStringSubmatch(line, -1) {
				name := m[1]
				first, _, nested := strings.Cut(name, "/")
				_, err := os.Stat(filepath.Join(root, first))
				// `text/html` and a module's path are no paths in the repository. A nested path counts if its first folder exists or if it has a file extension.
				if pathLike.MatchString(name) && (nested && err == nil || strings.HasSuffix(name, "/") || extension.MatchString(name)) {
					check(root, name)
				}
			}
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				check(filepath.Dir(document), m[1])
			}
		}
	}
}

// The pages for people who change the code are held more strictly: of what looks like a path, only a module's is not ours.
func TestDocs_ContributingAndDecisionsNameOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	decisions, err := filepath.Glob(filepath.Join(root, "docs/decisions/*.md"))
	if err != nil || len(decisions) == 0 {
		t.Fatalf("%d decisions, %v", len(decisions), err)
	}
	var (
		code    = regexp.MustCompile("`([^`]+)`")
		path    = regexp.MustCompile(`^\.?[a-z][\w-]*(/[\w.*-]+)+/?$`)
		name    = regexp.MustCompile(`^[a-z]\w*(/\w+)*$`)
		ofGo    = regexp.MustCompile(`(?:^|\s)\./([\w/-]+)`)
		oneTest = regexp.MustCompile(`-(?:run|fuzz) ((?:Test|Fuzz)\w+).* \./([\w/-]+)`)
	)
	for _, document := range append(decisions, filepath.Join(root, "CONTRIBUTING.md")) {
		page, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		check := func(what string) {
			if found, err := filepath.Glob(filepath.Join(root, what)); err != nil || len(found) == 0 {
				t.Errorf("%s names %s, which is not there", filepath.Base(document), what)
			}
		}
		inTable := false
		for line := range strings.Lines(string(page)) {
			inTable = strings.HasSuffix(strings.TrimSpace(line), "| look in |") || inTable && strings.HasPrefix(line, "|")
			for _, m := range code.FindAllStringSubmatch(line, -1) {
				if path.MatchString(m[1]) || inTable && name.MatchString(m[1]) {
					check(m[1])
				}
			}
			for _, m := range ofGo.FindAllStringSubmatch(line, -1) {
				check(m[1])
			}
			if m := oneTest.FindStringSubmatch(line); m != nil && !hasTest(t, m[2], m[1]) {
				t.Errorf("%s runs %s, which %s does not have", filepath.Base(document), m[1], m[2])
			}
		}
	}
}

// hasTest tells whether a package has a test whose name begins so; `go test -run` says nothing where none does.
func hasTest(t *testing.T, in, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, in, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "\nfunc "+name)
	})
}

func TestDecisions_HaveTheFourParts(t *testing.T) {
	t.Parallel()
	decisions, err := filepath.Glob(filepath.Join(root, "docs/decisions/*.md"))
	if err != nil || len(decisions) == 0 {
		t.Fatalf("%d decisions, %v", len(decisions), err)
	}
	for i, document := range decisions {
		page, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		want := regexp.MustCompile(fmt.Sprintf(`^# %d\. (?s:.*)\*\*Context\.\*\* (?s:.*)\*\*Decision\.\*\* (?s:.*)\*\*Consequences\.\*\*(?s:.*)\*\*Also weighed\.\*\*`, i+1))
		if number := fmt.Sprintf("%04d-", i+1); !strings.HasPrefix(filepath.Base(document), number) || !want.Match(page) {
			t.Errorf("%s: not decision %d with context, decision, consequences and what else was weighed", filepath.Base(document), i+1)
		}
	}
}

func TestDocs_EveryDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(goTool(t, "mod", "edit", "-json"), &mod); err != nil {
		t.Fatal(err)
	}
	reasons := map[string]bool{}
	line := regexp.MustCompile("(?m)^\\| `([^`]+\\.[^`]+/[^`]+)` \\| [^|]{10,} \\| [^|]{4,} \\|$")
	for _, m := range line.FindAllStringSubmatch(read(t, "docs/architecture.md"), -1) {
		if reasons[m[1]] {
			t.Errorf("docs/architecture.md gives two reasons for %s", m[1])
		}
		reasons[m[1]] = true
	}
	direct := 0
	for _, r := range mod.Require {
		if r.Indirect {
			continue
		}
		direct++
		if !reasons[r.Path] {
			t.Errorf("docs/architecture.md does not say why %s was chosen and what it replaced (| `module` | why | instead of |)", r.Path)
		}
		delete(reasons, r.Path)
	}
	if direct == 0 {
		t.Error("go.mod has no dependencies")
	}
	for gone := range reasons {
		t.Errorf("docs/architecture.md gives a reason for %s, which go.mod does not require", gone)
	}
}

func TestMakefile_HasWhatTheReadmeNamesAndExplainsEveryTarget(t *testing.T) {
	t.Parallel()
	makefile := read(t, "Makefile")
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):.*## \S`).FindAllStringSubmatch(makefile, -1) {
		explained[m[1]] = true
	}
	phony := regexp.MustCompile(`(?m)^\.PHONY: (.+)$`).FindStringSubmatch(makefile)
	if phony == nil {
		t.Fatal("the Makefile has no .PHONY line")
	}
	for target := range strings.FieldsSeq(phony[1]) {
		if !explained[target] {
			t.Errorf("make help does not explain %s", target)
		}
	}
	named := regexp.MustCompile("(?m)(?:`|^)make ([a-z-]+)").FindAllStringSubmatch(read(t, "README.md"), -1)
	if len(named) < 2 {
		t.Errorf("the README names %d make targets; demo and test are the least", len(named))
	}
	for _, m := range named {
		if !explained[m[1]] {
			t.Errorf("the README says make %s, which is no target", m[1])
		}
	}
	for _, file := range []string{"CONTRIBUTING.md", "SECURITY.md", ".github/pull_request_template.md", ".github/workflows/release.yml", ".ci/run"} {
		targets := regexp.MustCompile("(?m)(?:`|^|run: )make ([a-z-]+)").FindAllStringSubmatch(read(t, file), -1)
		if len(targets) == 0 {
			t.Errorf("%s names no make target", file)
		}
		for _, m := range targets {
			if !explained[m[1]] {
				t.Errorf("%s says make %s, which is no target", file, m[1])
			}
		}
	}
}

// CI, the image and the module are built by one version of Go.
func TestForge_BuildsWithTheModulesGo(t *testing.T) {
	t.Parallel()
	of := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "go.mod"))
	if of == nil {
		t.Fatal("go.mod has no version")
	}
	for _, file := range []string{"Dockerfile", ".github/workflows/ci.yml"} {
		if !strings.Contains(read(t, file), "golang:"+of[1]+"-bookworm") {
			t.Errorf("%s does not build with Go %s", file, of[1])
		}
	}
	if !strings.Contains(read(t, ".github/workflows/ci.yml"), "run: .ci/run") || !strings.Contains(read(t, ".github/workflows/release.yml"), "uses: ./.github/workflows/ci.yml") {
		t.Error("the forge does not run .ci/run before a change lands or a release is made")
	}
}
