package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox/miniapp"
)

// crashPoint is a place where the server is stopped: Postgres makes it wait there, and then it is killed.
type crashPoint struct {
	name    string
	trigger string // what waits, as CREATE TRIGGER has it
	actions int    // how many of the four actions come by
	then    string // the answer of the next process to the same request: a first answer, or the stored one
}

// crashPoints are all writes of a keyed action in their order, and its commit. A delayed commit succeeds after the process was killed. This simulates a
// crash between effect and answer.
func crashPoints() []crashPoint {
	const first, stored = "first", "stored"
	return []crashPoint{
		{"before the booking's row", "TRIGGER %s BEFORE INSERT OR UPDATE ON booking", 4, first},
		{"before the slots", "TRIGGER %s BEFORE INSERT OR UPDATE ON booking_slot", 4, first},
		{"before the cache's tokens", "TRIGGER %s BEFORE INSERT OR UPDATE ON availability_token", 4, first},
		{"before the audit", "TRIGGER %s BEFORE INSERT ON audit", 4, first},
		{"before the message", "TRIGGER %s BEFORE INSERT ON notification", 3, first},
		{"before the job", "TRIGGER %s BEFORE INSERT ON river_job", 3, first},
		{"before the answer is stored", "TRIGGER %s BEFORE INSERT ON idempotency_key", 4, stored}, // sent together with the commit
		{"in the commit", "CONSTRAINT TRIGGER %s AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED", 4, stored},
	}
}

// after is the answer to an action that was stopped here. The rows of a hold, its answer and its commit are sent together: Postgres carries them out
// although the process that sent them is dead.
func (p crashPoint) after(action string) string {
	if action == "hold" {
		return "stored"
	}
	return p.then
}

const gate = 0x67617465 // the class of the advisory locks that the crash points wait for

// gates makes a trigger of every crash point; it waits while the test holds the point's lock.
func (n *nets) gates(t *testing.T) {
	t.Helper()
	sql := fmt.Sprintf(`CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		PERFORM set_config('lock_timeout', '0', true), pg_advisory_xact_lock_shared(%d, TG_ARGV[0]::int);
		RETURN NEW;
	END $$;`, gate)
	for i, p := range crashPoints() {
		sql += "CREATE " + fmt.Sprintf(p.trigger, fmt.Sprintf("gate_%d", i)) + fmt.Sprintf(" FOR EACH ROW EXECUTE FUNCTION gate(%d);\n", i)
	}
	if _, err := n.db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// keyed is one action of one person under its key.
type keyed struct {
	about  string
	client *miniapp.Client
	path   string
	key    string
	body   any
	status int // of success
	point  crashPoint

	action  string // in the audit
	booking int64  // 0: made by the action
	answer  miniapp.Answer
}

func (k *keyed) send(ctx context.Context) (miniapp.Answer, error) {
	return k.client.Send(ctx, http.MethodPost, k.path, k.key, k.body)
}

// book holds a slot and, if wanted, confirms it.
func (n *nets) book(t *testing.T, c *miniapp.Client, slot map[string]any, confirmed bool) int64 {
	t.Helper()
	var b miniapp.Booking
	if err := c.Do(t.Context(), http.MethodPost, n.club.Path("/holds"), slot, http.StatusCreated, &b); err != nil {
		t.Fatal(err)
	}
	if confirmed {
		if err := c.Do(t.Context(), http.MethodPost, n.club.Path("/bookings/%d/confirm", b.ID), nil, http.StatusOK, &b); err != nil {
			t.Fatal(err)
		}
	}
	return b.ID
}

// actions prepares the four actions at an hour, each on a net of its own.
func (n *nets) actions(t *testing.T, people []*miniapp.Client, hour int, p crashPoint) []*keyed {
	t.Helper()
	day, next := n.club.Day(7), n.club.Day(8)
	slot := func(day string, net int) map[string]any {
		return miniapp.Slot(day, fmt.Sprintf("%02d:00", hour), fmt.Sprintf("%02d:00", hour+1), n.club.Nets[net])
	}
	held, moving, leaving := n.book(t, people[1], slot(day, 1), false), n.book(t, people[2], slot(day, 2), true), n.book(t, people[3], slot(day, 3), true)
	all := []*keyed{
		{action: "hold", client: people[0], path: n.club.Path("/holds"), body: slot(day, 0), status: http.StatusCreated},
		{action: "confirm", client: people[1], path: n.club.Path("/bookings/%d/confirm", held), status: http.StatusOK, booking: held},
		{action: "reschedule", client: people[2], path: n.club.Path("/bookings/%d/reschedule", moving), body: slot(next, 2), status: http.StatusOK, booking: moving},
		{action: "cancel", client: people[3], path: n.club.Path("/bookings/%d/cancel", leaving), status: http.StatusOK, booking: leaving},
	}
	for _, k := range all {
		k.key, k.point, k.about = fmt.Sprintf("%s at %02d:00", k.action, hour), p, k.action+" "+p.name
	}
	return all[len(all)-p.actions:] // a hold says nothing to anybody
}

// killAt sends all actions at once and waits until each stands at the crash point. An action that the server refuses as busy is sent again. Then killAt kills
// the server, and waits until Postgres has ended what it had begun.
func (n *nets) killAt(t *testing.T, point int, actions []*keyed) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, n.Engines.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // what it holds is let go below
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, $2)`, gate, point); err != nil {
		t.Fatal(err)
	}
	var sent sync.WaitGroup
	for _, k := range actions {
		sent.Go(func() {
			a, err := k.send(ctx)
			for err == nil && a.Status == http.StatusServiceUnavailable {
				a, err = k.send(ctx)
			}
			if err == nil {
				t.Errorf("%s was answered: %d %s", k.about, a.Status, a.Body)
			}
		})
	}
	const waiting = `SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	until(t, fmt.Sprintf("%d actions stand %s", len(actions), actions[0].point.name), func() bool { return n.count(t, waiting, gate) == len(actions) })
	n.Bot.Kill()
	sent.Wait()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1, $2)`, gate, point); err != nil {
		t.Fatal(err)
	}
	until(t, "Postgres has ended what the dead process began", func() bool {
		return n.count(t, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1`, gate) == 0
	})
}

