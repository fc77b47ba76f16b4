package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestDemo_StoppedInTheMiddleSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := &stopAt{text: "kholi cover drve", stop: cancel}
	if code := run(ctx, &screen{to: out}, false); code != 130 || !strings.HasSuffix(strings.TrimSpace(out.String()), "Stopped.") {
		t.Errorf("exit code %d:\n%s", code, out.String())
	}
	if strings.Contains(out.String(), "The bot's log") {
		t.Errorf("the bot's log, where nothing failed:\n%s", out.String())
	}
}

// stopAt calls stop when the transcript contains a text.
type stopAt struct {
	bytes.Buffer

	text string
	stop context.CancelFunc
}

func (s *stopAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.text) {
		s.stop()
	}
	return s.Buffer.Write(p)
}

func TestMust_WhatDidNotHoldIsSaidAndNotCounted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &play{out: &screen{to: &out}}
	err := p.must(false, "the file is found", "Nothing found.")
	if err == nil || !strings.Contains(err.Error(), "the file is found") || !strings.Contains(err.Error(), "Nothing found.") {
		t.Errorf("%v", err)
	}
	if p.checks != 0 || strings.Contains(out.String(), "✓") {
		t.Errorf("%d checks, drawn: %q", p.checks, out.String())
	}
}

func TestScreen_KeepsItsWidth(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &screen{to: &out, color: true}
	s.chapter(3, "A title")
	s.message(message{who: "Pavilion", text: strings.Repeat("आवारा матрица 七人の侍 innings ", 20)})
	s.message(message{who: "Arjun", mine: true, text: strings.Repeat("word ", 60)})
	s.tap("Arjun", ansi.Red, strings.Repeat("long", 40), strings.Repeat("toast ", 40))
	for line := range strings.Lines(out.String()) {
		if w := ansi.StringWidth(strings.TrimSuffix(line, "\n")); w > width {
			t.Errorf("%d cells: %q", w, line)
		}
	}
}

func TestRound_AsPeopleSayIt(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{38400 * time.Microsecond: "38 ms", 1340 * time.Millisecond: "1.3 s"} {
		if got := round(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
