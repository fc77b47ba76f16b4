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
	"path"
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

func get(t *testing.T, s *web.Server, target, encodings string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
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
	if len(names) != 3 {
		t.Fatalf("the index names %q, want the style and two scripts", names)
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
	for _, name := range []string{"app.js", "index.html", "..%2fapp.go", "nothing-0123456789.js"} {
		if w := get(t, s, Path+name, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", name, w.Code)
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

// All that the page can load in one language, as a browser gets it. The first files are those with which it starts.
func TestBudget_OfEverythingInOneLanguage(t *testing.T) {
	t.Parallel()
	const kB, browser = 1000, "gzip, deflate, br"
	s := server(t, Options{})
	index := get(t, s, Path, browser).Body
	files, err := readFiles()
	if err != nil {
		t.Fatal(err)
	}
	delete(files, "index.html")
	for _, language := range []string{"en", "hi"} {
		first, later, gzipped := map[string]int{".html": index.Len()}, 0, index.Len()
		for name, f := range files {
			kind := path.Ext(name)
			if kind == ".json" && !strings.HasPrefix(strings.TrimPrefix(name, "staff-"), language+"-") {
				continue // another language
			}
			w := get(t, s, Path+name, browser)
			if w.Header().Get("Content-Encoding") != "br" {
				t.Errorf("%s is sent as %q", name, w.Header().Get("Content-Encoding"))
			}
			gzipped += len(f.gzip)
			if strings.Contains(index.String(), name) || strings.HasPrefix(name, language) {
				first[kind] += w.Body.Len()
			} else {
				later += w.Body.Len()
			}
		}
		start := 0
		for kind, limit := range map[string]int{".js": 26 * kB, ".css": 6 * kB, ".json": 5 * kB, ".html": 1 * kB} {
			start += first[kind]
			if first[kind] == 0 || first[kind] > limit {
				t.Errorf("%s: %d bytes of %s at the start, at most %d", language, first[kind], kind, limit)
			}
		}
		if total := start + later; later == 0 || total > 52*kB {
			t.Errorf("%s: %d bytes, %d of them later; at most %d", language, total, later, 52*kB)
		}
		t.Logf("%s: at the start %v, %d bytes; later %d; %d in all, %d by gzip", language, first, start, later, start+later, gzipped)
	}
}
