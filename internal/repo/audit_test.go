package repo_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The audit is shown in sentences, so each action that booking records has one.
func TestAudit_EveryActionHasASentence(t *testing.T) {
	t.Parallel()
	catalogue, err := os.ReadFile("../phrase/languages/en.toml")
	if err != nil {
		t.Fatal(err)
	}
	_, sentences, found := strings.Cut(string(catalogue), "\n[audit.action]\n")
	if !found {
		t.Fatal("the catalogue has no section audit.action")
	}
	sentences, _, _ = strings.Cut(sentences, "\n[")
	files, err := filepath.Glob("../../booking/*.go")
	if err != nil {
		t.Fatal(err)
	}
	records, actions := regexp.MustCompile(`\.record[A-Z]\w+\(ctx, "(\w+)"`), 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range records.FindAllStringSubmatch(string(source), -1) {
			actions++
			if !regexp.MustCompile(`(?m)^` + match[1] + `(_\w+)? = `).MatchString(sentences) {
				t.Errorf("%s records %q, which has no sentence in audit.action", filepath.Base(file), match[1])
			}
		}
	}
	if actions < 20 {
		t.Errorf("only %d actions were found", actions)
	}
}
