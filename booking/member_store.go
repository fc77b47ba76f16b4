package booking

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

func selectRole(ctx context.Context, q storage.Queryer, club ClubID, id MemberID) (Role, error) {
	var role Role
	err := q.QueryRow(ctx, `SELECT role FROM club_member WHERE club_id = $1 AND member_id = $2`, club, id).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		return Guest, nil
	}
	if err != nil {
		return "", fmt.Errorf("read role: %w", err)
	}
	return role, nil
}

func selectMembers(ctx context.Context, q storage.Queryer, club ClubID, after MemberID, limit int) ([]Membership, error) {
	list, err := collect(ctx, q, pgx.RowToStructByPos[Membership], `SELECT member_id, role FROM club_member WHERE club_id = $1 AND member_id > $2 ORDER BY member_id LIMIT $3`, club, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return list, nil
}

func saveRole(ctx context.Context, q storage.Queryer, club ClubID, id MemberID, role Role) error {
	_, err := q.Exec(ctx, `INSERT INTO club_member (club_id, member_id, role) VALUES ($1, $2, $3) ON CONFLICT (club_id, member_id) DO UPDATE SET role = $3`, club, id, role)
	if err != nil {
		return fmt.Errorf("save role: %w", err)
	}
	return nil
}
