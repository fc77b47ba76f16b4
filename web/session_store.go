package web

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// Every moment in the sessions' SQL is the database's clock_timestamp().

func databaseClock(ctx context.Context, q storage.Queryer) (now time.Time, err error) {
	err = q.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now)
	return now, err
}

// useProof stores that a proof was exchanged. It returns false for a proof that was used before, except by the same client within the grace.
func useProof(ctx context.Context, q storage.Queryer, proof [32]byte, client digest, grace time.Duration) (bool, error) {
	tag, err := q.Exec(ctx, `
		INSERT INTO session_proof AS p (digest, client_hash) VALUES ($1, $2)
		ON CONFLICT (digest) DO UPDATE SET client_hash = p.client_hash
			WHERE p.client_hash = $2 AND p.used_at > clock_timestamp() - $3::interval`, proof[:], client[:], grace)
	return tag.RowsAffected() == 1, err
}

// incarnationSince returns since when proofs are accepted by the present incarnation of the database. For the first incarnation it is the beginning of
// time. For an incarnation after a restore it is its first use: an older proof may have been used already, in rows that the backup does not have.
func incarnationSince(ctx context.Context, q storage.Queryer) (since time.Time, err error) {
	_, err = q.Exec(ctx, `
		INSERT INTO session_epoch (incarnation, since)
		SELECT session_incarnation(), CASE WHEN EXISTS (SELECT FROM session_epoch) THEN clock_timestamp() ELSE '-infinity' END
		WHERE NOT EXISTS (SELECT FROM session_epoch WHERE incarnation = session_incarnation())
		ON CONFLICT DO NOTHING`)
	if err != nil {
		return since, err
	}
	err = q.QueryRow(ctx, `SELECT greatest(since, 'epoch') FROM session_epoch WHERE incarnation = session_incarnation()`).Scan(&since)
	return since, err
}

func insertSession(ctx context.Context, q storage.Queryer, u UserID, client digest, lasts time.Duration) (id SessionID, err error) {
	err = q.QueryRow(ctx, `
		INSERT INTO session (member_id, client_hash, incarnation, expires_at)
		VALUES ($1, $2, session_incarnation(), clock_timestamp() + $3::interval) RETURNING id`, u, client[:], lasts).Scan(&id)
	return id, err
}

func insertRefresh(ctx context.Context, q storage.Queryer, id SessionID, hash digest, lasts time.Duration) error {
	_, err := q.Exec(ctx, `INSERT INTO session_refresh (token_hash, session_id, expires_at) VALUES ($1, $2, clock_timestamp() + $3::interval)`, hash[:], id, lasts)
	return err
}

func insertAccess(ctx context.Context, q storage.Queryer, id SessionID, hash digest, lasts time.Duration) error {
	_, err := q.Exec(ctx, `INSERT INTO session_access (token_hash, session_id, expires_at) VALUES ($1, $2, clock_timestamp() + $3::interval)`, hash[:], id, lasts)
	return err
}

