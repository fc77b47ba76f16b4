package share

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
	"pavilion/web"
)

// The page's types are generated from the description. What the resources do is tested over the real program, in e2e.
func TestDescription_IsTheOneInReview(t *testing.T) {
	t.Parallel()
	texts, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.New(web.Deps{Metrics: prometheus.NewRegistry(), Latency: latency.New(time.Now), Texts: texts}, web.Options{Logger: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	Add(web.NewAPI(server, nil, web.APIOptions{About: About, Version: "test"}), Options{})
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/openapi.json", http.NoBody))
	golden.CheckJSON(t, "openapi", w.Body.Bytes())
}
