package web

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
)

const (
	player UserID = 4_200_000_001
	phone         = "the-phone-0123456789"
	laptop        = "the-laptop-0123456789"
)

func sessions(t *testing.T, db *pgxpool.Pool, o SessionOptions) *Sessions {
	t.Helper()
	o.Logger, o.ConnWait = slog.New(slog.DiscardHandler), 20*time.Second // on a busy machine twenty calls share ten connections
	s, err := NewSessions(db, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func proof(name string, at time.Time) Proof {
	return Proof{User: player, IssuedAt: at, Digest: sha256.Sum256([]byte(name))}
}

func open(t *testing.T, s *Sessions, name, client string) Tokens {
	t.Helper()
	tokens, err := s.Open(t.Context(), proof(name, time.Now()), client, secret.String{})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func refresh(t *testing.T, s *Sessions, token secret.String, client string) Tokens {
	t.Helper()
	tokens, err := s.Refresh(t.Context(), token, client)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestSession_SignsInRefreshesAndSignsOut(t *testing.T) {
	t.Parallel()
	s := sessions(t, database(t), SessionOptions{})
	first := open(t, s, "a", phone)
	who, err := s.Check(t.Context(), first.Access)
	if err != nil || who.ID != player {
		t.Fatalf("%+v, %v", who, err)
	}
	second := refresh(t, s, first.Refresh, phone)
	if second.Refresh == first.Refresh || second.Access == first.Access {
		t.Error("tokens did not change")
	}
	if again, err := s.Check(t.Context(), second.Access); err != nil || again.Session != who.Session {
		t.Errorf("%+v, %v", again, err)
	}
	if err := s.Close(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	for _, access := range []secret.String{first.Access, second.Access} {
		_, err := s.Check(t.Context(), access)
		wantErr(t, "access after logout", err, ErrSignIn)
	}
	_, err = s.Refresh(t.Context(), second.Refresh, phone)
	wantErr(t, "refresh after logout", err, ErrSignIn)
	_, err = s.Check(t.Context(), secret.New("pva_nonsense"))
	wantErr(t, "unknown token", err, ErrSignIn)
}

func TestSession_ProofWorksOnceAndOnlyWhileFresh(t *testing.T) {
	t.Parallel()
	s := sessions(t, database(t), SessionOptions{Grace: time.Second})
	for _, c := range []struct {
		age  time.Duration
		want error
	}{{59 * time.Minute, nil}, {time.Hour + 5*time.Second, ErrInitDataStale}, {-50 * time.Second, nil}, {-90 * time.Second, ErrInitDataStale}} {
		_, err := s.Open(t.Context(), proof(c.age.String(), time.Now().Add(-c.age)), phone, secret.String{})
		wantErr(t, c.age.String(), err, c.want)
	}
	db := database(t)
	s = sessions(t, db, SessionOptions{})
	open(t, s, "once", phone)
	open(t, s, "once", phone) // the reply was lost
	_, err := s.Open(t.Context(), proof("once", time.Now()), laptop, secret.String{})
	wantErr(t, "the same proof from another device", err, ErrInitDataStale)
	exec(t, db, `UPDATE session_proof SET used_at = used_at - interval '11 seconds'`)
	_, err = s.Open(t.Context(), proof("once", time.Now()), phone, secret.String{})
	wantErr(t, "the same proof later", err, ErrInitDataStale)
}

func exec(t *testing.T, db *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func TestSession_ParallelRefreshesOfOneClientGetOneSuccessor(t *testing.T) {
	t.Parallel()
	db := database(t)
	s := sessions(t, db, SessionOptions{})
	first := open(t, s, "a", phone)
	var (
		mu         sync.Mutex
		successors = map[secret.String]int{}
		wg         sync.WaitGroup
	)
	for range 20 {
		wg.Go(func() {
			tokens, err := s.Refresh(t.Context(), first.Refresh, phone)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			successors[tokens.Refresh]++
		})
	}
	wg.Wait()
	if len(successors) != 1 {
		t.Fatalf("%d different successors", len(successors))
	}
	var rows int
	if err := db.QueryRow(t.Context(), `SELECT count(*) FROM session_refresh`).Scan(&rows); err != nil || rows != 2 {
		t.Errorf("%d refresh tokens, want the first and its successor; %v", rows, err)
	}
	for next := range successors {
		refresh(t, s, next, phone)
	}
}

func TestSession_SecondUseEndsTheFamily(t *testing.T) {
	t.Parallel()
	for name, replay := range map[string]func(t *testing.T, db *pgxpool.Pool, s *Sessions, first, second Tokens) error{
		"after the grace": func(t *testing.T, db *pgxpool.Pool, s *Sessions, first, _ Tokens) error {
			t.Helper()
			exec(t, db, `UPDATE session_refresh SET used_at = used_at - interval '11 seconds' WHERE used_at IS NOT NULL`)
			_, err := s.Refresh(t.Context(), first.Refresh, phone)
			return err
		},
		"by another client within the grace": func(t *testing.T, _ *pgxpool.Pool, s *Sessions, first, _ Tokens) error {
			t.Helper()
			_, err := s.Refresh(t.Context(), first.Refresh, laptop)
			return err
		},
		"of a token never used, by another client": func(t *testing.T, _ *pgxpool.Pool, s *Sessions, _, second Tokens) error {
			t.Helper()
			_, err := s.Refresh(t.Context(), second.Refresh, laptop)
			return err
		},
		"after the successor was used": func(t *testing.T, _ *pgxpool.Pool, s *Sessions, first, second Tokens) error {
			t.Helper()
			refresh(t, s, second.Refresh, phone)
			_, err := s.Refresh(t.Context(), first.Refresh, phone)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			now := time.Now()
			s := sessions(t, db, SessionOptions{Now: func() time.Time { return now }})
			other := open(t, s, "other", laptop)
			first := open(t, s, "a", phone)
			second := refresh(t, s, first.Refresh, phone)
			if _, err := s.Check(t.Context(), second.Access); err != nil {
				t.Fatal(err)
			}
			wantErr(t, "replay", replay(t, db, s, first, second), ErrRefreshReplayed)
			_, err := s.Refresh(t.Context(), second.Refresh, phone)
			wantErr(t, "the successor", err, ErrSignIn)
			now = now.Add(16 * time.Second) // the cache has expired
			_, err = s.Check(t.Context(), second.Access)
			wantErr(t, "access of the family", err, ErrSignIn)
			if _, err := s.Check(t.Context(), other.Access); err != nil {
				t.Errorf("another device's session: %v", err)
			}
		})
	}
}

func TestSession_LogoutHereKeepsTheOtherDevice(t *testing.T) {
	t.Parallel()
	s := sessions(t, database(t), SessionOptions{})
	a, b := open(t, s, "a", phone), open(t, s, "b", laptop)
	who, err := s.Check(t.Context(), a.Access)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context(), b.Access); err != nil {
		t.Errorf("the laptop's session: %v", err)
	}
	b = refresh(t, s, b.Refresh, laptop)
	if err := s.CloseAll(t.Context(), player); err != nil {
		t.Fatal(err)
	}
	_, err = s.Check(t.Context(), b.Access)
	wantErr(t, "after logout everywhere", err, ErrSignIn)
}

func TestSession_RestoredBackupRevivesNothing(t *testing.T) {
	t.Parallel()
	name, db := copyOf(t, templateDB)
	first := open(t, sessions(t, db, SessionOptions{}), "a", phone)
	db.Close()
	_, backup := copyOf(t, name) // made before the token was used
	restored := sessions(t, backup, SessionOptions{})
	_, err := restored.Refresh(t.Context(), first.Refresh, phone)
	wantErr(t, "a token of before the restore", err, ErrSignIn)
	_, err = restored.Check(t.Context(), first.Access)
	wantErr(t, "an access token of before the restore", err, ErrSignIn)
	// This proof may have been exchanged after the backup was made.
	_, err = restored.Open(t.Context(), proof("used after the backup", time.Now().Add(-time.Minute)), laptop, secret.String{})
	wantErr(t, "a proof of before the restore", err, ErrInitDataStale)
	if _, err := restored.Open(t.Context(), proof("of today", time.Now().Add(time.Second)), laptop, secret.String{}); err != nil {
		t.Errorf("a proof of after the restore: %v", err)
	}
}

func TestSession_Expiry(t *testing.T) {
	t.Parallel()
	db := database(t)
	now := time.Now()
	s := sessions(t, db, SessionOptions{Now: func() time.Time { return now }})
	tokens := open(t, s, "a", phone)
	exec(t, db, `UPDATE session_access SET expires_at = clock_timestamp()`)
	_, err := s.Check(t.Context(), tokens.Access)
	wantErr(t, "expired access", err, ErrSignIn)
	exec(t, db, `UPDATE session_refresh SET expires_at = clock_timestamp()`)
	_, err = s.Refresh(t.Context(), tokens.Refresh, phone)
	wantErr(t, "idle refresh", err, ErrSignIn)
	tokens = open(t, s, "b", phone)
	exec(t, db, `UPDATE session SET expires_at = clock_timestamp()`)
	_, err = s.Refresh(t.Context(), tokens.Refresh, phone)
	wantErr(t, "session at its end", err, ErrSignIn)
}

// Only expired rows are deleted. A revoked session stays until it expires: a replay of its tokens must be recognised.
func TestSession_CleaningForgetsOnlyWhatIsOver(t *testing.T) {
	t.Parallel()
	db := database(t)
	s := sessions(t, db, SessionOptions{})
	live, revoked := open(t, s, "live", phone), open(t, s, "revoked", phone)
	next := refresh(t, s, revoked.Refresh, phone)
	_, err := s.Refresh(t.Context(), next.Refresh, laptop)
	wantErr(t, "a thief", err, ErrRefreshReplayed)
	exec(t, db, `INSERT INTO session (member_id, client_hash, incarnation, expires_at) SELECT n, sha256('x'), session_incarnation(), clock_timestamp() - interval '1 second' FROM generate_series(1, 250) n`)
	exec(t, db, `INSERT INTO session_access (token_hash, session_id, expires_at) SELECT sha256(n::text::bytea), (SELECT min(id) FROM session), clock_timestamp() - interval '1 second' FROM generate_series(1, 1200) n`)
	exec(t, db, `INSERT INTO session_proof (digest, client_hash, used_at) VALUES (sha256('old'), sha256('x'), clock_timestamp() - interval '3 hours')`)
	if err := s.deleteExpired(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM session) || ' ' || (SELECT count(*) FROM session_refresh) || ' ' || (SELECT count(*) FROM session_access) || ' ' || (SELECT count(*) FROM session_proof)`).Scan(&left); err != nil || left != "2 3 3 2" {
		t.Errorf("sessions, refresh tokens, access tokens and proofs that are left: %s, %v", left, err)
	}
	if _, err := s.Check(t.Context(), live.Access); err != nil {
		t.Error(err)
	}
	refresh(t, s, live.Refresh, phone)
	_, err = s.Open(t.Context(), proof("live", time.Now()), laptop, secret.String{})
	wantErr(t, "a proof that was used", err, ErrInitDataStale)
}

func TestSession_TokensAreNotStored(t *testing.T) {
	t.Parallel()
	db := database(t)
	s := sessions(t, db, SessionOptions{})
	first := open(t, s, "a", phone)
	second := refresh(t, s, first.Refresh, phone)
	for _, table := range []string{"session", "session_refresh", "session_access", "session_proof"} {
		for _, token := range []secret.String{first.Access, first.Refresh, second.Access, second.Refresh} {
			var n int
			sql := fmt.Sprintf(`SELECT count(*) FROM %s t WHERE t::text LIKE '%%' || $1 || '%%' OR t::text LIKE '%%' || encode($1::bytea, 'hex') || '%%'`, table)
			if err := db.QueryRow(t.Context(), sql, token.Reveal()).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s holds a token: %d, %v", table, n, err)
			}
		}
	}
}
