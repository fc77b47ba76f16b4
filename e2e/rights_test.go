package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"pavilion/sandbox"
	"pavilion/sandbox/install"
	"pavilion/sandbox/miniapp"
)

// TestRights_TheUsersOfComposeSuffice runs the bot with the users that compose.yaml makes: in Postgres one that owns no table, in Redis one that cannot
// configure the server.
func TestRights_TheUsersOfComposeSuffice(t *testing.T) {
	t.Parallel()
	n := prepareNets(t, sandbox.Options{Env: map[string]string{"PAVILION_MIGRATE": "false"}})
	owner, app := makeRoles(t, n.Scene)
	n.SetEnv("PAVILION_POSTGRES_URL", owner)
	if out, err := n.Run(t.Context(), "migrate", "up"); err != nil {
		t.Fatalf("the owner cannot migrate: %v\n%s", err, out)
	}
	n.SetEnv("PAVILION_POSTGRES_URL", app)
	n.SetEnv("PAVILION_REDIS_URL", makeRedisUser(t, n.Scene))
	n.setUp(t, "Net 1")

	member := n.open(t, n.Members[0])
	a := act(t, member, n.club.Path("/holds"), "hold", miniapp.Slot(n.club.Day(3), "18:00", "19:00", n.club.Nets[0]))
	if a.Status != http.StatusCreated {
		t.Fatalf("hold: %d %s", a.Status, a.Body)
	}
	if err := n.Bot.Ready(t.Context()); err != nil { // a bot gets no messages from before its first sign-in
		t.Fatal(err)
	}
	admin, user := connect(t, n.Scene, n.Admin), connect(t, n.Scene, n.Members[0])
	say(t, admin, "/channels add @"+sandbox.ChannelName)
	await(t, admin, "is indexed")
	post(t, n.Scene, "Golden.Over.2021.1080p.mkv")
	found(t, user, "golden over", "1 file")
	n.settled(t)
	erase(t, n, member, a)
	for _, where := range []string{"permission denied", "NOPERM", "must be owner"} {
		if strings.Contains(n.Bot.Log(), where) {
			t.Errorf("a right is missing: %s", where)
		}
	}
	conn, err := pgx.Connect(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // the statement's own error counts
	var lacking []string
	if err := conn.QueryRow(t.Context(), `SELECT coalesce(array_agg(c.relname || ': ' || wanted), '{}') FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) wanted
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT has_table_privilege(c.oid, wanted)`).Scan(&lacking); err != nil || len(lacking) > 0 {
		t.Errorf("the processes' role lacks rights: %q, %v", lacking, err)
	}
	if _, err := conn.Exec(t.Context(), `ALTER TABLE booking ADD COLUMN more int`); err == nil || !strings.Contains(err.Error(), "must be owner") {
		t.Errorf("the processes' role can change tables: %v", err)
	}
}

// erase exports and erases the member of a booking, who has to cancel it first.
func erase(t *testing.T, n *nets, member *miniapp.Client, booked miniapp.Answer) {
	t.Helper()
	id := fmt.Sprint(n.Members[0].ID)
	run := func(args ...string) (string, error) {
		return n.Run(t.Context(), append([]string{"member"}, args...)...)
	}
	if out, err := run("export", id); err != nil || !strings.Contains(out, `"about": "Your bookings."`) || !strings.Contains(out, `"last_seen"`) {
		t.Errorf("export: %v\n%s", err, out)
	}
	if out, err := run("erase", id); err == nil || !strings.Contains(out, "--yes") {
		t.Errorf("erasure without consent: %v\n%s", err, out)
	}
	if out, err := run("erase", id, "--yes"); err == nil || !strings.Contains(out, "/mybookings") {
		t.Errorf("erasure with a booking to come: %v\n%s", err, out)
	}
	var b struct{ ID int64 }
	if err := booked.Into(http.StatusCreated, &b); err != nil {
		t.Fatal(err)
	}
	if a := act(t, member, n.club.Path("/bookings/%d/cancel", b.ID), "cancel", map[string]any{}); a.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", a.Status, a.Body)
	}
	n.settled(t)
	if out, err := run("erase", id, "--yes"); err != nil || !strings.Contains(out, "is erased") {
		t.Errorf("erase: %v\n%s", err, out)
	}
	if out, err := run("export", id); err != nil || !strings.Contains(out, `"records": []`) {
		t.Errorf("after the erasure: %v\n%s", err, out)
	}
	n.settled(t)
}

// makeRoles runs deploy/postgres/roles.sql and returns the addresses of Postgres for the two roles.
func makeRoles(t *testing.T, s *sandbox.Scene) (owner, app string) {
	t.Helper()
	psql, ok := install.Binary("psql", "/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
	if !ok {
		t.Fatal("no psql beside Postgres")
	}
	dir := t.TempDir()
	for _, name := range []string{"postgres_owner_password", "postgres_app_password"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("pass-of-"+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), psql, "-X", "-d", s.Engines.PostgresURL, "-f", "../deploy/postgres/roles.sql")
	cmd.Env = append(os.Environ(), "SECRETS="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("roles.sql: %v\n%s", err, out)
	}
	t.Cleanup(func() { // a server that others share keeps roles
		conn, err := pgx.Connect(context.WithoutCancel(t.Context()), s.Engines.PostgresURL)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // the statement's own error counts
		if s.Bot != nil {
			if err := s.Bot.Stop(); err != nil {
				t.Error(err)
			}
		}
		if _, err := conn.Exec(context.WithoutCancel(t.Context()), `REASSIGN OWNED BY pavilion_owner TO CURRENT_USER;
			DROP OWNED BY pavilion_owner; DROP OWNED BY pavilion_app; DROP ROLE pavilion_owner, pavilion_app`); err != nil {
			t.Error(err)
		}
	})
	as := func(role, password string) string {
		u, err := url.Parse(s.Engines.PostgresURL)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(role, password)
		return u.String()
	}
	return as("pavilion_owner", "pass-of-postgres_owner_password"), as("pavilion_app", "pass-of-postgres_app_password")
}

// makeRedisUser gives Redis the user of compose.yaml and returns its address.
func makeRedisUser(t *testing.T, s *sandbox.Scene) string {
	t.Helper()
	text, err := os.ReadFile("../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rule := regexp.MustCompile(`(?m)^\s+user pavilion on >\S+\(cat \S+\) (.+)$`).FindStringSubmatch(string(text))
	if rule == nil {
		t.Fatal("compose.yaml makes no user in Redis")
	}
	o, err := redis.ParseURL(s.Engines.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	defer c.Close() //nolint:errcheck // the command's own error counts
	args := []any{"ACL", "SETUSER", "pavilion", "on", ">pass"}
	for word := range strings.FieldsSeq(rule[1]) {
		args = append(args, word)
	}
	if err := c.Do(t.Context(), args...).Err(); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(s.Engines.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("pavilion", "pass")
	limited, err := redis.ParseURL(u.String())
	if err != nil {
		t.Fatal(err)
	}
	check := redis.NewClient(limited)
	defer check.Close() //nolint:errcheck // as above
	if err := check.FlushAll(t.Context()).Err(); err == nil || !strings.Contains(err.Error(), "NOPERM") {
		t.Errorf("the user may empty Redis: %v", err)
	}
	return u.String()
}
