package groups

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

// raiseFilterVersion raises the version of a chat's filters and locks them for the transaction.
func raiseFilterVersion(ctx context.Context, q storage.Queryer, chat filter.ChatID) error {
	_, err := q.Exec(ctx, `INSERT INTO filter_set AS old (chat_id, version) VALUES ($1, 1) ON CONFLICT (chat_id) DO UPDATE SET version = old.version + 1`, int64(chat))
	return err
}

func upsertFilter(ctx context.Context, q storage.Queryer, f Filter, by int64) (id FilterID, replaced bool, err error) {
	buttons, err := json.Marshal(append([]Button{}, f.Answer.Buttons...))
	if err != nil {
		return 0, false, err
	}
	var kind, document, hash, reference, chat, message any
	if m := f.Answer.Media; m != nil {
		kind, document, hash, reference = int16(m.File.Kind), int64(m.File.Document), m.File.AccessHash, append([]byte{}, m.File.Reference...)
		chat, message = int64(m.At.Chat), int32(m.At.Message) //nolint:gosec // Telegram's message ids have 31 bits
	}
	err = q.QueryRow(ctx, `INSERT INTO manual_filter AS old
			(chat_id, key, words, body, entities, buttons, kind, document, access_hash, file_reference, place_chat, place_message, changed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (chat_id, key) DO UPDATE SET words = excluded.words, body = excluded.body, entities = excluded.entities, buttons = excluded.buttons,
			kind = excluded.kind, document = excluded.document, access_hash = excluded.access_hash, file_reference = excluded.file_reference,
			place_chat = excluded.place_chat, place_message = excluded.place_message, changed_by = excluded.changed_by, changed_at = now()
		RETURNING id, xmax <> 0`,
		int64(f.Chat), key(f.Words), f.Words, f.Answer.Body, f.Answer.Entities, buttons, kind, document, hash, reference, chat, message, by).Scan(&id, &replaced)
	return id, replaced, err
}

func countFilters(ctx context.Context, q storage.Queryer, chat filter.ChatID) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM manual_filter WHERE chat_id = $1`, int64(chat)).Scan(&n)
	return n, err
}

func deleteFilter(ctx context.Context, q storage.Queryer, chat filter.ChatID, id FilterID) error {
	tag, err := q.Exec(ctx, `DELETE FROM manual_filter WHERE id = $1 AND chat_id = $2`, int64(id), int64(chat))
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrFilterNotFound
	}
	return err
}

func selectFilter(ctx context.Context, q storage.Queryer, id FilterID) (Filter, error) {
	f := Filter{ID: id}
	var buttons []byte
	var kind *int16
	var document, hash, chat *int64
	var message *int32
	var reference []byte
	err := q.QueryRow(ctx, `SELECT chat_id, words, body, entities, buttons, kind, document, access_hash, file_reference, place_chat, place_message
		FROM manual_filter WHERE id = $1`, int64(id)).
		Scan(&f.Chat, &f.Words, &f.Answer.Body, &f.Answer.Entities, &buttons, &kind, &document, &hash, &reference, &chat, &message)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, ErrFilterNotFound
	}
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(buttons, &f.Answer.Buttons); err != nil {
		return f, fmt.Errorf("stored buttons: %w", err)
	}
	if document != nil { // the schema has all of them or none
		f.Answer.Media = &Media{
			File: filter.Media{Document: filter.DocumentID(*document), AccessHash: *hash, Reference: reference, Kind: filter.Kind(*kind)}, //nolint:gosec // stored from a Kind
			At:   MessageAt{filter.ChatID(*chat), filter.MessageID(*message)},
		}
	}
	return f, nil
}

func selectFilters(ctx context.Context, q storage.Queryer, chat filter.ChatID) ([]Filter, error) {
	rows, err := q.Query(ctx, `SELECT id, words FROM manual_filter WHERE chat_id = $1`, int64(chat))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Filter, error) {
		f := Filter{Chat: chat}
		return f, row.Scan(&f.ID, &f.Words)
	})
}

func selectFilterWords(ctx context.Context, q storage.Queryer, chat filter.ChatID) ([]filterWords, error) {
	rows, err := q.Query(ctx, `SELECT id, key FROM manual_filter WHERE chat_id = $1`, int64(chat))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f filterWords, err error) {
		return f, row.Scan(&f.id, &f.key)
	})
}

func updateReference(ctx context.Context, q storage.Queryer, id FilterID, file filter.Media) error {
	_, err := q.Exec(ctx, `UPDATE manual_filter SET access_hash = $3, file_reference = $4 WHERE id = $1 AND document = $2`,
		int64(id), int64(file.Document), file.AccessHash, file.Reference)
	return err
}

// moveFilters gives a group's filters to the supergroup that replaced it. Words that the supergroup has already stay with the group.
func moveFilters(ctx context.Context, q storage.Queryer, from, to filter.ChatID) error {
	if n, err := countFilters(ctx, q, from); err != nil || n == 0 {
		return err
	}
	for _, chat := range []filter.ChatID{min(from, to), max(from, to)} {
		if err := raiseFilterVersion(ctx, q, chat); err != nil {
			return err
		}
	}
	_, err := q.Exec(ctx, `UPDATE manual_filter AS f SET chat_id = $2 WHERE chat_id = $1 AND NOT EXISTS
		(SELECT FROM manual_filter AS own WHERE own.chat_id = $2 AND own.key = f.key)`, int64(from), int64(to))
	return err
}
