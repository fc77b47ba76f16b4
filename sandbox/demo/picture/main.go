// Command picture turns the demo's transcript, with its colours, into the SVG that the README shows: transcript on stdin, picture on stdout.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	chapters := flag.String("chapters", "", "numbers of the chapters to draw, separated by commas; all where empty")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *chapters); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, chapters string) error {
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
	return draw(out, lines)
}

// chosen keeps the lines of some chapters.
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
