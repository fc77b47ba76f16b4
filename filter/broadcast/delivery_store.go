package broadcast

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// result is one recipient's outcome.
type result struct {
	to RecipientID
	Outcome
}

// flush stores outcomes and the cursor in one transaction, and returns the broadcast's state. A recipient who has an outcome already is not counted
// again. If the plan pins messages, they count as not pinned until countPins.
func (s store) flush(ctx context.Context, id ID, c cursor, results []result, p Plan, sending time.Duration) (state State, err error) {
	err = storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var failedJSON []byte
		if err := tx.QueryRow(ctx, "SELECT state, failed FROM broadcast WHERE id = $1 FOR UPDATE", id).Scan(&state, &failedJSON); err != nil {
			return err
		}
		stored, err := insertDeliveries(ctx, tx, id, results, p.DeleteAfter)
		if err != nil {
			return err
		}
		failed := map[string]int64{}
		if err := json.Unmarshal(failedJSON, &failed); err != nil {
			return err
		}
		var reached, gone int64
		for _, r := range results {
			switch {
			case !stored[r.to]:
			case r.Class == Sent:
				reached++
			case r.Class == Gone:
				gone++
			default:
				failed[r.Name]++
			}
		}
		if failedJSON, err = json.Marshal(failed); err != nil {
			return err
		}
		var unpinned int64
		if p.Pin {
			unpinned = reached
		}
		if _, err = tx.Exec(ctx, "UPDATE broadcast SET reached = reached + $2, gone = gone + $3, failed = $4, sending_ms = sending_ms + $5, unpinned = unpinned + $6 WHERE id = $1",
			id, reached, gone, failedJSON, sending.Milliseconds(), unpinned); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE broadcast_cursor SET last_id = greatest(last_id, $3), finished = finished OR $4 WHERE broadcast = $1 AND pool = $2", id, c.pool, c.last, c.finished)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("store outcomes of broadcast %d: %w", id, err)
	}
	return state, nil
}

// countPins counts messages that were pinned.
func (s store) countPins(ctx context.Context, id ID, n int64) error {
	if _, err := s.db.Exec(ctx, "UPDATE broadcast SET unpinned = greatest(unpinned - $2, 0) WHERE id = $1", id, n); err != nil {
		return fmt.Errorf("count pins of broadcast %d: %w", id, err)
	}
	return nil
}

// insertDeliveries stores the outcomes of recipients who have none, and returns these. Their messages are deleted after some hours, unless that is 0.
func insertDeliveries(ctx context.Context, tx pgx.Tx, id ID, results []result, deleteAfter int) (map[RecipientID]bool, error) {
	stored := map[RecipientID]bool{}
	batch := &pgx.Batch{}
	for _, r := range results {
		messages := r.Messages
		if messages == nil {
			messages = []int{}
		}
		batch.Queue(`INSERT INTO broadcast_delivery (broadcast, person, messages, delete_at)
			VALUES ($1, $2, $3, CASE WHEN $4 > 0 AND cardinality($3::integer[]) > 0 THEN now() + make_interval(hours => $4) END) ON CONFLICT DO NOTHING`, id, r.to, messages, deleteAfter)
	}
	sent := tx.SendBatch(ctx, batch)
	for _, r := range results {
		tag, err := sent.Exec()
		if err != nil {
			_ = sent.Close()
			return nil, err
		}
		if tag.RowsAffected() > 0 {
			stored[r.to] = true
		}
	}
	return stored, sent.Close()
}

// delivery is what a recipient got.
type delivery struct {
	to       RecipientID
	messages []int
}

// deliveries reads what recipients got since a time, in the order of their ids.
func (s store) deliveries(ctx context.Context, id ID, after RecipientID, since time.Time, most int) ([]delivery, error) {
	return s.queryDeliveries(ctx, id, "AND sent_at > $2 AND person > $3 AND cardinality(messages) > 0 ORDER BY person LIMIT $4", since, after, most)
}

// revisionsDue reads recipients whose wait for the revision is over.
func (s store) revisionsDue(ctx context.Context, id ID, since time.Time, most int) ([]delivery, error) {
	return s.queryDeliveries(ctx, id, "AND sent_at > $2 AND revise_at <= now() ORDER BY revise_at LIMIT $3", since, most)
}

// queryDeliveries reads the deliveries of a broadcast. rest is the end of the statement, with args from $2 on.
func (s store) queryDeliveries(ctx context.Context, id ID, rest string, args ...any) ([]delivery, error) {
	rows, err := s.db.Query(ctx, "SELECT person, messages FROM broadcast_delivery WHERE broadcast = $1 "+rest, append([]any{id}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read deliveries of broadcast %d: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d delivery, err error) {
		return d, row.Scan(&d.to, &d.messages)
	})
	if err != nil {
		return nil, fmt.Errorf("read deliveries of broadcast %d: %w", id, err)
	}
	return list, nil
}