// rotateRefresh marks a refresh token as used. The row's lock decides between two at once: the second finds it used.
func rotateRefresh(ctx context.Context, q storage.Queryer, old, client digest, salt []byte, next digest) (id SessionID, rotated bool, err error) {
	err = q.QueryRow(ctx, `
		UPDATE session_refresh r SET used_at = clock_timestamp(), salt = $3, replaced_by = $4
		FROM session s
		WHERE r.token_hash = $1 AND r.used_at IS NULL AND r.expires_at > clock_timestamp()
			AND s.id = r.session_id AND s.client_hash = $2 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
			AND s.incarnation = (SELECT session_incarnation())
		RETURNING s.id`, old[:], client[:], salt, next[:]).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// usedRefresh is a refresh token that could not be rotated.
type usedRefresh struct {
	session SessionID
	client  digest
	ended   bool
	salt    []byte // nil for a token that was never used
	inGrace bool   // used within the grace, and its successor is unused
}

func readUsedRefresh(ctx context.Context, q storage.Queryer, hash digest, grace time.Duration) (u usedRefresh, err error) {
	var client []byte
	err = q.QueryRow(ctx, `
		SELECT s.id, s.client_hash, s.revoked_at IS NOT NULL OR s.expires_at <= clock_timestamp() OR s.incarnation <> session_incarnation(),
			r.salt, coalesce(r.used_at > clock_timestamp() - $2::interval AND n.used_at IS NULL, false)
		FROM session_refresh r JOIN session s ON s.id = r.session_id LEFT JOIN session_refresh n ON n.token_hash = r.replaced_by
		WHERE r.token_hash = $1
		FOR UPDATE OF s`, hash[:], grace).Scan(&u.session, &client, &u.ended, &u.salt, &u.inGrace)
	if err != nil {
		return u, err
	}
	u.client = digest(client)
	return u, nil
}

// readAccess returns the owner of an access token and its remaining lifetime. The incarnation is read once. OFFSET 0 keeps the subquery apart, so that the
// session is found by its id: without statistics the planner otherwise reads all sessions that are not revoked.
func readAccess(ctx context.Context, q storage.Queryer, hash digest) (u User, left time.Duration, err error) {
	err = q.QueryRow(ctx, `
		SELECT s.member_id, s.id, a.expires_at - clock_timestamp()
		FROM session_access a CROSS JOIN LATERAL (SELECT * FROM session WHERE id = a.session_id OFFSET 0) s
		WHERE a.token_hash = $1 AND a.expires_at > clock_timestamp() AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
			AND s.incarnation = (SELECT session_incarnation())`, hash[:],
	).Scan(&u.ID, &u.Session, &left)
	return u, left, err
}

// insertReopening stores that a person asked for a fresh button. It returns false within the pause after their last request.
func insertReopening(ctx context.Context, q storage.Queryer, u UserID, pause time.Duration) (bool, error) {
	tag, err := q.Exec(ctx, `
		INSERT INTO session_reopening AS r (member_id) VALUES ($1)
		ON CONFLICT (member_id) DO UPDATE SET asked_at = clock_timestamp() WHERE r.asked_at <= clock_timestamp() - $2::interval`, u, pause)
	return tag.RowsAffected() == 1, err
}

// updateReopeningCode replaces a person's code.
func updateReopeningCode(ctx context.Context, q storage.Queryer, u UserID, hash digest, lasts time.Duration) error {
	_, err := q.Exec(ctx, `
		UPDATE session_reopening SET code_hash = $2, expires_at = clock_timestamp() + $3::interval, used_at = NULL, client_hash = NULL
		WHERE member_id = $1`, u, hash[:], lasts)
	return err
}

// useReopeningCode marks a person's code as used. It returns pgx.ErrNoRows for a code that is wrong, expired, or used by another client or before the grace.
func useReopeningCode(ctx context.Context, q storage.Queryer, u UserID, hash, client digest, grace time.Duration, since time.Time) error {
	var id UserID
	return q.QueryRow(ctx, `
		UPDATE session_reopening SET used_at = coalesce(used_at, clock_timestamp()), client_hash = $3
		WHERE member_id = $1 AND code_hash = $2 AND expires_at > clock_timestamp() AND asked_at >= $5
			AND (used_at IS NULL OR client_hash = $3 AND used_at > clock_timestamp() - $4::interval)
		RETURNING member_id`, u, hash[:], client[:], grace, since).Scan(&id)
}

func revokeSession(ctx context.Context, q storage.Queryer, id SessionID, why string) error {
	_, err := q.Exec(ctx, `UPDATE session SET revoked_at = clock_timestamp(), revoked_why = $2 WHERE id = $1 AND revoked_at IS NULL`, id, why)
	return err
}

func revokeSessionsOf(ctx context.Context, q storage.Queryer, u UserID) error {
	_, err := q.Exec(ctx, `UPDATE session SET revoked_at = clock_timestamp(), revoked_why = 'logout_everywhere' WHERE member_id = $1 AND revoked_at IS NULL`, u)
	return err
}

// deleteExpiredSessions deletes in small batches, which bounds the locks it holds. A revoked session keeps its tokens until it expires: a
// replay must be recognised. The clock is read in a subquery, because a volatile function is no bound of an index.
func deleteExpiredSessions(ctx context.Context, q storage.Queryer, proofs time.Duration) error {
	for _, c := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM session_access WHERE token_hash IN (SELECT token_hash FROM session_access WHERE expires_at < (SELECT clock_timestamp()) LIMIT 500)`, nil},
		{`DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < (SELECT clock_timestamp()) LIMIT 100)`, nil},
		{`DELETE FROM session_reopening WHERE member_id IN (SELECT member_id FROM session_reopening WHERE asked_at < (SELECT clock_timestamp()) - interval '1 day' LIMIT 500)`, nil},
		{`DELETE FROM session_proof WHERE digest IN (SELECT digest FROM session_proof WHERE used_at < (SELECT clock_timestamp()) - $1::interval LIMIT 500)`, []any{2 * proofs}},
	} {
		for {
			tag, err := q.Exec(ctx, c.sql, c.args...)
			if err != nil {
				return fmt.Errorf("clean sessions: %w", err)
			}
			if tag.RowsAffected() == 0 {
				break
			}
		}
	}
	return nil
}
