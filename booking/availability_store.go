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
		SELECT s.net_id, lower(s.occupied), upper(s.occupied), b.kind, CASE b.state WHEN 'held' THEN b.expires_at END
		FROM booking_slot s JOIN booking b ON b.id = s.booking_id
		WHERE s.net_id = ANY($1) AND s.occupied && tstzrange($2, $3, '[)') AND s.state IN ('held', 'confirmed', 'checked_in')
		ORDER BY s.net_id, lower(s.occupied)`, nets, during.Start, during.End)
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