// revisionEnded tells whether no recipient waits for the revision any more. Messages that are too old by now do not count.
func (s store) revisionEnded(ctx context.Context, id ID, since time.Time) (ended bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM broadcast_delivery WHERE broadcast = $1 AND revise_at IS NOT NULL AND sent_at > $2)`, id, since).Scan(&ended)
	if err != nil {
		return false, fmt.Errorf("read deliveries of broadcast %d: %w", id, err)
	}
	return ended, nil
}

// forgetMessages empties what a group got. It stays delivered.
func (s store) forgetMessages(ctx context.Context, group RecipientID) error {
	_, err := s.db.Exec(ctx, `
		UPDATE broadcast_delivery d SET messages = '{}', delete_at = NULL, revise_at = NULL FROM broadcast b WHERE b.id = d.broadcast AND d.person = $1 AND b.plan -> 'Segment' ->> 'Kind' = $2`, group, Groups)
	if err != nil {
		return fmt.Errorf("forget the messages of group %d: %w", group, err)
	}
	return nil
}

// dueDeletions reads deliveries whose messages have to be deleted now, by broadcast.
func (s store) dueDeletions(ctx context.Context, most int) (map[ID][]delivery, error) {
	due := map[ID][]delivery{}
	rows, err := s.db.Query(ctx, "SELECT broadcast, person, messages FROM broadcast_delivery WHERE delete_at <= now() ORDER BY delete_at LIMIT $1", most)
	if err == nil {
		var id ID
		var d delivery
		_, err = pgx.ForEachRow(rows, []any{&id, &d.to, &d.messages}, func() error {
			due[id] = append(due[id], delivery{d.to, slices.Clone(d.messages)})
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read due deletions: %w", err)
	}
	return due, nil
}

// postponeDeletions moves the time of planned deletions by a wait from now.
func (s store) postponeDeletions(ctx context.Context, id ID, list []delivery, wait time.Duration) error {
	_, err := s.db.Exec(ctx, "UPDATE broadcast_delivery SET delete_at = now() + make_interval(secs => $3) WHERE broadcast = $1 AND person = ANY($2) AND delete_at IS NOT NULL",
		id, recipientsOf(list), wait.Seconds())
	if err != nil {
		return fmt.Errorf("postpone deletions of broadcast %d: %w", id, err)
	}
	return nil
}

// endDeletions stores that messages are deleted, or stay for good. It counts recipients whose messages are deleted now.
func (s store) endDeletions(ctx context.Context, id ID, list []delivery, deleted bool) error {
	_, err := s.db.Exec(ctx, `
		WITH ended AS (UPDATE broadcast_delivery SET messages = '{}', delete_at = NULL, revise_at = NULL WHERE broadcast = $1 AND person = ANY($2) AND delete_at IS NOT NULL RETURNING 1)
		UPDATE broadcast SET deleted = deleted + (SELECT count(*) FROM ended WHERE $3) WHERE id = $1`, id, recipientsOf(list), deleted)
	if err != nil {
		return fmt.Errorf("end deletions of broadcast %d: %w", id, err)
	}
	return nil
}

// updateRevision stores a page of a revision in one transaction. When the revision finishes, recipients who still wait count as failed, because their
// messages are too old to change.
func (s store) updateRevision(ctx context.Context, b Broadcast, p revisedPage) (Broadcast, error) {
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		// In the order of endDeletions, which may run at the same time: deliveries first.
		changes := new(pgx.Batch)
		changes.Queue("UPDATE broadcast_delivery SET revise_at = NULL WHERE broadcast = $1 AND person = ANY($2) AND revise_at IS NOT NULL", b.ID, recipientsOf(p.got))
		changes.Queue("UPDATE broadcast_delivery SET messages = '{}', delete_at = NULL WHERE broadcast = $1 AND person = ANY($2)", b.ID, recipientsOf(p.deleted))
		for _, w := range p.waits {
			changes.Queue("UPDATE broadcast_delivery SET revise_at = now() + make_interval(secs => $3) WHERE broadcast = $1 AND person = ANY($2)", b.ID, recipientsOf(w.list), w.wait.Seconds())
		}
		if err := tx.SendBatch(ctx, changes).Close(); err != nil {
			return fmt.Errorf("end deliveries of broadcast %d: %w", b.ID, err)
		}
		revised := b
		revised.Revision = new(p.revision)
		if p.revision.Finished {
			tag, err := tx.Exec(ctx, "UPDATE broadcast_delivery SET revise_at = NULL WHERE broadcast = $1 AND revise_at IS NOT NULL", b.ID)
			if err != nil {
				return fmt.Errorf("end deliveries of broadcast %d: %w", b.ID, err)
			}
			revised.Revision.Failed += tag.RowsAffected()
		}
		return updateRow(ctx, tx, revised)
	})
	if err != nil {
		return b, err
	}
	return s.one(ctx, b.ID)
}

func recipientsOf(list []delivery) []RecipientID {
	people := make([]RecipientID, len(list))
	for i, d := range list {
		people[i] = d.to
	}
	return people
}

// sweep deletes the deliveries of broadcasts that ended before a time, at most so many, and tells whether more are left.
func (s store) sweep(ctx context.Context, endedBefore time.Time, most int) (more bool, err error) {
	tag, err := s.db.Exec(ctx, `
		DELETE FROM broadcast_delivery WHERE (broadcast, person) IN (
			SELECT d.broadcast, d.person FROM broadcast b JOIN broadcast_delivery d ON d.broadcast = b.id WHERE b.ended_at < $1 LIMIT $2)`, endedBefore, most)
	if err != nil {
		return false, fmt.Errorf("sweep deliveries: %w", err)
	}
	return tag.RowsAffected() == int64(most), nil
}
