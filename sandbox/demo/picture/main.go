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
	chapters := flag.String("chapters", "", "numbers of the chapters to draw, separated by commas; all where empty")
	from := flag.String("from", "", "a text of the first line to draw, of these chapters; the beginning where empty")
	to := flag.String("to", "", "a text of the last line to draw, of these chapters; the end where empty")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *chapters, *from, *to); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, chapters, from, to string) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the transcript: %w", err)
	}
	lines := parse(strings.TrimSpace(string(text)))
	if chapters != "" {
		lines = chosen(lines, strings.Split(chapters, ","))
	}
	if len(lines) == 0 {
		return fmt.Errorf("the transcript has none of the chapters %s", chapters)
	}
	if lines, err = between(lines, from, to); err != nil {
		return err
	}
	return draw(out, lines)
}

var errNoLine = errors.New("no line has the text")

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

// chosen returns the lines of some chapters.
func chosen(lines []line, numbers []string) []line {
	var kept []line
	in := false
	for _, l := range lines {
		if title, ok := strings.CutPrefix(l.text(), "━━ "); ok {
			number, _, _ := strings.Cut(title, " ")
			in = slices.Contains(numbers, number)
		} else if strings.HasPrefix(l.text(), "All ") {
			in = false
		}
		if in {
			kept = append(kept, l)
		}
	}
	for len(kept) > 0 && kept[len(kept)-1].text() == "" {
		kept = kept[:len(kept)-1]
	}
	return kept
}
