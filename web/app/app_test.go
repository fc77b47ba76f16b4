package app

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/sandbox/install"
	"pavilion/web"
)

// server serves the page alone.
func server(t *testing.T, o Options) *web.Server {
	t.Helper()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := web.New(web.Deps{Metrics: prometheus.NewRegistry(), Latency: latency.New(time.Now), Texts: book}, web.Options{
		Limits: web.Limits{AddressPerSecond: 1000, GlobalPerSecond: 1000, Reads: 600, Writes: 60, SignIns: 60}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := Add(s, o); err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, s *web.Server, path, encodings string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", encodings)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// linked are the files that the index names.
func linked(t *testing.T, index string) []string {
	t.Helper()
	var names []string
	for _, m := range regexp.MustCompile(`(?:src|href)="([^":]+)"`).FindAllStringSubmatch(index, -1) {
		names = append(names, m[1])
	}
	if len(names) < 2 || len(names) > 8 {
		t.Fatalf("the index names %q", names)
	}
	return names
}

func TestPage_IsFramedByTelegramOnlyAndRunsNothingOfOthers(t *testing.T) {
	t.Parallel()
	for frame, want := range map[string]string{"": TelegramWeb, "http://127.0.0.1:4000": "http://127.0.0.1:4000"} {
		w := get(t, server(t, Options{Frame: frame}), Path, "")
		policy := w.Header().Get("Content-Security-Policy")
		if w.Code != http.StatusOK || !strings.HasSuffix(policy, "; frame-ancestors "+want) || !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") ||
			!strings.Contains(policy, "require-trusted-types-for 'script'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%d, policy %s", w.Code, policy)
		}
		if w.Header().Get("X-Frame-Options") != "" || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("headers %v", w.Header())
		}
		if !strings.Contains(w.Body.String(), `name="telegram-web" content="`+want+`"`) {
			t.Errorf("the page trusts another site:\n%s", w.Body)
		}
	}
}

func TestFiles_AreCachedForEverUnderTheHashOfTheirContent(t *testing.T) {
	t.Parallel()
	s := server(t, Options{})
	for _, name := range linked(t, get(t, s, Path, "").Body.String()) {
		plain := get(t, s, Path+name, "")
		if plain.Code != http.StatusOK || plain.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || plain.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", name, plain.Code, plain.Header())
		}
		packed := get(t, s, Path+name, "gzip, deflate")
		if packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Content-Type") != plain.Header().Get("Content-Type") {
			t.Errorf("%s: %v", name, packed.Header())
		}
		for encodings, want := range map[string]string{"gzip, br": "br", "br;q=0, gzip": "gzip", "identity": "", "br;q=0.5": "br", "br;q=0.0, gzip;q=0.000": "", "br; q=0.001, gzip": "br", "br;q=no": ""} {
			if got := get(t, s, Path+name, encodings).Header().Get("Content-Encoding"); got != want {
				t.Errorf("%s for %q is sent as %q, want %q", name, encodings, got, want)
			}
		}
	}
	for _, path := range []string{"app.js", "index.html", "..%2fapp.go", "nothing-0123456789.js"} {
		if w := get(t, s, Path+path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// The compressed files are committed too; each is the same text as the plain one.
func TestFiles_CompressedOnesAreTheSameText(t *testing.T) {
	t.Parallel()
	node, _, err := install.Node(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for name, packed := range written(t, ".") {
		if !isCompressed(name) {
			continue
		}
		compared++
		plain, err := os.ReadFile(strings.TrimSuffix(name, filepath.Ext(name)))
		if err != nil {
			t.Error(err)
			continue
		}
		var text []byte
		if strings.HasSuffix(name, ".gz") {
			r, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if text, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		} else if text, err = exec.CommandContext(t.Context(), node, "-e", "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(process.argv[1])))", name).Output(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, plain) {
			t.Errorf("%s is another text", name)
		}
	}
	if compared < 8 {
		t.Errorf("only %d files are compressed", compared)
	}
}

// The limits are in bytes of gzip. They count the page as it starts, with one language, and the screens and words that are loaded later.
func TestBudget_OfTheCompressedPage(t *testing.T) {
	t.Parallel()
	const kB = 1000
	index := get(t, server(t, Options{}), Path, "").Body.String()
	first := map[string]int{".html": len(index)}
	languages, staffWords, later := 0, 0, 0
	for name, text := range written(t, ".") {
		plain, packed := strings.CutSuffix(filepath.Base(name), ".gz")
		if !packed {
			continue
		}
		switch kind := filepath.Ext(plain); {
		case strings.HasPrefix(plain, "staff-"):
			staffWords = max(staffWords, len(text))
		case kind == ".json":
			languages = max(languages, len(text))
		case strings.Contains(index, plain):
			first[kind] += len(text)
		case kind == ".js":
			later += len(text)
		}
	}
	first[".json"] = languages
	total := 0
	for kind, limit := range map[string]int{".js": 37 * kB, ".css": 6 * kB, ".json": 5 * kB, ".html": 1 * kB} {
		total += first[kind]
		if first[kind] == 0 || first[kind] > limit {
			t.Errorf("%s: %d bytes, at most %d", kind, first[kind], limit)
		}
	}
	if total > 48*kB {
		t.Errorf("%d bytes at the start, at most %d", total, 48*kB)
	}
	later += staffWords
	if later > 30*kB {
		t.Errorf("%d bytes later, at most %d", later, 30*kB)
	}
	t.Logf("at the start %v, %d bytes; %d bytes later", first, total, later)
}
