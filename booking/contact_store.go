package booking

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectContact reads a member's settings. Without any, messages go to Telegram, and to email or SMS when Telegram fails.
func selectContact(ctx context.Context, q storage.Queryer, member MemberID) (Contact, error) {
	c := Contact{Member: member, Channels: []Channel{ByTelegram, ByEmail, BySMS}}
	var from, to *int
	err := q.QueryRow(ctx, `SELECT channels, quiet_from, quiet_to FROM contact WHERE member_id = $1`, member).Scan(&c.Channels, &from, &to)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return c, fmt.Errorf("read contact: %w", err)
	}
	if from != nil && to != nil {
		c.Quiet = &Quiet{From: *from, To: *to}
	}
	c.Addresses, err = collect(ctx, q, func(row pgx.CollectableRow) (a Address, err error) {
		err = row.Scan(&a.Channel, &a.Address, &a.Confirmed, &a.Refused)
		return a, err
	}, `SELECT channel, address, confirmed_at IS NOT NULL, refused_at IS NOT NULL FROM contact_address WHERE member_id = $1 ORDER BY channel`, member)
	if err != nil {
		return c, fmt.Errorf("read addresses: %w", err)
	}
	return c, nil
}

func upsertContact(ctx context.Context, q storage.Queryer, c Contact) error {
	var from, to *int
	if c.Quiet != nil {
		from, to = &c.Quiet.From, &c.Quiet.To
	}
	_, err := q.Exec(ctx, `
		INSERT INTO contact (member_id, channels, quiet_from, quiet_to) VALUES ($1, $2, $3, $4)
		ON CONFLICT (member_id) DO UPDATE SET channels = $2, quiet_from = $3, quiet_to = $4`, c.Member, c.Channels, from, to)
	if err != nil {
		return fmt.Errorf("save contact: %w", err)
	}
	return nil
}

func deleteAddress(ctx context.Context, q storage.Queryer, member MemberID, by Channel) error {
	if _, err := q.Exec(ctx, `DELETE FROM contact_address WHERE member_id = $1 AND channel = $2`, member, by); err != nil {
		return fmt.Errorf("delete address: %w", err)
	}
	return nil
}

// markRefused records that an address does not exist, unless the member has changed it meanwhile.
func markRefused(ctx context.Context, q storage.Queryer, member MemberID, by Channel, address string) error {
	_, err := q.Exec(ctx, `UPDATE contact_address SET refused_at = booking_clock() WHERE member_id = $1 AND channel = $2 AND address = $3`, member, by, address)
	if err != nil {
		return fmt.Errorf("mark address refused: %w", err)
	}
	return nil
}
