package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// lockContact serializes a member's requests for codes and edits of their settings.
func lockContact(ctx context.Context, tx pgx.Tx, member MemberID) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('contact', $1))`, member); err != nil {
		return fmt.Errorf("lock contact: %w", err)
	}
	return nil
}

// countCodes counts the codes that were requested within a day by the member or for the address, whichever is more, and returns the time since the
// member's last request.
func countCodes(ctx context.Context, q storage.Queryer, member MemberID, address string) (asked int, latest time.Duration, err error) {
	err = q.QueryRow(ctx, `
		SELECT greatest(count(*) FILTER (WHERE member_id = $1), count(*) FILTER (WHERE address = $2)),
			coalesce(booking_clock() - max(at) FILTER (WHERE member_id = $1), interval '1 day')
		FROM contact_code WHERE (member_id = $1 OR address = $2) AND at > booking_clock() - interval '1 day'`, member, address).Scan(&asked, &latest)
	if err != nil {
		return 0, 0, fmt.Errorf("count codes: %w", err)
	}
	return asked, latest, nil
}

// saveAddress stores an unconfirmed address and the request for its code, and adds the channel to the ones that the member has chosen.
func saveAddress(ctx context.Context, q storage.Queryer, member MemberID, by Channel, address string) error {
	_, err := q.Exec(ctx, `
		INSERT INTO contact_address (member_id, channel, address) VALUES ($1, $2, $3)
		ON CONFLICT (member_id, channel) DO UPDATE SET address = $3, confirmed_at = NULL, refused_at = NULL, code_hash = NULL, code_until = NULL, code_tries = 0`, member, by, address)
	if err == nil {
		_, err = q.Exec(ctx, `INSERT INTO contact_code (member_id, channel, address) VALUES ($1, $2, $3)`, member, by, address)
	}
	if err == nil {
		_, err = q.Exec(ctx, `UPDATE contact SET channels = channels || $2::text WHERE member_id = $1 AND NOT $2 = ANY (channels)`, member, by)
	}
	if err != nil {
		return fmt.Errorf("save address: %w", err)
	}
	return nil
}

// saveCodeHash stores the hash of a code before it is sent, and returns the address; empty when no unconfirmed address exists.
func saveCodeHash(ctx context.Context, q storage.Queryer, member MemberID, by Channel, hash []byte, lifetime time.Duration) (address string, err error) {
	err = q.QueryRow(ctx, `
		UPDATE contact_address SET code_hash = $3, code_until = booking_clock() + $4::interval, code_tries = 0
		WHERE member_id = $1 AND channel = $2 AND confirmed_at IS NULL RETURNING address`, member, by, hash, lifetime).Scan(&address)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("store code: %w", err)
	}
	return address, nil
}

// selectCode locks and reads the hash of an address's code; none when there is no code or it is too old.
func selectCode(ctx context.Context, tx pgx.Tx, member MemberID, by Channel) (hash []byte, tries int, err error) {
	err = tx.QueryRow(ctx, `SELECT code_hash, code_tries FROM contact_address WHERE member_id = $1 AND channel = $2 AND code_until > booking_clock() FOR UPDATE`, member, by).Scan(&hash, &tries)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, fmt.Errorf("read code: %w", err)
	}
	return hash, tries, nil
}

// countWrongCode counts a failed try of a code.
func countWrongCode(ctx context.Context, q storage.Queryer, member MemberID, by Channel) error {
	if _, err := q.Exec(ctx, `UPDATE contact_address SET code_tries = code_tries + 1 WHERE member_id = $1 AND channel = $2`, member, by); err != nil {
		return fmt.Errorf("count a wrong code: %w", err)
	}
	return nil
}

// confirmAddress marks an address as confirmed.
func confirmAddress(ctx context.Context, q storage.Queryer, member MemberID, by Channel) error {
	_, err := q.Exec(ctx, `UPDATE contact_address SET confirmed_at = booking_clock(), code_hash = NULL, code_until = NULL WHERE member_id = $1 AND channel = $2`, member, by)
	if err != nil {
		return fmt.Errorf("confirm address: %w", err)
	}
	return nil
}

// deleteOldCodes deletes requests for codes that no longer count for a limit.
func deleteOldCodes(ctx context.Context, q storage.Queryer) error {
	if _, err := q.Exec(ctx, `DELETE FROM contact_code WHERE at < booking_clock() - interval '2 days'`); err != nil {
		return fmt.Errorf("delete old codes: %w", err)
	}
	return nil
}
