package personal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"pavilion/booking"
	"pavilion/filter"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/personal"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

var (
	shared    *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	databases atomic.Int32     //nolint:gochecknoglobals // numbers the tests' databases
)

func TestMain(m *testing.M) {
	var err error
	if shared, err = engines.Start(context.Background(), engines.Options{Postgres: true, MongoPools: 2}); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := errors.Join(shared.Close(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

const member = 987_654_321_012

// scene is what the databases know of a member after some years.
type scene struct {
	*personal.Records

	own      *personal.Own
	db       *pgxpool.Pool
	audience *filter.Audience
}

func open(t *testing.T) *scene {
	t.Helper()
	name := fmt.Sprintf("personal_%d", databases.Add(1))
	address, err := shared.Database(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(address)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	var opts []storage.PoolOptions
	for i, uri := range shared.MongoURIs {
		opts = append(opts, storage.PoolOptions{Name: fmt.Sprintf("pool %d", i+1), URI: secret.New(uri), Database: fmt.Sprintf("%s_%d", name, i)})
	}
	pools, err := storage.OpenPools(storage.PoolsOptions{Pools: opts, Timeout: time.Minute, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pools.Run(stopped()); err != nil {
			t.Error(err)
		}
	})
	audience := filter.NewAudience(pools, time.Now)
	records := personal.New(db, audience, time.Now)
	return &scene{records, newOwn(t, records), db, audience}
}

// stopped is a context that has ended. Pools close their connections when it does.
func stopped() context.Context {
	ctx, end := context.WithCancel(context.Background())
	end()
	return ctx
}

// newOwn counts limits in memory.
func newOwn(t *testing.T, records *personal.Records) *personal.Own {
	t.Helper()
	rates, err := storage.NewRateLimiter(nil, storage.RateLimiterOptions{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return personal.NewOwn(records, rates, slog.New(slog.DiscardHandler))
}

func speaker(t *testing.T, language string) *phrase.Speaker {
	t.Helper()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	return book.In(language)
}

// live fills the databases. The statements are those of a member who booked, paid, was refunded, bought premium and got files.
func (s *scene) live(t *testing.T) {
	t.Helper()
	if err := s.audience.MarkActive(t.Context(), member, "hi"); err != nil {
		t.Fatal(err)
	}
	_, err := s.db.Exec(t.Context(), strings.ReplaceAll(`
		INSERT INTO club (name, time_zone, currency, pays_online) VALUES ('Riverside', 'Asia/Kolkata', 'INR', true);
		INSERT INTO net (club_id, name) VALUES (1, 'Net 1');
		INSERT INTO club_member (club_id, member_id, role) VALUES (1, MEMBER, 'staff');
		INSERT INTO booking (club_id, member_id, kind, state, day, rate, currency, price_minor, price_lines, note, guests, created_at, changed_at)
			VALUES (1, MEMBER, 'play', 'checked_in', '2026-01-02', 'member', 'INR', 30000, '[{"amount_minor": 30000}]', 'left-handed', '{Kiran}', '2026-01-01', '2026-01-01');
		INSERT INTO booking_slot (booking_id, state, net_id, during, occupied) VALUES (1, 'checked_in', 1, '[2026-01-02 10:00+0, 2026-01-02 11:00+0)', '[2026-01-02 10:00+0, 2026-01-02 11:00+0)');
		INSERT INTO audit (club_id, actor_id, actor_role, origin, action, booking_id, detail, reason) VALUES (1, MEMBER, 'member', 'chat', 'hold', 1, '{}', ''),
			(1, 1, 'staff', 'chat', 'waive', 1, '{"member": MEMBER, "minor": 100}', 'Kiran was ill');
		INSERT INTO broadcast_list (owner, name, people) VALUES (1, 'players', '{1,MEMBER}');
		INSERT INTO payment (reference, club_id, booking_id, member_id, version, provider, state, currency, amount_minor, price_currency, price_minor, payer_id, url,
			received_currency, received_minor, created_at, changed_at)
			VALUES ('abcdefghijklmnopqrstuvwxyz', 1, 1, MEMBER, 1, 'stripe', 'captured', 'INR', 30000, 'INR', 30000, MEMBER, 'https://pay.example/MEMBER', 'INR', 30000, '2026-01-01', '2026-01-01');
		INSERT INTO payment_event (provider, event_id, digest, kind, body, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor, received_at, applied_at, outcome)
			VALUES ('stripe', 'e1', '\x00', 'paid', 'payer MEMBER', '', '', '', MEMBER, 'captured', 'INR', 30000, 0, '2026-01-01', '2026-01-01', 'confirmed');
		INSERT INTO payment_event (provider, event_id, digest, kind, body, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor, received_at, applied_at, outcome)
			VALUES ('stripe', 'e2', '\x01', 'paid', 'arjun@example.com pays', 'abcdefghijklmnopqrstuvwxyz', '', '', 0, 'captured', 'INR', 30000, 0, '2026-01-01', '2026-01-01', 'confirmed');
		INSERT INTO ledger (cause, account, payment_id, currency, minor, at) VALUES ('capture 1', 'gateway', 1, 'INR', 30000, '2026-01-01'), ('capture 1', 'sales', 1, 'INR', -30000, '2026-01-01');
		INSERT INTO notification (club_id, member_id, kind, booking_id, version, sent_at, channel) VALUES (1, MEMBER, 'confirmed', 1, 1, now(), 'telegram');
		INSERT INTO notification_failure (notification_id, channel, reason) VALUES (1, 'email', 'MEMBER@example.com is full');
		INSERT INTO contact (member_id, channels) VALUES (MEMBER, '{email}');
		INSERT INTO contact_address (member_id, channel, address) VALUES (MEMBER, 'email', 'arjun@example.com');
		INSERT INTO idempotency_key (principal, method, route, key, fingerprint, status, media_type, body, answered_at) VALUES ('member:MEMBER', 'POST', '/holds', 'k', '\x00', 201, 'application/json', '{"member":MEMBER}', now());
		INSERT INTO session (member_id, client_hash, incarnation, expires_at) VALUES (MEMBER, sha256('x'), 'i', now() + interval '1 day');
		INSERT INTO session_access (token_hash, session_id, expires_at) VALUES (sha256('y'), 1, now());
		INSERT INTO quota_day (person, day, used) VALUES (MEMBER, '2026-01-01', 3);
		INSERT INTO plan (title, days, stars, monthly, files_per_day, unprotected, priority) VALUES ('Gold', 30, 100, true, 0, true, true);
		INSERT INTO premium_purchase (reference, plan_id, buyer, receiver, days, stars, subscription, link) VALUES (gen_random_uuid(), 1, MEMBER, MEMBER, 30, 100, true, 'https://t.me/MEMBER');
		INSERT INTO premium_payment (charge_id, reference, payer, stars, paid_at) SELECT 'c1', reference, MEMBER, 100, now() FROM premium_purchase;
		INSERT INTO entitlement (person, plan_id, charge_id, from_at, until_at, renews) VALUES (MEMBER, 1, 'c1', '2026-01-01', '2026-01-31', true);
		INSERT INTO delivery_link (origin, kind, query, protect, created_by) VALUES ('link/MEMBER/12', 'search', 'golden river', false, MEMBER);
		INSERT INTO bot_language (person, language) VALUES (MEMBER, 'hi');
		INSERT INTO bot_draft (bot_id, chat_id, content) VALUES (1, MEMBER, '{"name": "MEMBER"}');
		INSERT INTO bot_access_hash (bot_id, kind, peer_id, hash) VALUES (1, 'user', MEMBER, 1);
		INSERT INTO group_connection (person_id, chat_id, title, is_selected) VALUES (MEMBER, -100, 'Group', true);
		INSERT INTO broadcast_opt_out (person, broadcast) VALUES (MEMBER, 1);
		INSERT INTO ban (person, reason, banned_by) VALUES (MEMBER, 'rude', 1);`, "MEMBER", strconv.Itoa(member)))
	if err != nil {
		t.Fatal(err)
	}
}

// naming lists the tables with a row that contains a text.
func (s *scene) naming(t *testing.T, text string) (found []string) {
	t.Helper()
	rows, err := s.db.Query(t.Context(), `SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var named bool
		// bytea prints as hexadecimal digits, so these columns are compared as text too.
		err := s.db.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM `+pgx.Identifier{table}.Sanitize()+` t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || encode($1::bytea, 'hex') || '%')`, text).Scan(&named)
		if err != nil {
			t.Fatal(err)
		}
		if named {
			found = append(found, table)
		}
	}
	slices.Sort(found)
	return found
}

func TestErase_LeavesMoneyAndNoPerson(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	if before := s.naming(t, strconv.Itoa(member)); len(before) < 20 {
		t.Fatalf("the member stands in few tables: %q", before)
	}
	for range 2 { // again: nothing is left, and that is no error
		if err := s.Erase(t.Context(), member, "command"); err != nil {
			t.Fatal(err)
		}
	}
	if after := s.naming(t, strconv.Itoa(member)); !slices.Equal(after, []string{"ban"}) {
		t.Errorf("the member still stands in %q; only a ban may stay", after)
	}
	for _, word := range []string{"arjun@example.com", "left-handed", "Kiran"} {
		if after := s.naming(t, word); len(after) > 0 {
			t.Errorf("%q still stands in %q", word, after)
		}
	}
	if _, err := s.audience.Person(t.Context(), member); !errors.Is(err, filter.ErrPersonUnknown) {
		t.Errorf("the archive's databases know the person: %v", err)
	}
	var payments, ledger, persons int
	err := s.db.QueryRow(t.Context(), `SELECT (SELECT sum(received_minor) FROM payment), (SELECT count(*) FROM ledger), (SELECT count(DISTINCT id) FROM (SELECT member_id FROM booking UNION SELECT member_id FROM payment
		UNION SELECT payer FROM premium_payment UNION SELECT person FROM entitlement) p (id))`).Scan(&payments, &ledger, &persons)
	if err != nil || payments != 30000 || ledger != 2 || persons != 1 {
		t.Errorf("money: %d received, %d lines, of %d pseudonyms: %v", payments, ledger, persons, err)
	}
	if findings, err := booking.Check(t.Context(), s.db); err != nil || len(findings) > 0 {
		t.Errorf("doctor booking: %v %v", findings, err)
	}
	if lines := s.erasures(t); lines != 1 {
		t.Errorf("%d lines of the audit about two erasures, of which the second found nothing; want 1", lines)
	}
}

// The number of a member of the first years can be as small as an amount.
func TestErase_LeavesAmountsOfTheAuditThatEqualTheMember(t *testing.T) {
	t.Parallel()
	s := open(t)
	const small = 30000
	if _, err := s.db.Exec(t.Context(), `INSERT INTO audit (club_id, actor_id, actor_role, origin, action, detail)
		VALUES (1, 1, 'admin', 'http', 'role', '{"member": 30000, "amount_minor": 30000}')`); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(t.Context(), small, "command"); err != nil {
		t.Fatal(err)
	}
	var pseudonym, amount int64
	if err := s.db.QueryRow(t.Context(), `SELECT (detail ->> 'member')::bigint, (detail ->> 'amount_minor')::bigint FROM audit WHERE action = 'role'`).Scan(&pseudonym, &amount); err != nil || pseudonym >= 0 || amount != small {
		t.Errorf("member %d, amount %d, %v", pseudonym, amount, err)
	}
}

// erasures counts the audit lines about erasures. They do not contain the person.
func (s *scene) erasures(t *testing.T) (lines int) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE action = 'erase' AND actor_id < 0 AND club_id = 1`).Scan(&lines); err != nil {
		t.Fatal(err)
	}
	return lines
}

// Without its row, the message would stay in the chat for good.
func TestErase_ABroadcastsMessageThatIsStillToBeDeletedKeepsItsRow(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := s.db.Exec(t.Context(), `INSERT INTO broadcast (author, language, content, plan) SELECT 1, 'en', '{}', '{}' FROM generate_series(1, 2)`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(t.Context(), `INSERT INTO broadcast_delivery (broadcast, person, messages, delete_at)
		SELECT id, $1, '{5}', CASE id WHEN 2 THEN now() + interval '1 hour' END FROM broadcast`, member); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(t.Context(), member, "command"); err != nil {
		t.Fatal(err)
	}
	rows, err := s.db.Query(t.Context(), `SELECT broadcast FROM broadcast_delivery`)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := pgx.CollectRows(rows, pgx.RowTo[int]); err != nil || !slices.Equal(left, []int{2}) {
		t.Errorf("deliveries of the broadcasts %d are left, %v; want that with a planned deletion", left, err)
	}
}

func TestErase_WaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql  string
		want error
	}{
		"a booking to come":     {`UPDATE booking_slot SET during = tstzrange(now(), now() + interval '1 hour'), occupied = tstzrange(now(), now() + interval '1 hour')`, personal.ErrUpcoming},
		"a place on a waitlist": {`INSERT INTO waitlist (club_id, member_id, net_id, during) VALUES (1, 987654321012, 1, tstzrange(now(), now() + interval '1 hour'))`, personal.ErrUpcoming},
		"a refund":              {`INSERT INTO refund (reference, key, payment_id, reason, state, currency, amount_minor, by_hand, actor_id, created_at) VALUES ('abcdefghijklmnopqrstuvwxyz', 'k', 1, 'cancelled', 'pending', 'INR', 100, false, 1, now())`, personal.ErrMoneyOpen},
		"a closure that refunds": {`WITH run AS (INSERT INTO closure_run (club_id, closure_id, net_ids, during, reason, preview, actor_id, actor_role, origin, started_at)
			VALUES (1, 1, '{}', tstzrange(now(), now() + interval '1 hour'), '', 1, 1, 'admin', 'chat', now()) RETURNING id)
			INSERT INTO closure_run_booking (booking_id, run_id) SELECT (SELECT min(id) FROM booking WHERE member_id = 987654321012), id FROM run`, personal.ErrMoneyOpen},
		"a refund of Stars": {`UPDATE premium_payment SET refund = 'due'`, personal.ErrMoneyOpen},
		"a subscription":    {`UPDATE entitlement SET until_at = now() + interval '1 day'`, personal.ErrSubscription},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.live(t)
			if _, err := s.db.Exec(t.Context(), c.sql); err != nil {
				t.Fatal(err)
			}
			if err := s.Erase(t.Context(), member, "command"); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if _, err := s.audience.Person(t.Context(), member); err != nil {
				t.Errorf("a refused erasure changed something: %v", err)
			}
		})
	}
}

func TestExport_HoldsEverythingAndNoSecrets(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	e, err := s.Export(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := e.Write(&b, speaker(t, "en")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"arjun@example.com", "left-handed", "Kiran", `"reason": "rude"`, `"language": "hi"`, `"stars": 100`, "Your bookings."} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in the export", want)
		}
	}
	for _, never := range []string{"hash", "banned_by", "pay.example", "incarnation"} {
		if strings.Contains(b.String(), never) {
			t.Errorf("the export holds %s", never)
		}
	}
	if !json.Valid([]byte(b.String())) {
		t.Error("not JSON")
	}
	stranger, err := s.Export(t.Context(), 5)
	if err != nil || len(stranger.Records) > 0 {
		t.Errorf("of a stranger: %+v %v", stranger.Records, err)
	}
}
