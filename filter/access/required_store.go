package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
)

// requiredStore keeps requests to join, and the events that wait until their person has joined.
type requiredStore struct{ db *pgxpool.Pool }

func (s requiredStore) hasRequest(ctx context.Context, channel filter.ChannelID, person filter.UserID) (found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, memberCall)
	defer cancel()
	err = s.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM join_request WHERE channel_id = $1 AND person = $2)`, channel, person).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("read request of %d to join %d: %w", person, channel, err)
	}
	return found, nil
}

func (s requiredStore) insertRequest(ctx context.Context, q JoinRequest, approve bool) error {
	_, err := s.db.Exec(ctx, `INSERT INTO join_request (channel_id, person, invite, asked_at, approve) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (channel_id, person) DO UPDATE SET invite = excluded.invite, asked_at = excluded.asked_at, approve = excluded.approve, approved_at = NULL, try_at = now()
		WHERE join_request.asked_at < excluded.asked_at`, q.Channel, q.Person, q.Invite, q.At, approve)
	if err != nil {
		return fmt.Errorf("store request of %d to join %d: %w", q.Person, q.Channel, err)
	}
	return nil
}

func (s requiredStore) deleteRequest(ctx context.Context, channel filter.ChannelID, person filter.UserID) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM join_request WHERE channel_id = $1 AND person = $2`, channel, person); err != nil {
		return fmt.Errorf("delete request of %d to join %d: %w", person, channel, err)
	}
	return nil
}

const approvalsAtOnce = 50

func (s requiredStore) selectDue(ctx context.Context) ([]JoinRequest, error) {
	rows, err := s.db.Query(ctx, `SELECT channel_id, person, invite, asked_at FROM join_request WHERE approve AND approved_at IS NULL AND try_at <= now()
		ORDER BY try_at LIMIT $1`, approvalsAtOnce)
	if err != nil {
		return nil, fmt.Errorf("read requests to approve: %w", err)
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (q JoinRequest, err error) {
		return q, row.Scan(&q.Channel, &q.Person, &q.Invite, &q.At)
	})
	if err != nil {
		return nil, fmt.Errorf("read requests to approve: %w", err)
	}
	return due, nil
}

func (s requiredStore) markApproved(ctx context.Context, q JoinRequest) error {
	_, err := s.db.Exec(ctx, `UPDATE join_request SET approved_at = now() WHERE channel_id = $1 AND person = $2 AND asked_at = $3`, q.Channel, q.Person, q.At)
	if err != nil {
		return fmt.Errorf("mark request of %d to join %d: %w", q.Person, q.Channel, err)
	}
	return nil
}

func (s requiredStore) postpone(ctx context.Context, q JoinRequest, by time.Duration) error {
	_, err := s.db.Exec(ctx, `UPDATE join_request SET try_at = now() + $3::interval WHERE channel_id = $1 AND person = $2`, q.Channel, q.Person, by)
	if err != nil {
		return fmt.Errorf("postpone request of %d to join %d: %w", q.Person, q.Channel, err)
	}
	return nil
}

func (s requiredStore) upsertWait(ctx context.Context, w Wait) (Wait, error) {
	err := s.db.QueryRow(ctx, `INSERT INTO join_wait (person, chat_id, event) VALUES ($1, $2, $3)
		ON CONFLICT (person, chat_id) DO UPDATE SET event = excluded.event, asked_at = now() RETURNING id, message_id`, w.Person, w.Chat, w.Event).Scan(&w.ID, &w.Message)
	if err != nil {
		return w, fmt.Errorf("keep event of %d: %w", w.Person, err)
	}
	return w, nil
}

func (s requiredStore) updateWaitMessage(ctx context.Context, id int64, message int) error {
	if _, err := s.db.Exec(ctx, `UPDATE join_wait SET message_id = $2 WHERE id = $1`, id, message); err != nil {
		return fmt.Errorf("store screen of event %d: %w", id, err)
	}
	return nil
}

func (s requiredStore) selectWait(ctx context.Context, id int64, person filter.UserID) (w Wait, found bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT id, person, chat_id, event, message_id FROM join_wait WHERE id = $1 AND person = $2`, id, person).
		Scan(&w.ID, &w.Person, &w.Chat, &w.Event, &w.Message)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, false, nil
	}
	if err != nil {
		return w, false, fmt.Errorf("read event %d: %w", id, err)
	}
	return w, true, nil
}

func (s requiredStore) deleteOldWaits(ctx context.Context, kept time.Duration) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM join_wait WHERE asked_at < now() - $1::interval`, kept); err != nil {
		return fmt.Errorf("drop old events: %w", err)
	}
	return nil
}
