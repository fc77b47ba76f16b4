package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox/miniapp"
)

var errUnexpected = errors.New("unexpected output")

// restore makes a backup under load, ends the load and the fleet, and lets the backup take the place of the databases, beside the same Redis.
func (s *stage) restore(ctx context.Context, dir string) error {
	if err := s.step(ctx, "a backup is made", true, func(ctx context.Context) error { return s.command(ctx, "the backup is in", "backup", dir) }); err != nil {
		return err
	}
	if err := s.unload(ctx); err != nil {
		return err
	}
	old := s.scene.Env("PAVILION_POSTGRES_URL")
	if err := s.stop(); err != nil {
		return err
	}
	stopped := time.Now()
	address, err := s.scene.Engines.Database(ctx, "restored")
	if err != nil {
		return err
	}
	s.scene.SetEnv("PAVILION_POSTGRES_URL", address)
	s.scene.SetEnv("PAVILION_MONGO_URIS", strings.ReplaceAll(s.scene.Env("PAVILION_MONGO_URIS"), "/pavilion?", "/restored?"))
	if err := s.command(ctx, "everything is restored", "restore", dir); err != nil {
		return err
	}
	filled := time.Since(stopped)
	if err := s.command(ctx, "", "restore", "confirm"); err != nil {
		return err
	}
	for _, m := range s.members {
		if err := s.start(ctx, m, ""); err != nil {
			return err
		}
	}
	if err := s.say(ctx, s.scene.Members[0], "golden river", "🔎 golden river\n1 file"); err != nil {
		return err
	}
	searched := time.Since(stopped)
	findings, n := s.compare(ctx, old, address)
	for _, about := range []string{"booking", "archive"} {
		if err := s.command(ctx, "", "doctor", about); err != nil {
			findings = append(findings, err.Error())
		}
	}
	s.table.note(fmt.Sprintf("the databases are lost: the backup is restored after %s, the bot answers after %s, %d bookings are there", seconds(filled), seconds(searched), n), findings)
	return nil
}

// command runs a subcommand, which must print a text.
func (s *stage) command(ctx context.Context, want string, args ...string) error {
	out, err := s.scene.Run(ctx, args...)
	if err == nil && !strings.Contains(out, want) {
		err = errUnexpected
	}
	if err != nil {
		return fmt.Errorf("pavilion %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// compare returns what of the restored bookings differs from the old ones, except for changes after the backup, and the number of bookings. Sessions of
// the old database must be void.
func (s *stage) compare(ctx context.Context, old, restored string) (findings []string, n int) {
	type row struct {
		ID    int64
		State string
		At    time.Time
	}
	read := func(url, sql string) (rows []row) {
		db, err := pgx.Connect(ctx, url)
		if err != nil {
			findings = append(findings, err.Error())
			return nil
		}
		defer db.Close(ctx) //nolint:errcheck // read only
		result, err := db.Query(ctx, sql)
		if err == nil {
			rows, err = pgx.CollectRows(result, pgx.RowToStructByPos[row])
		}
		if err != nil {
			findings = append(findings, err.Error())
		}
		return rows
	}
	const sql = `SELECT id, state, (SELECT max(at) FROM audit WHERE booking_id = booking.id) FROM booking`
	now := map[int64]row{}
	for _, r := range read(old, sql) {
		now[r.ID] = r
	}
	all := read(restored, sql)
	for _, r := range all {
		if was, ok := now[r.ID]; !ok || was.At.Equal(r.At) && was.State != r.State {
			findings = append(findings, fmt.Sprintf("booking %d is %s, it was %s", r.ID, r.State, was.State))
		}
	}
	if a, err := s.clients[0].Send(ctx, http.MethodGet, "/clubs", "", nil); err != nil || a.Status != http.StatusUnauthorized {
		findings = append(findings, fmt.Sprintf("a session of the old database: %d %s %v", a.Status, a.Body, err))
	}
	if _, err := miniapp.Find(ctx, s.boss.Client, "Riverside"); err == nil {
		findings = append(findings, "the admin's old session goes on")
	}
	if err := s.signIn(ctx); err != nil {
		findings = append(findings, err.Error())
	} else if _, err := miniapp.Find(ctx, s.boss.Client, "Riverside"); err != nil {
		findings = append(findings, err.Error())
	}
	return findings, len(all)
}
