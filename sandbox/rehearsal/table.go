package rehearsal

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// table is what was done, with the gaps.
type table struct {
	limits   Options
	progress io.Writer
	rows     []row
}

// row is a step. A gap of zero was not measured.
type row struct {
	step    string
	http    time.Duration
	refused int
	bot     time.Duration
	misses  []string
}

// add judges a step. planned: not even one answer may be refused.
func (t *table) add(step string, planned bool, http time.Duration, refused map[string]int, bot time.Duration, misses ...string) {
	r := row{step: step, http: http, bot: bot, misses: misses}
	for reason, n := range refused {
		r.refused += n
		if planned {
			r.misses = append(r.misses, fmt.Sprintf("%d requests: %s", n, reason))
		}
	}
	if http > t.limits.HTTPGap {
		r.misses = append(r.misses, fmt.Sprintf("the gap of HTTP is over %s", t.limits.HTTPGap))
	}
	if bot > t.limits.BotGap {
		r.misses = append(r.misses, fmt.Sprintf("the gap of the bot is over %s", t.limits.BotGap))
	}
	t.rows = append(t.rows, r)
	fmt.Fprintln(t.progress, r)
}

// note adds a statement about the whole, with what contradicts it.
func (t *table) note(what string, misses []string) { t.add(what, false, 0, nil, 0, misses...) }

// String is a line of the table.
func (r row) String() string {
	result := "ok"
	if len(r.misses) > 0 {
		shown := r.misses[:min(len(r.misses), 5)]
		result = fmt.Sprintf("**missed** (%d): %s", len(r.misses), strings.Join(shown, "; "))
	}
	refused := fmt.Sprint(r.refused)
	if r.http == 0 && r.bot == 0 {
		refused = ""
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |", r.step, seconds(r.http), refused, seconds(r.bot), result)
}

func seconds(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func (t *table) print(out io.Writer) {
	fmt.Fprintln(out, "| step | gap of HTTP | answers refused | gap of the bot | result |\n|---|---|---|---|---|")
	for _, r := range t.rows {
		fmt.Fprintln(out, r)
	}
}

func (t *table) missed() bool {
	return slices.ContainsFunc(t.rows, func(r row) bool { return len(r.misses) > 0 })
}
