package web

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/storage"
)

// beforeMoney is the last schema without payments.
const beforeMoney = 10

// Members of a club that ran before there were payments stay signed in.
func TestUpgrade_SessionsGoOn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	name := fmt.Sprintf("pavilion_upgrade_%d", serial.Add(1))
	if err := sql(ctx, shared, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	pool, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(databaseURL(shared, name))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := migrations.UpTo(ctx, pool, beforeMoney); err != nil {
		t.Fatal(err)
	}
	refreshToken, accessToken, device := "pvr_of_before", "pva_of_before", sha256.Sum256([]byte(phone))
	exec(t, pool, `INSERT INTO session (member_id, client_hash, incarnation, expires_at) VALUES ($1, $2, session_incarnation(), now() + interval '1 day')`, player, device[:])
	exec(t, pool, `INSERT INTO session_refresh (token_hash, session_id, expires_at) VALUES (sha256($1::bytea), 1, now() + interval '1 day')`, []byte(refreshToken))
	exec(t, pool, `INSERT INTO session_access (token_hash, session_id, expires_at) VALUES (sha256($1::bytea), 1, now() + interval '1 day')`, []byte(accessToken))
	if n, err := migrations.Up(ctx, pool); err != nil || n == 0 {
		t.Fatalf("%d applied, %v", n, err)
	}
	if err := migrations.Verify(ctx, pool); err != nil {
		t.Fatal(err)
	}
	s := sessions(t, pool, SessionOptions{})
	if u, err := s.Check(ctx, secret.New(accessToken)); err != nil || u.ID != player {
		t.Errorf("a session of before: %+v %v", u, err)
	}
	refresh(t, s, secret.New(refreshToken), phone)
}
