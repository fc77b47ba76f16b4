package deploy_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"pavilion/sandbox/install"
)

// debianTool finds a program that a package of Debian has, and installs it where it is missing.
func debianTool(t *testing.T, name, from string) string {
	t.Helper()
	path, ok := install.Binary(name)
	if !ok {
		if err := install.Apt(t.Context(), from); err != nil {
			t.Fatalf("no %s found: install it (Debian: apt install %s): %v", name, from, err)
		}
		if path, ok = install.Binary(name); !ok {
			t.Fatalf("%s was installed, and %s is not there", from, name)
		}
	}
	return path
}

func TestAlerts_FireForTheirFaultAndAreSilentOtherwise(t *testing.T) {
	t.Parallel()
	tool := debianTool(t, "promtool", "prometheus")
	for _, args := range [][]string{
		{"check", "rules", "alerts.yaml"},
		{"check", "config", "--syntax-only", "prometheus.yaml"},
		{"test", "rules", "alerts_test.yaml", "alerts_long_test.yaml"},
	} {
		cmd := exec.CommandContext(t.Context(), tool, args...)
		cmd.Dir = "prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

func TestAlerts_EachIsTestedAndHasAChapter(t *testing.T) {
	t.Parallel()
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	rules, tests, book := read("prometheus/alerts.yaml"), read("prometheus/alerts_test.yaml")+read("prometheus/alerts_long_test.yaml"), read("../docs/operating.md")
	alerts := regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(rules, -1)
	if len(alerts) == 0 {
		t.Fatal("no alerts")
	}
	for _, a := range alerts {
		if !strings.Contains(tests, `alertname="`+a[1]+`"`) {
			t.Errorf("%s is fired by no test", a[1])
		}
		if !regexp.MustCompile(`(?m)^#+ .*\b` + a[1] + `\b`).MatchString(book) {
			t.Errorf("docs/operating.md has no chapter on %s", a[1])
		}
	}
}
