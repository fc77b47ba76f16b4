package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// work is the processor time that holds cost, by the program that used it.
type work struct {
	spent map[string]time.Duration
	holds int64
}

// countWork adds the processor time and the holds of a round. It is zero on systems without /proc.
func (b *bookingBench) countWork(ctx context.Context, w *work, round func() (float64, error)) (float64, error) {
	made, err := b.bookings(ctx)
	if err != nil {
		return 0, err
	}
	before := processorTimes()
	rate, err := round()
	if err != nil {
		return 0, err
	}
	if w.spent == nil {
		w.spent = map[string]time.Duration{}
	}
	for name, spent := range processorTimes() {
		w.spent[name] += spent - before[name]
	}
	now, err := b.bookings(ctx)
	w.holds += now - made
	return rate, err
}

// print prints the processor time of a hold.
func (w *work) print(out io.Writer, of string) { sayWork(out, "a hold "+of, w.spent, w.holds) }

// sayWork prints the processor time of one of n things, by the program that used it.
func sayWork(out io.Writer, thing string, spent map[string]time.Duration, n int64) {
	const least = 5 * time.Microsecond // a program below it only waits
	var all time.Duration
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(spent)) {
		each := spent[name] / time.Duration(max(n, 1))
		all += each
		if each >= least {
			parts = append(parts, fmt.Sprintf("%s %s", name, each.Round(time.Microsecond)))
		}
	}
	if all > 0 {
		fmt.Fprintf(out, "# processor time of %s: %s (%s)\n", thing, all.Round(time.Microsecond), strings.Join(parts, ", "))
	}
}

// usage is a row of /proc.
type usage struct {
	name   string
	parent int
	spent  time.Duration
	ended  time.Duration // spent by children that have ended
}

// processorTimes returns the processor time so far of this process and its descendants, by the name of their program.
func processorTimes() map[string]time.Duration {
	all := map[int]usage{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, file := range files {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if row, err := os.ReadFile(file); err == nil { // else the process has ended
			all[pid] = parseUsage(row)
		}
	}
	sum, self := map[string]time.Duration{}, os.Getpid()
	for pid, u := range all {
		if pid == self { // of its children only pgbench ends during a round
			sum["pgbench"] += u.ended
			sum["clients"] += u.spent
			continue
		}
		above := u.parent
		for above > 1 && above != self {
			above = all[above].parent
		}
		if above == self {
			sum[u.name] += u.spent + u.ended
		}
	}
	return sum
}

// parseUsage reads a row of proc_pid_stat(5). The name in parentheses may contain spaces.
func parseUsage(row []byte) usage {
	const parent, spent, ended = 1, 11, 13 // after the name; each time is two fields, in user and in kernel mode
	const tick = time.Second / 100         // USER_HZ
	from, to := bytes.IndexByte(row, '('), bytes.LastIndexByte(row, ')')
	fields := strings.Fields(string(row[to+1:]))
	number := func(i int) int {
		n, _ := strconv.Atoi(fields[i]) // the kernel writes numbers
		return n
	}
	return usage{
		name: string(row[from+1 : to]), parent: number(parent),
		spent: tick * time.Duration(number(spent)+number(spent+1)), ended: tick * time.Duration(number(ended)+number(ended+1)),
	}
}
