package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

const transcript = "title\n\n\x1b[1;33m━━ 1 · First ━━\x1b[m\n  one\n\n\x1b[1;33m━━ 12 · Last ━━\x1b[m\n  \x1b[94m▎\x1b[m \x1b[36m[ a <b> & c ]\x1b[m \x1b[36m[ आवारा ]\x1b[m\n\n\x1b[1;32mAll 2 checks held\x1b[m\n"

func TestRun_DrawsTheChosenChapterAsWellFormedXML(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(strings.NewReader(transcript), &out, []string{"Last"}, "", ""); err != nil {
		t.Fatal(err)
	}
	texts := texts(t, out.String())
	for _, want := range []string{"12 · Last", "a <b> & c", "आवारा"} {
		if !strings.Contains(texts, want) {
			t.Errorf("%q is not drawn: %q", want, texts)
		}
	}
	for _, other := range []string{"one", "First", "checks held", "[", "]"} {
		if strings.Contains(texts, other) {
			t.Errorf("%q is drawn: %q", other, texts)
		}
	}
	if n := strings.Count(out.String(), `rx="5"`); n != 2 {
		t.Errorf("%d buttons are framed, want 2", n)
	}
}

func TestRun_DrawsFromOneLineToAnother(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(strings.NewReader(transcript), &out, []string{"First", "Last"}, "one", "Last"); err != nil {
		t.Fatal(err)
	}
	if texts := texts(t, out.String()); strings.Contains(texts, "First") || !strings.Contains(texts, "one") || !strings.Contains(texts, "Last") || strings.Contains(texts, "आवारा") {
		t.Errorf("drawn: %q", texts)
	}
}

func TestRun_AMissingChapterIsAnError(t *testing.T) {
	t.Parallel()
	if err := run(strings.NewReader(transcript), io.Discard, []string{"First", "Second"}, "", ""); !errors.Is(err, errNoChapter) {
		t.Errorf("a chapter that does not exist: %v", err)
	}
	if err := run(strings.NewReader(transcript), io.Discard, []string{"First"}, "", "none"); err == nil {
		t.Error("a line was found that is not there")
	}
}

func texts(t *testing.T, svg string) string {
	t.Helper()
	var b strings.Builder
	in := false
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			in = x.Name.Local == "text"
		case xml.EndElement:
			in = false
		case xml.CharData:
			if in {
				b.WriteString(string(x) + "\n")
			}
		}
	}
}
