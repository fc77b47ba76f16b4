package upkeep

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

// addTaken adds to the numbers of taken files in one statement, which locks the rows in the order of their ids.
func addTaken(ctx context.Context, q storage.Queryer, taken map[filter.DocumentID]int64) error {
	if len(taken) == 0 {
		return nil
	}
	var ids, counts []int64
	for _, id := range slices.Sorted(maps.Keys(taken)) {
		ids, counts = append(ids, int64(id)), append(counts, taken[id])
	}
	_, err := q.Exec(ctx, `INSERT INTO file_taken AS old (document, n) SELECT * FROM unnest($1::bigint[], $2::bigint[])
		ON CONFLICT (document) DO UPDATE SET n = old.n + excluded.n`, ids, counts)
	return err
}

// mostTaken returns the numbers of the files that were taken most often.
func mostTaken(ctx context.Context, q storage.Queryer, most int) (map[filter.DocumentID]int64, error) {
	rows, err := q.Query(ctx, `SELECT document, n FROM file_taken ORDER BY n DESC, document LIMIT $1`, most)
	if err != nil {
		return nil, err
	}
	counts := map[filter.DocumentID]int64{}
	var id, n int64
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		counts[filter.DocumentID(id)] = n
		return nil
	})
	return counts, err
}
