package booking

import (
	"context"
	"fmt"

	"pavilion/storage"
)

func saveGuests(ctx context.Context, q storage.Queryer, b *Booking, names []string) error {
	err := q.QueryRow(ctx, `UPDATE booking SET guests = $2, revision = revision + 1 WHERE id = $1 RETURNING revision`, b.ID, append([]string{}, names...)).Scan(&b.Revision)
	if err != nil {
		return fmt.Errorf("save guests of booking %d: %w", b.ID, err)
	}
	b.Guests = names
	return nil
}
