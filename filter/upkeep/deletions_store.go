package upkeep

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/storage"
)

// deletionStore has the SQL of Deletions. Times are judged by the clock of the database.
type deletionStore struct{ db *pgxpool.Pool }

const selectDeletion = `SELECT d.id, d.state, d.what, d.made_by, d.made_at, coalesce(d.due_at, '0001-01-01T00:00:00Z'),
	(SELECT count(*) FROM admin_deletion_file f WHERE f.deletion = d.id)::int FROM admin_deletion d `

func (s deletionStore) insertDraft(ctx context.Context, by filter.UserID, what string, files []int64) (made Deletion, err error) {
	err = storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		made = Deletion{State: DeletionDraft, What: what, By: by, Files: len(files)}
		if err := tx.QueryRow(ctx, `INSERT INTO admin_deletion (what, made_by) VALUES ($1, $2) RETURNING id, made_at`, what, int64(by)).Scan(&made.ID, &made.Made); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO admin_deletion_file (deletion, document) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING`, made.ID, files)
		return err
	})
	return made, err
}

func (s deletionStore) confirm(ctx context.Context, id DeletionID) (bool, error) {
	tag, err := s.db.Exec(ctx, `UPDATE admin_deletion SET state = 'hidden', due_at = now() + $2::interval
		WHERE id = $1 AND state = 'draft' AND made_at > now() - $3::interval`, id, undoFor, draftFor)
	return tag.RowsAffected() == 1, err
}

func (s deletionStore) undo(ctx context.Context, id DeletionID) (bool, error) {
	tag, err := s.db.Exec(ctx, `UPDATE admin_deletion SET state = 'undone' WHERE id = $1 AND state = 'hidden' AND due_at > now()`, id)
	return tag.RowsAffected() == 1, err
}

func (s deletionStore) deletion(ctx context.Context, id DeletionID) (Deletion, error) {
	rows, err := s.db.Query(ctx, selectDeletion+`WHERE d.id = $1`, id)
	if err != nil {
		return Deletion{}, fmt.Errorf("deletion %d: %w", id, err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Deletion])
	if errors.Is(err, pgx.ErrNoRows) {
		return Deletion{}, ErrDeletionGone
	}
	return found, err
}

func (s deletionStore) list(ctx context.Context, most int) ([]Deletion, error) {
	rows, err := s.db.Query(ctx, selectDeletion+`WHERE d.state <> 'draft' ORDER BY d.id DESC LIMIT $1`, most)
	if err != nil {
		return nil, fmt.Errorf("deletions: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Deletion])
}

// digest returns a text that differs after each change of a state. A time of the last change would miss a transaction that commits after a later one.
func (s deletionStore) digest(ctx context.Context) (digest string, err error) {
	err = s.db.QueryRow(ctx, `SELECT md5(coalesce(string_agg(id || state, ' ' ORDER BY id), '')) FROM admin_deletion WHERE state <> 'draft'`).Scan(&digest)
	return digest, err
}

// hidden returns the hidden documents; true for those that are removed for good.
func (s deletionStore) hidden(ctx context.Context) (map[filter.DocumentID]bool, error) {
	rows, err := s.db.Query(ctx, `SELECT f.document, bool_or(d.state <> 'hidden') FROM admin_deletion_file f JOIN admin_deletion d ON d.id = f.deletion
		WHERE d.state IN ('hidden', 'removing', 'removed') GROUP BY f.document`)
	if err != nil {
		return nil, err
	}
	all := map[filter.DocumentID]bool{}
	var id int64
	var forGood bool
	_, err = pgx.ForEachRow(rows, []any{&id, &forGood}, func() error {
		all[filter.DocumentID(id)] = forGood
		return nil
	})
	return all, err
}

func (s deletionStore) startRemoving(ctx context.Context) error {
	_, err := s.db.Exec(ctx, `UPDATE admin_deletion SET state = 'removing' WHERE state = 'hidden' AND due_at <= now()`)
	return err
}

func (s deletionStore) unremoved(ctx context.Context, most int) ([]filter.DocumentID, error) {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT f.document FROM admin_deletion d JOIN admin_deletion_file f ON f.deletion = d.id
		WHERE d.state = 'removing' AND NOT f.removed ORDER BY f.document LIMIT $1`, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[filter.DocumentID])
}

func (s deletionStore) markRemoved(ctx context.Context, files []filter.DocumentID) error {
	_, err := s.db.Exec(ctx, `UPDATE admin_deletion_file f SET removed = true FROM admin_deletion d WHERE d.id = f.deletion AND d.state = 'removing' AND f.document = ANY($1)`, files)
	return err
}

func (s deletionStore) endRemoving(ctx context.Context) error {
	_, err := s.db.Exec(ctx, `UPDATE admin_deletion d SET state = 'removed'
		WHERE d.state = 'removing' AND NOT EXISTS (SELECT FROM admin_deletion_file f WHERE f.deletion = d.id AND NOT f.removed)`)
	return err
}

// dropDrafts deletes drafts that nobody confirmed, and deletions that were undone long ago.
func (s deletionStore) dropDrafts(ctx context.Context) error {
	_, err := s.db.Exec(ctx, `DELETE FROM admin_deletion WHERE state = 'draft' AND made_at < now() - $1::interval OR state = 'undone' AND made_at < now() - interval '90 days'`, draftFor)
	return err
}
