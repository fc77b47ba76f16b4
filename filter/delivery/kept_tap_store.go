package delivery

import (
	"context"
	"fmt"
	"time"

	"pavilion/filter"
	"pavilion/storage"
)

func insertKeptTap(ctx context.Context, q storage.Queryer, origin string, person filter.UserID, event []byte) (id KeptTapID, err error) {
	err = q.QueryRow(ctx, `INSERT INTO delivery_kept_tap (origin, person, event) VALUES ($1, $2, $3)
		ON CONFLICT (origin) DO UPDATE SET origin = excluded.origin RETURNING id`, origin, person, event).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("keep tap: %w", err)
	}
	return id, nil
}

func selectKeptTap(ctx context.Context, q storage.Queryer, id KeptTapID, person filter.UserID, age time.Duration) (event []byte, err error) {
	err = q.QueryRow(ctx, `SELECT event FROM delivery_kept_tap WHERE id = $1 AND person = $2 AND kept_at > now() - $3::interval`, id, person, age).Scan(&event)
	if err != nil {
		return nil, fmt.Errorf("kept tap %d: %w", id, orForgotten(err))
	}
	return event, nil
}

func deleteKeptTaps(ctx context.Context, q storage.Queryer, age time.Duration) error {
	if _, err := q.Exec(ctx, `DELETE FROM delivery_kept_tap WHERE kept_at <= now() - $1::interval`, age); err != nil {
		return fmt.Errorf("forget kept taps: %w", err)
	}
	return nil
}
