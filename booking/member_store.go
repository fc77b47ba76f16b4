package booking

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

func selectRole(ctx context.Context, q storage.Queryer, club ClubID, id MemberID) (Role, error) {
	m, err := selectMembership(ctx, q, club, id)
	return m.Role, err
}

// selectMembership reads a role. A person without a row is a guest.
func selectMembership(ctx context.Context, q storage.Queryer, club ClubID, id MemberID) (Membership, error) {
	m := Membership{Member: id}
	err := q.QueryRow(ctx, `SELECT role, version FROM club_member WHERE club_id = $1 AND member_id = $2`, club, id).Scan(&m.Role, &m.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		m.Role = Guest
		return m, nil
	}
	if err != nil {
		return m, fmt.Errorf("read role: %w", err)
	}
	return m, nil
}

func selectMembers(ctx context.Context, q storage.Queryer, club ClubID, after MemberID, limit int) ([]Membership, error) {
	list, err := collect(ctx, q, pgx.RowToStructByPos[Membership], `SELECT member_id, role, version FROM club_member WHERE club_id = $1 AND member_id > $2 ORDER BY member_id LIMIT $3`, club, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return list, nil
}

// selectBooked reads which of some people have a booking on a day from the first to the last one, in any club.
func selectBooked(ctx context.Context, q storage.Queryer, people []MemberID, from, to Day) ([]MemberID, error) {
	list, err := collect(ctx, q, pgx.RowTo[MemberID], `
		SELECT DISTINCT b.member_id FROM club c JOIN booking b ON b.club_id = c.id
		WHERE b.member_id = ANY($1) AND b.day BETWEEN $2 AND $3 AND b.kind = 'play' AND b.state IN ('confirmed', 'checked_in', 'no_show')`, people, from.date(), to.date())
	if err != nil {
		return nil, fmt.Errorf("read people with bookings: %w", err)
	}
	return list, nil
}

func saveRole(ctx context.Context, q storage.Queryer, club ClubID, id MemberID, role Role) error {
	_, err := q.Exec(ctx, `INSERT INTO club_member (club_id, member_id, role) VALUES ($1, $2, $3) ON CONFLICT (club_id, member_id) DO UPDATE SET role = $3, version = club_member.version + 1`, club, id, role)
	if err != nil {
		return fmt.Errorf("save role: %w", err)
	}
	return nil
}
