// Command picture turns a coloured transcript of the demo on stdin into an SVG for the README on stdout.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	var chapters []string
	flag.Func("chapter", "the beginning of the title of a chapter to draw; may be repeated; all chapters without it", func(title string) error {
		chapters = append(chapters, title)
		return nil
	})
	from := flag.String("from", "", "a text of the first line to draw, of these chapters; the beginning where empty")
	to := flag.String("to", "", "a text of the last line to draw, of these chapters; the end where empty")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, chapters, *from, *to); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, chapters []string, from, to string) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the transcript: %w", err)
	}
	lines := parse(strings.TrimSpace(string(text)))
	if len(chapters) > 0 {
		if lines, err = chosen(lines, chapters); err != nil {
			return err
		}
	}
	if lines, err = between(lines, from, to); err != nil {
		return err
	}
	return draw(out, lines)
}

var (
	errNoLine    = errors.New("no line has the text")
	errNoChapter = errors.New("no chapter has a title that begins with")
)

// between returns the lines from the first with one text to the next with another.
func between(lines []line, from, to string) ([]line, error) {
	for i, text := range []string{from, to} {
		if text == "" {
			continue
		}
		n := slices.IndexFunc(lines, func(l line) bool { return strings.Contains(l.text(), text) })
		switch {
		case n < 0:
			return nil, fmt.Errorf("%w: %s", errNoLine, text)
		case i == 0:
			lines = lines[n:]
		default:
			lines = lines[:n+1]
		}
	}
	return lines, nil
}

// chosen returns the lines of the chapters whose titles begin with some texts. Each text names a chapter.
func chosen(lines []line, titles []string) ([]line, error) {
	var kept []line
	found := map[string]bool{}
	in := false
	for _, l := range lines {
		if head, ok := strings.CutPrefix(l.text(), "━━ "); ok {
			_, title, _ := strings.Cut(head, " · ")
			i := slices.IndexFunc(titles, func(begin string) bool { return strings.HasPrefix(title, begin) })
			if in = i >= 0; in {
				found[titles[i]] = true
			}
		} else if strings.HasPrefix(l.text(), "All ") {
			in = false
		}
		if in {
			kept = append(kept, l)
		}
	}
	for _, title := range titles {
		if !found[title] {
			return nil, fmt.Errorf("%w: %s", errNoChapter, title)
		}
	}
	for len(kept) > 0 && kept[len(kept)-1].text() == "" {
		kept = kept[:len(kept)-1]
	}
	return kept, nil
}
