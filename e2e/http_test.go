package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"pavilion/sandbox"
)

// get asks the program's HTTP port.
func get(t *testing.T, url, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// The real program beside its bot: what its operating endpoints say is true while parts stop and come back.
func TestHTTP_HealthAndFiguresTellTheTruth(t *testing.T) {
	t.Parallel()
	addr := freeAddr(t)
	const token = "operator-token-value"
	s, _, _ := scene(t, sandbox.Options{Env: map[string]string{"PAVILION_HTTP_ADDR": addr, "PAVILION_OPERATOR_TOKEN": token}})
	state := func(part string) string {
		_, body := get(t, "http://"+addr+"/health", "")
		var h struct {
			Parts map[string]struct{ State string } `json:"parts"`
		}
		if json.Unmarshal([]byte(body), &h) != nil {
			return body
		}
		return h.Parts[part].State
	}
	for _, part := range []string{"postgres", "schema", "redis", "archive", "telegram"} {
		until(t, part+" is ok", func() bool { return state(part) == "ok" })
	}
	figure := func(line string) bool {
		status, body := get(t, "http://"+addr+"/metrics", token)
		return status == http.StatusOK && strings.Contains(body, line)
	}
	for _, line := range []string{
		"pavilion_postgres_up 1", "pavilion_redis_up 1", "pavilion_telegram_connected 1", "pavilion_bot_active 1", "pavilion_outbox_age_seconds ",
		`pavilion_cache_lookups_total{result="hit"} 0`, `pavilion_postgres_connections{state="most"} 20`, "pavilion_pool_breaker_open{", "pavilion_telegram_flood_waits_total 0",
	} {
		if !figure(line) {
			t.Errorf("the figures have no %s", line)
		}
	}
	if status, body := get(t, "http://"+addr+"/api/v1/clubs", ""); status != http.StatusOK || strings.TrimSpace(body) != `{"items":[]}` {
		t.Errorf("clubs: %d %s", status, body)
	}

	var named struct{ Version string }
	if _, body := get(t, "http://"+addr+"/performance", token); json.Unmarshal([]byte(body), &named) != nil || named.Version == "" {
		t.Errorf("the version is missing: %s", body)
	}
	if out, err := s.Run(t.Context(), "health"); err != nil || !strings.Contains(out, "ok        postgres") {
		t.Errorf("pavilion health beside a healthy process: %v\n%s", err, out)
	}
	if log := s.Bot.Log(); !strings.Contains(log, `"msg":"starting","version":"`+named.Version+`"`) {
		t.Errorf("the log does not name version %s:\n%s", named.Version, log)
	}

	s.Engines.StopRedis()
	until(t, "redis is degraded", func() bool { return state("redis") == "degraded" && figure("pavilion_redis_up 0") })
	if status, _ := get(t, "http://"+addr+"/health/ready", ""); status != http.StatusOK {
		t.Errorf("without Redis the process counts as not ready: %d", status)
	}
	s.Engines.StopPostgres()
	until(t, "postgres is down", func() bool { return state("postgres") == "down" })
	for path, want := range map[string]int{"/health/ready": 503, "/health": 503, "/health/live": 200, "/api/v1/clubs": 503} {
		start := time.Now()
		if status, body := get(t, "http://"+addr+path, ""); status != want || time.Since(start) > 20*time.Second {
			t.Errorf("%s without Postgres: %d in %s %s", path, status, time.Since(start), body)
		}
	}
	if out, err := s.Run(t.Context(), "health"); err == nil || !strings.Contains(out, "down      postgres") {
		t.Errorf("pavilion health without Postgres: %v\n%s", err, out)
	}
	if !figure("pavilion_postgres_up 0") {
		t.Error("the figures say that Postgres is up")
	}
	if err := s.Engines.StartPostgres(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Engines.StartRedis(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "ready again", func() bool {
		status, body := get(t, fmt.Sprintf("http://%s/health/ready", addr), "")
		return status == http.StatusOK && strings.Contains(body, `"state": "ok"`)
	})
}
