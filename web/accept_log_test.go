package web

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestServer_TooManyOpenFilesIsAWarningOnceAMinute(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Now()
	s := &Server{log: slog.New(slog.NewTextHandler(&out, nil)), opts: Options{Now: func() time.Time { return now }}}
	log := s.errorLog()
	for range 100 {
		log.Print("http: Accept error: accept tcp 127.0.0.1:8080: accept4: too many open files; retrying in 5ms")
	}
	log.Print("http: TLS handshake error from 127.0.0.1:9: EOF")
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=WARN") || !strings.Contains(got, "too many open files") {
		t.Errorf("want one warning:\n%s", got)
	}
	now = now.Add(acceptWarnEvery)
	log.Print("http: Accept error: accept4: too many open files")
	if got := out.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "not_logged=99") {
		t.Errorf("want a second warning:\n%s", got)
	}
}
