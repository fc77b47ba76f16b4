package deploy_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"pavilion/sandbox/install"
)

// promtool finds Prometheus's checker of rules.
func promtool(t *testing.T) string {
	t.Helper()
	path, ok := install.Binary("promtool")
	if !ok {
		if err := install.Apt(t.Context(), "prometheus"); err != nil {
			t.Fatalf("no promtool found: install Prometheus (Debian: apt install prometheus): %v", err)
		}
		if path, ok = install.Binary("promtool"); !ok {
			t.Fatal("Prometheus was installed, and promtool is not there")
		}
	}
	return path
}

func TestAlerts_FireForTheirFaultAndAreSilentOtherwise(t *testing.T) {
	t.Parallel()
	tool := promtool(t)
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
