package app

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pavilion/sandbox/engines"
)

// A new installation has no schema and no indexes yet. The doctor says at once what comes next, and does not blame a token that it cannot try.
func TestDoctor_AnEmptyDatabaseNamesTheNextStep(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true, Redis: true, MongoPools: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	settings := []string{
		"PAVILION_BOT_TOKEN=1:secret", "PAVILION_API_ID=1", "PAVILION_API_HASH=hash", "PAVILION_ADMINS=1",
		"PAVILION_POSTGRES_URL=" + e.PostgresURL, "PAVILION_REDIS_URL=" + e.RedisURL, "PAVILION_MONGO_URIS=" + e.MongoURIs[0],
	}
	var stdout, stderr bytes.Buffer
	began := time.Now()
	if code := Main(t.Context(), []string{"doctor"}, settings, &stdout, &stderr); code != 1 {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
	if took := time.Since(began); took > 20*time.Second { // a second or two; it was a minute
		t.Errorf("it took %s", took)
	}
	out := stdout.String()
	if strings.Count(out, "FAIL") != 1 || !strings.Contains(out, "FAIL  postgres schema") || !strings.Contains(out, "pavilion migrate up") || strings.Contains(out, "PAVILION_BOT_TOKEN") {
		t.Errorf("want one failure, the schema:\n%s", out)
	}
	stderr.Reset()
	if code := Main(t.Context(), []string{"doctor", "booking"}, settings, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), "pavilion migrate up") {
		t.Errorf("doctor booking: exit %d, %s", code, stderr.String())
	}

	// Two host names of one server: doctor names both pools, and the start fails.
	twice := append(settings[:len(settings)-1:len(settings)-1], "PAVILION_MONGO_URIS="+e.MongoURIs[0]+" "+strings.Replace(e.MongoURIs[0], "127.0.0.1", "localhost", 1))
	stdout.Reset()
	if code := Main(t.Context(), []string{"doctor"}, twice, &stdout, &stderr); code != 1 || strings.Count(stdout.String(), "is a database of its own") != 1 {
		t.Errorf("doctor, two names of one database: exit %d\n%s", code, stdout.String())
	}
	stderr.Reset()
	if code := Main(t.Context(), []string{"serve"}, twice, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), "are one database") {
		t.Errorf("serve, two names of one database: exit %d, %s", code, stderr.String())
	}
}
