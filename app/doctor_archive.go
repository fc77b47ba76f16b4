package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"pavilion/config"
	"pavilion/filter"
)

// errUnchecked means that nothing wrong was found, but not everywhere.
var errUnchecked = errors.New("some databases were not checked")

// doctorArchive checks that every word of every file finds it, and that no list has anything else. It reads the databases one after the other, beside a
// running bot, and needs neither Postgres nor Telegram.
func doctorArchive(ctx context.Context, cfg config.Config, repair bool, out io.Writer) error {
	pools, err := openPools(cfg, slog.New(slog.DiscardHandler), nil) //nolint:contextcheck // connects nothing
	if err != nil {
		return err
	}
	defer closeRunner(ctx, pools)
	r := archiveReport{out: out, repair: repair, now: time.Now}
	results := filter.CheckArchive(ctx, pools, filter.CheckOptions{Progress: r.progress, Repair: repair})
	for _, pool := range pools.Unused() {
		fmt.Fprintf(out, "-     mongodb %s is the database of %s, and is checked there\n", pool.Name(), pool.SameAs())
	}
	return r.print(results)
}

// archiveReport writes the results of a check for people.
type archiveReport struct {
	out    io.Writer
	repair bool
	now    func() time.Time
	told   time.Time // the last line of progress
}

const progressEvery = 5 * time.Second

// progress writes a line now and then, because a check of a million files takes minutes.
func (r *archiveReport) progress(pool string, files int) {
	now := r.now()
	if r.told.IsZero() {
		r.told = now
	}
	if now.Sub(r.told) >= progressEvery {
		r.told = now
		fmt.Fprintf(r.out, "…     mongodb %s: %d files so far\n", pool, files)
	}
}

// print writes a line for each pool with examples, the sum, and the next thing to do.
func (r *archiveReport) print(results []filter.PoolCheck) error {
	var sum filter.PoolCheck
	unchecked := 0
	for _, c := range results {
		if c.Err != nil {
			unchecked++
			fmt.Fprintf(r.out, "FAIL  mongodb %s: not checked, or not to its end: %v\n", c.Pool, c.Err)
		} else {
			mark := "ok   "
			if c.Wrong()+c.Unfinished > 0 {
				mark = "FAIL "
			}
			fmt.Fprintf(r.out, "%s mongodb %s: %d files, %d entries in lists\n", mark, c.Pool, c.Files, c.Entries)
		}
		for _, e := range c.Examples {
			fmt.Fprintf(r.out, "      %s\n", describe(e))
		}
		sum.Files, sum.Missing, sum.Dead, sum.Stray = sum.Files+c.Files, sum.Missing+c.Missing, sum.Dead+c.Dead, sum.Stray+c.Stray
		sum.Twice, sum.Noted, sum.Leftover, sum.Unfinished, sum.Waiting = sum.Twice+c.Twice, sum.Noted+c.Noted, sum.Leftover+c.Leftover, sum.Unfinished+c.Unfinished, sum.Waiting+c.Waiting
	}
	fmt.Fprintf(r.out, "      %d files checked: %d missing, %d dead", sum.Files, sum.Missing, sum.Dead)
	for _, more := range []struct {
		n    int
		what string
	}{
		{sum.Stray, "of no indexed channel"},
		{sum.Twice, "in two databases"},
		{sum.Unfinished, "in interrupted writes"},
		{sum.Noted, "copies that the bot merges"},
		{unchecked, "databases not checked"},
	} {
		if more.n > 0 {
			fmt.Fprintf(r.out, ", %d %s", more.n, more.what)
		}
	}
	fmt.Fprintln(r.out)
	if sum.Waiting > 0 {
		fmt.Fprintf(r.out, "-     %d files were indexed by another version, and wait: the running bot indexes them anew. With --repair it looks for all of them again.\n", sum.Waiting)
	}
	if sum.Leftover > 0 {
		fmt.Fprintf(r.out, "-     %d entries of removed files and old words wait in long lists. Searches skip them; /maintenance tidies the lists once a week.\n", sum.Leftover)
	}
	return r.next(sum, unchecked)
}

// next writes the one next thing to do.
func (r *archiveReport) next(sum filter.PoolCheck, unchecked int) error {
	switch {
	case sum.Missing+sum.Dead+sum.Twice > 0 && !r.repair:
		fmt.Fprintln(r.out, "      Run: pavilion doctor archive --repair")
	case sum.Missing+sum.Dead+sum.Twice > 0:
		fmt.Fprintln(r.out, "      The running bot mends this within seconds, otherwise the next start does. Then run: pavilion doctor archive")
	case sum.Unfinished > 0:
		fmt.Fprintln(r.out, "      Start pavilion: it finishes the interrupted writes. Then run: pavilion doctor archive")
	case sum.Stray > 0:
		fmt.Fprintln(r.out, "      Add the channel again with /channels add, or remove it there once more.")
	case unchecked > 0:
		fmt.Fprintln(r.out, "      Check the URI in PAVILION_MONGO_URIS, and that the cluster lets this address in. Then run: pavilion doctor archive")
		return errUnchecked
	default:
		fmt.Fprintln(r.out, "ok    every word of every file finds it, and nothing else is found")
		return nil
	}
	return errUnhealthy
}

// describe is a sentence about a finding.
func describe(f filter.Finding) string {
	file := fmt.Sprintf("file %d", f.File)
	if f.Name != "" {
		file += " " + strconv.Quote(f.Name)
	}
	list := "its place or title"
	if w := f.Word(); w != "" {
		list = strconv.Quote(w)
	}
	switch f.Kind {
	case filter.FindingMissing:
		return fmt.Sprintf("missing: %s is not found by %s", file, list)
	case filter.FindingDead:
		return fmt.Sprintf("dead: %s is listed under %s and does not exist", file, list)
	case filter.FindingOldWord:
		return fmt.Sprintf("dead: %s is listed under %s, a word that it does not have", file, list)
	case filter.FindingStray:
		return file + ": none of its channels is indexed"
	case filter.FindingTwice:
	}
	return file + " stands in two databases"
}
