package app

import (
	"log/slog"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"pavilion/booking"
	"pavilion/internal/latency"
	"pavilion/internal/secret"
	"pavilion/storage"
	"pavilion/web"
	"pavilion/web/nets"
)

// exported lists every metric that a process has.
func exported(t *testing.T) map[string]bool {
	t.Helper()
	redis, err := storage.OpenRedis(storage.RedisOptions{URL: secret.New("redis://127.0.0.1:1/0"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = redis.Client().Close() }) // never connected
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newFigures(nil))
	log := slog.New(slog.DiscardHandler)
	server, err := web.New(web.Deps{Redis: redis, Metrics: registry, Latency: latency.New(time.Now)}, web.Options{
		Logger: log, Limits: web.Limits{AddressPerSecond: 1, GlobalPerSecond: 1, Reads: 1, Writes: 1, SignIns: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := nets.Add(server, web.NewAPI(server, nil, web.APIOptions{}), nets.Options{Metrics: registry, Logger: log, Callbacks: nets.Callbacks{
		Providers: []booking.Provider{booking.Stripe}, From: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	}}); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	descs := make(chan *prometheus.Desc)
	go func() {
		registry.Describe(descs)
		close(descs)
	}()
	fq := regexp.MustCompile(`fqName: "([^"]+)"`)
	for d := range descs {
		if m := fq.FindStringSubmatch(d.String()); m != nil {
			names[m[1]] = true
		}
	}
	return names
}

func TestFigures_DashboardAndAlertsNameWhatIsExported(t *testing.T) {
	t.Parallel()
	names := exported(t)
	word := regexp.MustCompile(`\b(pavilion|go|process)_[a-z_]+\b`)
	for _, file := range []string{"../deploy/grafana/pavilion.json", "../deploy/prometheus/alerts.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := word.FindAllString(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s names no metric", file)
		}
		for _, name := range found {
			base := strings.TrimSuffix(name, "_bucket")
			if !names[name] && !names[base] {
				t.Errorf("%s asks for %s, which is not exported", file, name)
			}
		}
	}
	used, err := os.ReadFile("../deploy/grafana/pavilion.json")
	if err != nil {
		t.Fatal(err)
	}
	for name := range names {
		if strings.HasPrefix(name, "pavilion_") && !strings.Contains(string(used), name) && name != "pavilion_http_panics_total" && name != "pavilion_bot_active" {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
