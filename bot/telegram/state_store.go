package telegram

import (
	"context"
	"errors"
	"fmt"

	"github.com/gotd/td/telegram/updates"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/storage"
)

// stateStore stores the state in Postgres.
type stateStore struct{ db *pgxpool.Pool }

// loadedState is the stored state.
type loadedState struct {
	session  []byte
	known    bool
	user     updates.State
	channel  map[int64]int
	hashes   map[hashKey]int64
	migrated map[int64]int64
}

func (s stateStore) selectState(ctx context.Context, botID int64) (loadedState, error) {
	l := loadedState{channel: map[int64]int{}, hashes: map[hashKey]int64{}, migrated: map[int64]int64{}}
	err := s.db.QueryRow(ctx, `SELECT data FROM bot_session WHERE id = $1`, botID).Scan(&l.session)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return l, fmt.Errorf("load session: %w", err)
	}
	err = s.db.QueryRow(ctx, `SELECT pts, qts, date, seq FROM bot_state WHERE bot_id = $1`, botID).Scan(&l.user.Pts, &l.user.Qts, &l.user.Date, &l.user.Seq)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return l, fmt.Errorf("load update state: %w", err)
	}
	l.known = err == nil
	var id, hash int64
	var pts int
	var kind string
	rows, err := s.db.Query(ctx, `SELECT channel_id, pts FROM bot_channel_state WHERE bot_id = $1`, botID)
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&id, &pts}, func() error {
			l.channel[id] = pts
			return nil
		})
	}
	if err != nil {
		return l, fmt.Errorf("load channel states: %w", err)
	}
	rows, err = s.db.Query(ctx, `SELECT kind, peer_id, hash FROM bot_access_hash WHERE bot_id = $1`, botID)
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&kind, &id, &hash}, func() error {
			l.hashes[hashKey{kind, id}] = hash
			return nil
		})
	}
	if err != nil {
		return l, fmt.Errorf("load access hashes: %w", err)
	}
	var group int64
	rows, err = s.db.Query(ctx, `SELECT group_id, channel_id FROM bot_migrated_group WHERE bot_id = $1`, botID)
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&group, &id}, func() error {
			l.migrated[group] = id
			return nil
		})
	}
	if err != nil {
		return l, fmt.Errorf("load migrated groups: %w", err)
	}
	return l, nil
}

// hash reads one access hash.
func (s stateStore) hash(ctx context.Context, botID int64, k hashKey) (hash int64, ok bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT hash FROM bot_access_hash WHERE bot_id = $1 AND kind = $2 AND peer_id = $3`, botID, k.kind, k.peer).Scan(&hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("load access hash: %w", err)
	}
	return hash, true, nil
}

func (s stateStore) saveSession(ctx context.Context, botID int64, data []byte) error {
	_, err := s.db.Exec(ctx, `INSERT INTO bot_session (id, data) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET data = $2, updated_at = now()`, botID, data)
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

func (s stateStore) saveMigration(ctx context.Context, botID, group, channel int64) error {
	_, err := s.db.Exec(ctx, `INSERT INTO bot_migrated_group (bot_id, group_id, channel_id) VALUES ($1, $2, $3)
		ON CONFLICT (bot_id, group_id) DO UPDATE SET channel_id = $3`, botID, group, channel)
	if err != nil {
		return fmt.Errorf("save migrated group: %w", err)
	}
	return nil
}

// startChannel stores the pts of a channel that has none.
func (s stateStore) startChannel(ctx context.Context, botID, channelID int64, pts int) error {
	_, err := s.db.Exec(ctx, `INSERT INTO bot_channel_state (bot_id, channel_id, pts) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, botID, channelID, pts)
	if err != nil {
		return fmt.Errorf("start channel %d: %w", channelID, err)
	}
	return nil
}

// deleteSession deletes the stored session if it equals data.
func (s stateStore) deleteSession(ctx context.Context, botID int64, data []byte) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM bot_session WHERE id = $1 AND data = $2`, botID, data); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}

// save writes changes in one transaction.
func (s stateStore) save(ctx context.Context, botID int64, user updates.State, c changes) error {
	return storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		b := new(pgx.Batch)
		if c.user {
			b.Queue(`INSERT INTO bot_state (bot_id, pts, qts, date, seq) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (bot_id) DO UPDATE SET pts = $2, qts = $3, date = $4, seq = $5`, botID, user.Pts, user.Qts, user.Date, user.Seq)
		}
		for id, pts := range c.channel {
			b.Queue(`INSERT INTO bot_channel_state (bot_id, channel_id, pts) VALUES ($1, $2, $3)
				ON CONFLICT (bot_id, channel_id) DO UPDATE SET pts = $3`, botID, id, pts)
		}
		for k, hash := range c.hashes {
			b.Queue(`INSERT INTO bot_access_hash (bot_id, kind, peer_id, hash) VALUES ($1, $2, $3, $4)
				ON CONFLICT (bot_id, kind, peer_id) DO UPDATE SET hash = $4`, botID, k.kind, k.peer, hash)
		}
		return tx.SendBatch(ctx, b).Close()
	})
}
