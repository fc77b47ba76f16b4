package booking

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

const feedColumns = `id, club_id, member_id, kind, coalesce(net_id, 0), created_at`

func scanFeed(row pgx.CollectableRow) (f Feed, err error) {
	err = row.Scan(&f.ID, &f.Club, &f.Member, &f.Kind, &f.Net, &f.CreatedAt)
	return f, err
}

// upsertFeed stores a feed. One that the person has gets a new token and a new time, and keeps its id.
func upsertFeed(ctx context.Context, q storage.Queryer, f *Feed, token [32]byte) error {
	err := q.QueryRow(ctx, `
		INSERT INTO calendar_feed AS c (club_id, member_id, kind, net_id, token_hash, incarnation, created_at)
		VALUES ($1, $2, $3, nullif($4::bigint, 0), $5, session_incarnation(), booking_clock())
		ON CONFLICT (member_id, club_id, kind, net_id) DO UPDATE SET token_hash = $5, incarnation = excluded.incarnation, created_at = excluded.created_at
		RETURNING id, created_at`, f.Club, f.Member, f.Kind, f.Net, token[:]).Scan(&f.ID, &f.CreatedAt)
	if err != nil {
		return fmt.Errorf("store feed of club %d: %w", f.Club, err)
	}
	return nil
}

func selectFeeds(ctx context.Context, q storage.Queryer, club ClubID, member MemberID) ([]Feed, error) {
	list, err := collect(ctx, q, scanFeed, `SELECT `+feedColumns+` FROM calendar_feed
		WHERE member_id = $1 AND club_id = $2 AND incarnation = session_incarnation() ORDER BY id`, member, club)
	if err != nil {
		return nil, fmt.Errorf("read feeds: %w", err)
	}
	return list, nil
}

func selectFeedByToken(ctx context.Context, q storage.Queryer, token [32]byte) (Feed, error) {
	list, err := collect(ctx, q, scanFeed, `SELECT `+feedColumns+` FROM calendar_feed WHERE token_hash = $1 AND incarnation = session_incarnation()`, token[:])
	switch {
	case err != nil:
		return Feed{}, fmt.Errorf("read feed: %w", err)
	case len(list) == 0:
		return Feed{}, ErrNoFeed
	}
	return list[0], nil
}

func deleteFeed(ctx context.Context, q storage.Queryer, club ClubID, member MemberID, id FeedID) (found bool, err error) {
	err = q.QueryRow(ctx, `DELETE FROM calendar_feed WHERE id = $1 AND club_id = $2 AND member_id = $3 RETURNING true`, id, club, member).Scan(&found)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("delete feed %d: %w", id, err)
	}
	return found, nil
}

// selectFeedBookings reads the bookings of a feed from a day on, by id. Those that were cancelled after they had been booked stay in it; holds are not in it.
func selectFeedBookings(ctx context.Context, q storage.Queryer, f Feed, from Day) ([]Booking, error) {
	return selectBookings(ctx, q, `
		WHERE b.club_id = $1 AND b.day >= $2
			AND CASE $3::text WHEN 'member' THEN b.member_id = $4 AND b.kind = 'play'
				WHEN 'net' THEN EXISTS (SELECT FROM booking_slot x WHERE x.booking_id = b.id AND x.net_id = $5) ELSE true END
			AND (b.state IN ('confirmed', 'checked_in', 'no_show')
				OR b.state = 'cancelled' AND (b.expires_at IS NULL OR EXISTS (SELECT FROM audit a WHERE a.booking_id = b.id AND a.action IN ('confirm', 'pay'))))
		ORDER BY b.id`, f.Club, from.date(), f.Kind, f.Member, f.Net)
}
