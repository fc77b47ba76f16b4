package archivechaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"pavilion/sandbox"
)

var errFailed = errors.New("a check failed")

const (
	calm        = 2 * time.Second // between two faults
	foundWithin = 2 * time.Minute // the longest allowed time from the end of a fault until a new post is found
	settles     = 5 * time.Minute // the longest time until the index has everything, after the last event
	mostOwed    = 5_000           // posts that the index may be behind after a fault; with more, the events wait until it has all of them
)

// Run injects every fault while events go on, prints the table and checks the index.
func Run(ctx context.Context, o Options, out io.Writer) (err error) {
	s, err := openScene(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.printWarnings(os.Stderr)
		}
		err = errors.Join(err, s.close())
	}()
	l := newLoad(s)
	lctx, stop := context.WithCancel(ctx)
	defer stop()
	loaded := make(chan error, 1)
	go func() { loaded <- l.run(lctx) }()
	fmt.Fprintln(out, "| fault | events meanwhile | a new post is found after | verdict |\n|---|---|---|---|")
	ok := true
	for _, f := range s.faults() {
		passed, err := s.inject(ctx, l, f, out)
		if err != nil {
			stop()
			return errors.Join(fmt.Errorf("%s: %w", f.name, err), <-loaded)
		}
		ok = ok && passed
	}
	if err := <-loaded; err != nil {
		return err
	}
	if err := errors.Join(s.settle(ctx, l), s.untilMerged(ctx)); err != nil {
		return err
	}
	findings := s.check(ctx, l, out)
	for _, f := range findings {
		fmt.Fprintf(out, "FAIL  %s\n", f)
	}
	if !ok || len(findings) > 0 {
		return errFailed
	}
	return nil
}

// inject begins and ends a fault, waits until a new post is found, and writes a line of the table.
func (s *scene) inject(ctx context.Context, l *load, f fault, out io.Writer) (ok bool, err error) {
	between := calm
	if s.options.Short {
		between = 0
	}
	if err := sandbox.Pause(ctx, between); err != nil {
		return false, err
	}
	before := l.events.Load()
	if err := errors.Join(f.begin(ctx), sandbox.Pause(ctx, f.lasts), f.end(ctx)); err != nil {
		return false, err
	}
	meanwhile, ended := l.events.Load()-before, time.Now()
	word, err := l.mark(s.channels[0])
	if err != nil {
		return false, err
	}
	after, verdict := "never", "FAIL"
	err = s.found(ctx, l, word, foundWithin)
	if err == nil {
		after, verdict, ok = fmt.Sprintf("%.1f s", time.Since(ended).Seconds()), "ok", true
	}
	fmt.Fprintf(out, "| %s | %d | %s | %s |\n", f.name, meanwhile, after, verdict)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v; %s\n", f.name, err, s.backlog(ctx))
		s.printWarnings(os.Stderr)
	}
	return ok, ctx.Err()
}

// found searches for a word until a search finds it or the limit ends. Then it returns the reason of the last failure. If the index is more than mostOwed
// posts behind, found pauses the events until the index has all posts.
func (s *scene) found(ctx context.Context, l *load, word string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer l.hold(false)
	for {
		owed, err := s.figure(ctx, s.bot, owedFigure)
		l.hold(owed > mostOwed || l.held && (err != nil || owed > 0))
		answer, err := s.search(ctx, word)
		if err == nil && isFound(answer, word) {
			return nil
		}
		if sandbox.Pause(ctx, 200*time.Millisecond) != nil { // the index sends no signal
			return errors.Join(fmt.Errorf("%w: %d databases have its word, and the last answer is %q", errNotFound, s.databasesWith(context.WithoutCancel(ctx), word), answer), err)
		}
	}
}

var errNotFound = errors.New("a new post is not found")

const owedFigure = "pavilion_index_owed"

func backlogFigures() []string {
	return []string{"pavilion_index_queued", owedFigure, "pavilion_telegram_updates_queued"}
}

// backlog describes what the bot has not indexed yet.
func (s *scene) backlog(ctx context.Context) string {
	var parts []string
	for _, name := range backlogFigures() {
		n, err := s.figure(ctx, s.bot, name)
		if err != nil {
			return err.Error()
		}
		parts = append(parts, fmt.Sprintf("%s %v", name, n))
	}
	return strings.Join(parts, ", ")
}

// settle waits until the index has the last post of every channel, and owes nothing.
func (s *scene) settle(ctx context.Context, l *load) error {
	for _, channel := range s.channels {
		word, err := l.mark(channel)
		if err != nil {
			return err
		}
		if err := s.found(ctx, l, word, settles); err != nil {
			return fmt.Errorf("the last post of a channel: %w", err)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, settles, fmt.Errorf("%w: the index still owes posts", errFailed))
	defer cancel()
	for calm := 0; calm < 4; calm++ { // the figures are of different moments
		for _, name := range backlogFigures() {
			if n, err := s.figure(ctx, s.bot, name); err != nil || n != 0 {
				calm = -1
			}
		}
		if sandbox.Pause(ctx, 300*time.Millisecond) != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// doctor runs `pavilion doctor archive`, which must find nothing wrong.
func (s *scene) doctor(ctx context.Context, files int, out io.Writer) []string {
	report, err := s.Run(ctx, "doctor", "archive")
	fmt.Fprint(out, report)
	if want := fmt.Sprintf("%d files checked: 0 missing, 0 dead\n", files); err != nil || !strings.Contains(report, want) {
		return []string{fmt.Sprintf("doctor archive: %v; it must say: %s", err, want)}
	}
	return nil
}

// check compares the index with the posts, and returns a sentence for each difference.
func (s *scene) check(ctx context.Context, l *load, out io.Writer) (findings []string) {
	files := l.files()
	fmt.Fprintf(out, "\n# %d events, %d posts in all, %d files with a living post\n", l.events.Load(), len(l.posts), files)
	findings = s.doctor(ctx, files, out)
	ctx, cancel := context.WithTimeout(ctx, settles)
	defer cancel()
	present, gone := l.sample(s.options.Searches)
	for _, word := range present {
		if found, err := s.finds(ctx, word); err != nil || !found {
			findings = append(findings, fmt.Sprintf("a living post is not found by %s: %v", word, err))
		}
	}
	for _, word := range gone {
		if found, err := s.finds(ctx, word); err != nil || found {
			findings = append(findings, fmt.Sprintf("a word that is gone finds a file: %s, %v", word, err))
		}
	}
	fmt.Fprintf(out, "# searched in the chat for %d words that are there, and for %d that are gone\n", len(present), len(gone))
	return findings
}
