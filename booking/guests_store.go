package booking

import (
	"context"
	"fmt"

	"pavilion/storage"
)

func saveGuests(ctx context.Context, q storage.Queryer, id ID, names []string) error {
	if _, err := q.Exec(ctx, `UPDATE booking SET guests = $2 WHERE id = $1`, id, append([]string{}, names...)); err != nil {
		return fmt.Errorf("save guests of booking %d: %w", id, err)
	}
	return nil
}
