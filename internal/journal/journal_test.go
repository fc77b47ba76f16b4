package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pavilion/internal/journal"
)

var errNoAnswer = errors.New("no answer")

func setup(level slog.Level) (*journal.Journal, *slog.Logger, *bytes.Buffer) {
	j, out := journal.New(level), new(bytes.Buffer)
	return j, slog.New(j.Handler(slog.NewTextHandler(out, &slog.HandlerOptions{Level: j.Level()}))), out
}

func TestJournal_KeepsTheLastWarningsAndErrorsOnly(t *testing.T) {
	t.Parallel()
	j, log, _ := setup(slog.LevelInfo)
	log.InfoContext(t.Context(), "routine")
	for i := range 250 {
		log.With("component", "index").WarnContext(t.Context(), "a warning", slog.Int64("person", 4_300_000_001), slog.Any("error", fmt.Errorf("%w to call %d", errNoAnswer, i)))
	}
	log.ErrorContext(t.Context(), "last")
	all := j.Last(slog.LevelWarn, 1000)
	if len(all) != 100 || all[0].Message != "last" || all[1].Message != "a warning" || all[1].Component != "index" || all[1].Error != "no answer to call 249" {
		t.Errorf("%d entries, %+v, %+v", len(all), all[0], all[1])
	}
	if only := j.Last(slog.LevelError, 10); len(only) != 1 || only[0].Message != "last" {
		t.Errorf("errors: %+v", only)
	}
	if strings.Contains(fmt.Sprint(all), "4300000001") {
		t.Error("an entry names a person")
	}
}

func TestJournal_TheLevelChangesWhileTheProgramRuns(t *testing.T) {
	t.Parallel()
	j, log, out := setup(slog.LevelError)
	child := log.With("component", "search") // made before the change
	child.WarnContext(t.Context(), "kept and not written")
	child.DebugContext(t.Context(), "neither")
	j.Level().Set(slog.LevelDebug)
	child.DebugContext(t.Context(), "written now")
	if text := out.String(); strings.Contains(text, "kept") || !strings.Contains(text, "written now") {
		t.Errorf("the log: %s", text)
	}
	if all := j.Last(slog.LevelWarn, 10); len(all) != 1 {
		t.Errorf("entries: %+v", all)
	}
}

func TestRedact_HidesSecretsAndTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"dial mongodb://club:hunter2@db.example:27017: refused":        "dial mongodb:***db.example:27017: refused",
		"bad token 7000000001:AAH-abcdefghijklmnopqrstuvwxyz0123":      "bad token ***",
		`parse "my phone is 98765": no`:                                `parse ***: no`,
		"key sk_live_4eC39HqLyjWDarjtT1zdp7dc refused":                 "key *** refused",
		"FLOOD_WAIT_30 in messages.sendMessage":                        "FLOOD_WAIT_30 in messages.sendMessage",
		"search: pool a: connection() error occurred during handshake": "search: pool a: connection() error occurred during handshake",
	} {
		if got := journal.Redact(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := journal.Redact(strings.Repeat("long ", 200)); len(got) > 310 {
		t.Errorf("%d bytes", len(got))
	}
}
