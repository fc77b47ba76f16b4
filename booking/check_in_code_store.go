package booking

import (
	"context"
	"fmt"

	"pavilion/storage"
)

// selectCheckInKey reads the key of the codes for the check-in.
func selectCheckInKey(ctx context.Context, q storage.Queryer) (key []byte, err error) {
	if err := q.QueryRow(ctx, `SELECT uuid_send(key) FROM check_in_key`).Scan(&key); err != nil {
		return nil, fmt.Errorf("read check-in key: %w", err)
	}
	return key, nil
}
