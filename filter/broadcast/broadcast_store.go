package broadcast

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/storage"
)

// store keeps broadcasts in Postgres.
type store struct{ db *pgxpool.Pool }

const broadcastColumns = `id, state, version, author, language, panel, content, plan, created_at, scheduled_at, started_at, ended_at, pause_reason, reached, gone, failed, unpinned, deleted, sending_ms,
	revision, (SELECT count(*) FROM broadcast_opt_out o WHERE o.broadcast = broadcast.id),
	ARRAY(SELECT pool FROM broadcast_cursor c WHERE c.broadcast = broadcast.id AND parked ORDER BY position)`

func scanBroadcast(row pgx.CollectableRow) (b Broadcast, err error) {
	var content, plan, failed, revision []byte
	var due, started, ended *time.Time
	var sending int64
	err = row.Scan(&b.ID, &b.State, &b.Version, &b.Author, &b.Language, &b.Panel, &content, &plan, &b.Created, &due, &started, &ended, &b.Reason, &b.Counts.Reached, &b.Counts.Gone,
		&failed, &b.Counts.Unpinned, &b.Counts.Deleted, &sending, &revision, &b.Counts.OptOuts, &b.Parked)
	if err != nil {
		return b, err
	}
	for at, from := range map[*time.Time]*time.Time{&b.At: due, &b.Started: started, &b.Ended: ended} {
		if from != nil {
			*at = from.UTC()
		}
	}
	b.Counts.Sending = time.Duration(sending) * time.Millisecond
	err = errors.Join(json.Unmarshal(content, &b.Content), json.Unmarshal(plan, &b.Plan), json.Unmarshal(failed, &b.Counts.Failed))
	if revision != nil {
		err = errors.Join(err, json.Unmarshal(revision, &b.Revision))
	}
	return b, err
}

func (s store) query(ctx context.Context, rest string, args ...any) ([]Broadcast, error) {
	rows, err := s.db.Query(ctx, "SELECT "+broadcastColumns+" FROM broadcast "+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read broadcasts: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanBroadcast)
	if err != nil {
		return nil, fmt.Errorf("read broadcasts: %w", err)
	}
	return list, nil
}

func (s store) one(ctx context.Context, id ID) (Broadcast, error) {
	list, err := s.query(ctx, "WHERE id = $1", id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Broadcast{}, err
	}
	return list[0], nil
}

func (s store) latest(ctx context.Context, most int) ([]Broadcast, error) {
	return s.query(ctx, "WHERE state NOT IN ('draft', 'previewed') ORDER BY id DESC LIMIT $1", most)
}

func (s store) watched(ctx context.Context, endedAfter time.Time) ([]Broadcast, error) {
	return s.query(ctx, `WHERE state IN ('scheduled', 'running', 'paused') OR ended_at > $1 OR revision IS NOT NULL AND NOT (revision ->> 'Finished')::boolean ORDER BY id`, endedAfter)
}

// running reads the broadcasts under way, the oldest first.
func (s store) running(ctx context.Context) ([]Broadcast, error) {
	return s.query(ctx, "WHERE state = 'running' ORDER BY scheduled_at, id")
}

// due reads the scheduled broadcast that is next.
func (s store) due(ctx context.Context, now time.Time) ([]Broadcast, error) {
	return s.query(ctx, "WHERE state = 'scheduled' AND scheduled_at <= $1 ORDER BY scheduled_at, id LIMIT 1", now)
}

// revised reads the broadcasts with an unfinished revision.
func (s store) revised(ctx context.Context) ([]Broadcast, error) {
	return s.query(ctx, "WHERE revision IS NOT NULL AND NOT (revision ->> 'Finished')::boolean ORDER BY id")
}

func (s store) insert(ctx context.Context, author filter.UserID, language string, c Content, p Plan) (Broadcast, error) {
	content, err := json.Marshal(c)
	if err != nil {
		return Broadcast{}, fmt.Errorf("store broadcast: %w", err)
	}
	plan, err := json.Marshal(p)
	if err != nil {
		return Broadcast{}, fmt.Errorf("store broadcast: %w", err)
	}
	var id ID
	err = s.db.QueryRow(ctx, "INSERT INTO broadcast (author, language, content, plan) VALUES ($1, $2, $3, $4) RETURNING id", author, language, content, plan).Scan(&id)
	if err != nil {
		return Broadcast{}, fmt.Errorf("store broadcast: %w", err)
	}
	return s.one(ctx, id)
}

// update stores what admins and the runner decide; flush stores the figures. It returns ErrChanged if the stored version is another one.
func (s store) update(ctx context.Context, b Broadcast) (Broadcast, error) {
	if err := updateRow(ctx, s.db, b); err != nil {
		return b, err
	}
	return s.one(ctx, b.ID)
}

// updateRow is update that does not read the stored broadcast.
func updateRow(ctx context.Context, q storage.Queryer, b Broadcast) error {
	content, err := json.Marshal(b.Content)
	if err != nil {
		return fmt.Errorf("store broadcast %d: %w", b.ID, err)
	}
	plan, err := json.Marshal(b.Plan)
	if err != nil {
		return fmt.Errorf("store broadcast %d: %w", b.ID, err)
	}
	var revision []byte
	if b.Revision != nil {
		if revision, err = json.Marshal(b.Revision); err != nil {
			return fmt.Errorf("store broadcast %d: %w", b.ID, err)
		}
	}
	tag, err := q.Exec(ctx, `
		UPDATE broadcast SET state = $3, content = $4, plan = $5, scheduled_at = $6, started_at = $7, ended_at = $8, pause_reason = $9, revision = $10, version = version + 1
		WHERE id = $1 AND version = $2`,
		b.ID, b.Version, b.State, content, plan, orNull(b.At), orNull(b.Started), orNull(b.Ended), b.Reason, revision)
	if err != nil {
		return fmt.Errorf("store broadcast %d: %w", b.ID, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrChanged
	}
	return nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s store) setPanel(ctx context.Context, id ID, message int) error {
	if _, err := s.db.Exec(ctx, "UPDATE broadcast SET panel = $2 WHERE id = $1", id, message); err != nil {
		return fmt.Errorf("store the message of broadcast %d: %w", id, err)
	}
	return nil
}

func (s store) deleteDrafts(ctx context.Context, before time.Time) error {
	if _, err := s.db.Exec(ctx, "DELETE FROM broadcast WHERE state IN ('draft', 'previewed') AND created_at < $1", before); err != nil {
		return fmt.Errorf("delete drafts: %w", err)
	}
	return nil
}
