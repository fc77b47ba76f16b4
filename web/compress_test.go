package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Reads of the API are compressed from about a kilobyte on. Answers to other methods have tokens and codes, and those of other addresses are no concern of it.
func TestCompressor_CompressesLongReadsOnly(t *testing.T) {
	t.Parallel()
	const sentence = `"The nets are free. "`
	long, short := "["+strings.Repeat(sentence+",", 100)+sentence+"]", "["+sentence+"]"
	mux := http.NewServeMux()
	answer := func(media, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"7"`)
			w.Header().Set("Content-Type", media)
			_, _ = io.WriteString(w, body)
		}
	}
	mux.HandleFunc("/api/v1/long", answer("application/json", long))
	mux.HandleFunc("/api/v1/short", answer("application/json", short))
	mux.HandleFunc("/api/v1/problem", answer(problemType, long))
	mux.HandleFunc("/elsewhere", answer("application/json", long))
	layers := setup(t, nil).server.layers(mux)
	for _, c := range []struct {
		method, path, accepts string
		compressed            bool
	}{
		{http.MethodGet, "/api/v1/long", "gzip, deflate, br, zstd", true},
		{http.MethodGet, "/api/v1/long", "", false},
		{http.MethodGet, "/api/v1/long", "gzip;q=0", false},
		{http.MethodPost, "/api/v1/long", "gzip", false},
		{http.MethodGet, "/api/v1/short", "gzip", false},
		{http.MethodGet, "/api/v1/problem", "gzip", false},
		{http.MethodGet, "/elsewhere", "gzip", false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil)
		r.Header.Set("Accept-Encoding", c.accepts)
		w := httptest.NewRecorder()
		layers.ServeHTTP(w, r)
		encoding, tag, text := "", `"7"`, io.Reader(w.Body)
		if c.compressed {
			encoding, tag = "gzip", `W/"7"`
			if w.Body.Len() > len(long)/4 {
				t.Errorf("%d of %d bytes are left", w.Body.Len(), len(long))
			}
			unpacked, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			text = unpacked
		}
		body, err := io.ReadAll(text)
		if err != nil {
			t.Fatal(err)
		}
		if w.Header().Get("Content-Encoding") != encoding || w.Header().Get("ETag") != tag || string(body) != long && string(body) != short {
			t.Errorf("%+v: encoding %q, ETag %q, %.60s", c, w.Header().Get("Content-Encoding"), w.Header().Get("ETag"), body)
		}
		if varies := w.Header().Get("Vary") == "Accept-Encoding"; c.method == http.MethodGet && strings.HasPrefix(c.path, APIPath) != varies {
			t.Errorf("%+v: Vary %q", c, w.Header().Get("Vary"))
		}
	}
}
