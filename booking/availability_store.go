package booking

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectBusy reads the live slots of some nets that overlap a span, by net and start.
func selectBusy(ctx context.Context, q storage.Queryer, nets []NetID, during Span) (map[NetID][]busySpan, error) {
	rows, err := q.Query(ctx, `
		SELECT net_id, lower(occupied), upper(occupied), b.kind, CASE b.state WHEN 'held' THEN b.expires_at END
		FROM `+liveSlots+` JOIN booking b ON b.id = booking_id
		ORDER BY net_id, lower(occupied)`, nets, during.Start, during.End)
	if err != nil {
		return nil, fmt.Errorf("read busy spans: %w", err)
	}
	found := map[NetID][]busySpan{}
	var net NetID
	var b busySpan
	_, err = pgx.ForEachRow(rows, []any{&net, &b.Start, &b.End, &b.Kind, &b.Expires}, func() error {
		found[net] = append(found[net], b)
		b.Expires = nil // the next row must not overwrite this one's expiry through the pointer
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read busy spans: %w", err)
	}
	return found, nil
}
