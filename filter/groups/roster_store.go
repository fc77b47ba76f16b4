package groups

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

func insertMember(ctx context.Context, q storage.Queryer, chat filter.ChatID) error {
	// A late message of a group that has become a supergroup meets the group's number under another chat id.
	_, err := q.Exec(ctx, `INSERT INTO bot_group (number, chat_id) VALUES (-$1::bigint, $1) ON CONFLICT DO NOTHING`, int64(chat))
	if err == nil {
		_, err = q.Exec(ctx, `UPDATE bot_group SET left_at = NULL WHERE chat_id = $1 AND left_at IS NOT NULL`, int64(chat))
	}
	if err != nil {
		return fmt.Errorf("note group %d: %w", chat, err)
	}
	return nil
}

func markLeft(ctx context.Context, q storage.Queryer, chat filter.ChatID) error {
	if _, err := q.Exec(ctx, `UPDATE bot_group SET left_at = now() WHERE chat_id = $1 AND left_at IS NULL`, int64(chat)); err != nil {
		return fmt.Errorf("note that group %d is left: %w", chat, err)
	}
	return nil
}

func markOpen(ctx context.Context, q storage.Queryer, chat filter.ChatID) error {
	if _, err := q.Exec(ctx, `UPDATE bot_group SET refused = '', refused_at = NULL WHERE chat_id = $1 AND refused <> ''`, int64(chat)); err != nil {
		return fmt.Errorf("note that group %d takes messages: %w", chat, err)
	}
	return nil
}

func markRefused(ctx context.Context, q storage.Queryer, number Number, reason string) (chat filter.ChatID, err error) {
	err = q.QueryRow(ctx, `UPDATE bot_group SET refused = $2, refused_at = now() WHERE number = $1 RETURNING chat_id`, number, reason).Scan(&chat)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("note that group %d takes no messages: %w", number, err)
	}
	return chat, nil
}

func moveMember(ctx context.Context, tx pgx.Tx, from, to filter.ChatID) error {
	// A message of the supergroup may have been noted before the move. The row of the old group has the number that broadcasts know.
	_, err := tx.Exec(ctx, `DELETE FROM bot_group WHERE chat_id = $2 AND EXISTS (SELECT FROM bot_group WHERE chat_id = $1)`, int64(from), int64(to))
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE bot_group SET chat_id = $2, left_at = NULL, refused = '', refused_at = NULL WHERE chat_id = $1`, int64(from), int64(to))
	}
	if err == nil {
		_, err = tx.Exec(ctx, `INSERT INTO bot_group (number, chat_id) VALUES (-$1::bigint, $2) ON CONFLICT DO NOTHING`, int64(from), int64(to))
	}
	return err
}

func selectMembers(ctx context.Context, q storage.Queryer, after Number, most int) ([]Member, error) {
	rows, err := q.Query(ctx, `SELECT g.number, g.chat_id, g.refused <> '', coalesce((s.value ->> 'broadcasts')::boolean, true)
		FROM bot_group g LEFT JOIN group_settings s USING (chat_id) WHERE g.number > $1 AND g.left_at IS NULL ORDER BY g.number LIMIT $2`, after, most)
	var list []Member
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Member, err error) {
			return m, row.Scan(&m.Number, &m.Chat, &m.Refused, &m.Broadcasts)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	return list, nil
}

func selectMember(ctx context.Context, q storage.Queryer, number Number) (chat filter.ChatID, s Settings, err error) {
	var settings []byte
	err = q.QueryRow(ctx, `SELECT g.chat_id, s.value FROM bot_group g LEFT JOIN group_settings s USING (chat_id) WHERE g.number = $1 AND g.left_at IS NULL`, number).Scan(&chat, &settings)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, s, ErrNotInGroup
	}
	if err == nil {
		s, err = decodeSettings(settings)
	}
	if err != nil {
		return 0, s, fmt.Errorf("read group %d: %w", number, err)
	}
	return chat, s, nil
}
