package app

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net"
	"strings"
	"testing"
	"time"

	"pavilion/migrations"
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
	nextStep(t, settings, 1, "Run: pavilion migrate up")
	if code := Main(t.Context(), []string{"doctor"}, settings, &stdout, &stderr); code != 1 {
		t.Errorf("exit %d: %s", code, stderr.String())
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

// patience is longer than doctorTimeout on a busy machine, and shorter than the wait for a server that never answers.
const patience = 5 * doctorTimeout

// nextStep runs doctor, which must end with one next step.
func nextStep(t *testing.T, settings []string, wantCode int, want string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	began := time.Now()
	code := Main(t.Context(), []string{"doctor"}, settings, &stdout, &stderr)
	if took := time.Since(began); took > patience {
		t.Errorf("it took %s", took)
	}
	out := stdout.String()
	if code != wantCode || strings.Count(out, "Next: ") != 1 || !strings.Contains(out, "Next: "+want) {
		t.Errorf("exit %d, want %d and the step %q:\n%s%s", code, wantCode, want, out, stderr.String())
	}
}

// TestDoctor_AHalfConfiguredOrRestoredInstallationNamesOneStep mends one fault after the other. Telegram, the mail server and a pool accept connections and
// never answer, which must not hold up the rest.
func TestDoctor_AHalfConfiguredOrRestoredInstallationNamesOneStep(t *testing.T) {
	t.Parallel()
	db, url := emptyDatabase(t)
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	settings := []string{
		"PAVILION_BOT_TOKEN=1:secret", "PAVILION_API_ID=1", "PAVILION_API_HASH=hash", "PAVILION_POSTGRES_URL=" + url, "PAVILION_REDIS_URL=redis://" + silent.Addr().String(),
		"PAVILION_MONGO_URIS=mongodb://" + silent.Addr().String() + "/x?directConnection=true", "PAVILION_SMTP_URL=smtp://u:p@" + silent.Addr().String(), "PAVILION_MAIL_FROM=Nets <a@example.com>",
		"PAVILION_ENVIRONMENT=development", "PAVILION_TELEGRAM_ADDR=" + silent.Addr().String(), "PAVILION_TELEGRAM_KEY=" + telegramKey(t),
	}
	nextStep(t, settings, 1, "Put the user ids of the club's admins into PAVILION_ADMINS")
	settings = append(settings, "PAVILION_ADMINS=1")
	nextStep(t, settings, 1, "Check PAVILION_BOT_TOKEN")
	exec(t.Context(), t, db, `INSERT INTO installation (home) VALUES ('the original')`)
	nextStep(t, settings, 1, "When the old installation does not run any more, run: pavilion restore confirm")
}

// telegramKey is the public key of a data centre that does not exist.
func telegramKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)}))
}