// The server is killed at every write and at the commit of every action. The next process answers the same request at once. The request has one effect
// and one answer.
func TestNets_KilledBetweenAnyTwoSteps(t *testing.T) {
	t.Parallel()
	n := netsScene(t, "http", "Net 1", "Net 2", "Net 3", "Net 4")
	n.gates(t)
	var people []*miniapp.Client
	for i := range 4 {
		people = append(people, n.open(t, person(i)))
	}
	var all []*keyed
	for i, p := range crashPoints() {
		actions := n.actions(t, people, 7+i, p)
		n.killAt(t, i, actions)
		n.serve(t)
		for _, k := range actions {
			a := act(t, k.client, k.path, k.key, k.body)
			got := "first"
			switch {
			case a.Status != k.status:
				got = fmt.Sprintf("%d %s", a.Status, a.Body)
			case a.Header.Get("Idempotency-Replayed") == "true":
				got = "stored"
			}
			if want := p.after(k.action); got != want {
				t.Errorf("%s, sent again at once: %s, want %s", k.about, got, want)
			}
			k.answer = a
		}
		all = append(all, actions...)
	}
	for _, k := range all {
		n.once(t, k)
	}
	// With the workers, notifications are sent and holds expire.
	n.SetEnv("PAVILION_ROLES", "http,worker")
	if err := n.Bot.Stop(); err != nil {
		t.Error(err)
	}
	n.later(t, time.Hour)
	n.serve(t)
	n.settled(t)
	if held := n.count(t, `SELECT count(*) FROM booking WHERE state = 'held'`); held != 0 {
		t.Errorf("%d holds never ended", held)
	}
	n.book(t, people[3], miniapp.Slot(n.club.Day(7), "07:00", "08:00", n.club.Nets[0]), false)
}

// once checks that an action has its answer for good, and one effect.
func (n *nets) once(t *testing.T, k *keyed) {
	t.Helper()
	if k.answer.Status != k.status {
		t.Errorf("%s: %d %s", k.about, k.answer.Status, k.answer.Body)
		return
	}
	again := act(t, k.client, k.path, k.key, k.body)
	if again.Status != k.status || !bytes.Equal(bytes.TrimSpace(again.Body), bytes.TrimSpace(k.answer.Body)) || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s, repeated: %d %s, was %s", k.about, again.Status, again.Body, k.answer.Body)
	}
	if k.action == "hold" {
		var b miniapp.Booking
		if err := k.answer.Into(k.status, &b); err != nil {
			t.Fatal(err)
		}
		k.booking = b.ID
		same := n.count(t, `SELECT count(*) FROM booking_slot WHERE (net_id, during) IN (SELECT net_id, during FROM booking_slot WHERE booking_id = $1)`, b.ID)
		if same != 1 {
			t.Errorf("%s: %d rows of the slot", k.about, same)
		}
	}
	if lines := n.count(t, `SELECT count(*) FROM audit WHERE booking_id = $1 AND action = $2`, k.booking, k.action); lines != 1 {
		t.Errorf("%s happened %d times", k.about, lines)
	}
	said := map[string]string{"confirm": "confirmed", "reschedule": "moved", "cancel": "cancelled"}[k.action]
	rows := n.count(t, `SELECT count(*) FROM notification n JOIN river_job j ON (j.args ->> 'notification')::bigint = n.id AND j.kind = 'booking_deliver'
		WHERE n.booking_id = $1 AND n.kind = $2`, k.booking, said)
	if want := len(strings.Fields(said)); rows != want {
		t.Errorf("%s: said %d times, want %d", k.about, rows, want)
	}
}
