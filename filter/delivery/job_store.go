package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

const jobColumns = `id, origin, person, chat, topic, language, quiet, priority, state, reason, documents, channels, messages, albums, cursor, sent, skipped, refused, protect, delete_after, caption,
	reservation, progress, notice <> 'none', created_at`

func scanJob(row pgx.Row) (j Job, err error) {
	var documents, channels, albums []int64
	var messages []int32
	err = row.Scan(&j.ID, &j.Origin, &j.Person, &j.Chat, &j.Topic, &j.Language, &j.Quiet, &j.Priority, &j.State, &j.Reason, &documents, &channels, &messages, &albums, &j.Cursor, &j.Sent, &j.Skipped, &j.Refused,
		&j.Policy.Protect, &j.Policy.DeleteAfter, &j.Policy.Caption, &j.Reservation, &j.Progress, &j.Deletes, &j.CreatedAt)
	for i := range documents {
		it := Item{Document: filter.DocumentID(documents[i]), Place: filter.Place{Channel: filter.ChannelID(channels[i]), Message: filter.MessageID(messages[i])}}
		if albums != nil {
			it.Album = albums[i]
		}
		j.Items = append(j.Items, it)
	}
	return j, err
}

// itemColumns are the columns of a list of files.
func itemColumns(items []Item) (documents, channels, albums []int64, messages []int32) {
	for _, it := range items {
		documents, channels, albums = append(documents, int64(it.Document)), append(channels, int64(it.Place.Channel)), append(albums, it.Album)
		messages = append(messages, int32(it.Place.Message)) //nolint:gosec // a message id has 31 bits
	}
	return documents, channels, albums, messages
}

func insertJob(ctx context.Context, q storage.Queryer, o Order) (Job, error) {
	documents, channels, _, messages := itemColumns(o.Items)
	j, err := scanJob(q.QueryRow(ctx, `
		INSERT INTO delivery_job (origin, person, chat, topic, language, quiet, documents, channels, messages, total, protect, delete_after, caption, priority)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (origin) DO UPDATE SET origin = excluded.origin RETURNING `+jobColumns,
		o.Origin, o.Person, o.Chat, o.Topic, o.Language, o.Quiet, documents, channels, messages, len(o.Items), o.Policy.Protect, o.Policy.DeleteAfter, o.Policy.Caption, o.Priority))
	if storage.Violated(err, "delivery_job_one_a_person") {
		return Job{}, ErrBusy
	}
	if err != nil {
		return Job{}, fmt.Errorf("insert delivery: %w", err)
	}
	return j, nil
}

func selectLive(ctx context.Context, q storage.Queryer) ([]LiveJob, error) {
	rows, err := q.Query(ctx, `SELECT id, priority FROM delivery_job WHERE NOT closed ORDER BY priority DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("live deliveries: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[LiveJob])
	if err != nil {
		return nil, fmt.Errorf("live deliveries: %w", err)
	}
	return list, nil
}

func selectJob(ctx context.Context, q storage.Queryer, id JobID) (Job, error) {
	j, err := scanJob(q.QueryRow(ctx, `SELECT `+jobColumns+` FROM delivery_job WHERE id = $1`, id))
	if err != nil {
		return Job{}, fmt.Errorf("read delivery %d: %w", id, orForgotten(err))
	}
	return j, nil
}

func startJob(ctx context.Context, q storage.Queryer, id JobID, items []Item, skipped, refused int, reservation int64) (Job, error) {
	documents, channels, albums, messages := itemColumns(items)
	_, err := q.Exec(ctx, `
		UPDATE delivery_job SET state = 'running', documents = $2, channels = $3, messages = $4, albums = $5, total = $6, skipped = $7, refused = $8, reservation = $9
		WHERE id = $1 AND state = 'new'`, id, documents, channels, messages, albums, len(items), skipped, refused, reservation)
	if err != nil {
		return Job{}, fmt.Errorf("start delivery %d: %w", id, err)
	}
	return selectJob(ctx, q, id)
}

// startEmpty ends a new delivery that has no file to send.
func startEmpty(ctx context.Context, q storage.Queryer, id JobID, skipped, refused int) (Job, error) {
	_, err := q.Exec(ctx, `UPDATE delivery_job SET state = 'done', ended_at = now(), cursor = total, skipped = $2, refused = $3 WHERE id = $1 AND state = 'new'`, id, skipped, refused)
	if err != nil {
		return Job{}, fmt.Errorf("start delivery %d: %w", id, err)
	}
	return selectJob(ctx, q, id)
}

func updateProgress(ctx context.Context, q storage.Queryer, id JobID, message int) error {
	if _, err := q.Exec(ctx, `UPDATE delivery_job SET progress = $2 WHERE id = $1`, id, message); err != nil {
		return fmt.Errorf("progress of delivery %d: %w", id, err)
	}
	return nil
}

// moveCursor moves the cursor past a unit, and ends the delivery behind the last one; false where that was done before.
func moveCursor(ctx context.Context, q storage.Queryer, j Job, o Outcome) (bool, error) {
	tag, err := q.Exec(ctx, `
		UPDATE delivery_job SET cursor = cursor + $3, sent = sent + $4, skipped = skipped + $3 - $4,
			state = CASE WHEN state = 'running' AND cursor + $3 = total THEN 'done' ELSE state END,
			ended_at = CASE WHEN state = 'running' AND cursor + $3 = total THEN now() ELSE ended_at END,
			notice = CASE WHEN $5 THEN 'due' ELSE notice END
		WHERE id = $1 AND cursor = $2 AND state <> 'new'`, j.ID, j.Cursor, o.Files, o.Sent, o.DeleteAfter > 0 && len(o.Messages) > 0)
	return tag.RowsAffected() > 0, err
}

func endJob(ctx context.Context, q storage.Queryer, id JobID, person filter.UserID, state JobState, reason string) error {
	_, err := q.Exec(ctx, `UPDATE delivery_job SET state = $3, reason = $4, ended_at = now() WHERE id = $1 AND person = $2 AND ended_at IS NULL`, id, person, state, reason)
	if err != nil {
		return fmt.Errorf("end delivery %d: %w", id, err)
	}
	return nil
}

func closeJob(ctx context.Context, q storage.Queryer, id JobID) error {
	if _, err := q.Exec(ctx, `UPDATE delivery_job SET closed = true WHERE id = $1 AND ended_at IS NOT NULL`, id); err != nil {
		return fmt.Errorf("close delivery %d: %w", id, err)
	}
	return nil
}

// deleteEnded deletes deliveries that ended long ago. It keeps those with messages to delete.
func deleteEnded(ctx context.Context, q storage.Queryer, kept time.Duration) error {
	_, err := q.Exec(ctx, `
		DELETE FROM delivery_job j WHERE j.closed AND j.ended_at < now() - $1::interval AND NOT EXISTS (SELECT FROM delivery_deletion d WHERE d.job = j.id)`, kept)
	if err != nil {
		return fmt.Errorf("forget deliveries: %w", err)
	}
	return nil
}

func moveJobs(ctx context.Context, q storage.Queryer, from, to filter.ChatID) error {
	_, deletions := q.Exec(ctx, `DELETE FROM delivery_deletion WHERE chat = $1`, from)
	_, jobs := q.Exec(ctx, `UPDATE delivery_job SET chat = $2, progress = 0, notice = CASE WHEN notice = 'due' THEN 'gone' ELSE notice END WHERE chat = $1`, from, to)
	if err := errors.Join(deletions, jobs); err != nil {
		return fmt.Errorf("move deliveries of chat %d: %w", from, err)
	}
	return nil
}
