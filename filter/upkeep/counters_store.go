package upkeep

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/storage"
)

// counterStore has the SQL of Counters.
type counterStore struct{ db *pgxpool.Pool }

const (
	countsKept = 400 // days of activity
	peopleKept = countedDays + 1
	missedKept = 180
)

// add adds changes to the stored counts. Rows are locked in their order, so that two processes cannot wait for each other.
func (s counterStore) add(ctx context.Context, c changes) error {
	if len(c.days)+len(c.people)+len(c.files)+len(c.missed)+len(c.taken) == 0 {
		return nil
	}
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return firstError(
			func() error { return addDays(ctx, tx, c.days) },
			func() error { return addPeople(ctx, tx, c.people) },
			func() error { return addFiles(ctx, tx, c.files) },
			func() error { return addMissed(ctx, tx, c.missed) },
			func() error { return addTaken(ctx, tx, c.taken) },
		)
	})
	if err != nil {
		return fmt.Errorf("add counts: %w", err)
	}
	return nil
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// sortedKeys returns the keys of counts that are not 0.
func sortedKeys[K comparable](counts map[K]int64, compare func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(maps.Collect(func(yield func(K, int64) bool) {
		for k, n := range counts {
			if n != 0 && !yield(k, n) {
				return
			}
		}
	})), compare)
}

func addDays(ctx context.Context, q storage.Queryer, counts map[dayCount]int64) error {
	for _, k := range sortedKeys(counts, func(a, b dayCount) int {
		return cmp.Or(a.day.Compare(b.day), strings.Compare(string(a.what), string(b.what)))
	}) {
		if _, err := q.Exec(ctx, `INSERT INTO activity_count AS old (day, what, n) VALUES ($1, $2, $3) ON CONFLICT (day, what) DO UPDATE SET n = old.n + excluded.n`,
			k.day, string(k.what), counts[k]); err != nil {
			return err
		}
	}
	return nil
}

func addPeople(ctx context.Context, q storage.Queryer, counts map[filter.PeopleCount]int64) error {
	for _, k := range sortedKeys(counts, comparePeople) {
		if _, err := q.Exec(ctx, `INSERT INTO people_count AS old (day, language, n) VALUES ($1, left($2, 16), $3) ON CONFLICT (day, language) DO UPDATE SET n = old.n + excluded.n`,
			k.Day, k.Language, counts[k]); err != nil {
			return err
		}
	}
	return nil
}

func comparePeople(a, b filter.PeopleCount) int {
	return cmp.Or(a.Day.Compare(b.Day), strings.Compare(a.Language, b.Language))
}

func addFiles(ctx context.Context, q storage.Queryer, counts map[filter.FileCount]int64) error {
	for _, k := range sortedKeys(counts, compareFiles) {
		if _, err := q.Exec(ctx, `INSERT INTO file_count AS old (channel, kind, n) VALUES ($1, $2, $3) ON CONFLICT (channel, kind) DO UPDATE SET n = old.n + excluded.n`,
			int64(k.Channel), int16(k.Kind), counts[k]); err != nil {
			return err
		}
	}
	return nil
}

func compareFiles(a, b filter.FileCount) int {
	return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Kind, b.Kind))
}

// addMissed adds searches, and deletes those that are neither frequent nor late.
func addMissed(ctx context.Context, q storage.Queryer, missed map[string]Missed) error {
	if len(missed) == 0 {
		return nil
	}
	for _, words := range slices.Sorted(maps.Keys(missed)) {
		m := missed[words]
		if _, err := q.Exec(ctx, `INSERT INTO missed_search AS old (words, n, last_at) VALUES ($1, $2, $3)
			ON CONFLICT (words) DO UPDATE SET n = old.n + excluded.n, last_at = greatest(old.last_at, excluded.last_at)`, m.Words, m.Times, m.Last); err != nil {
			return err
		}
	}
	_, err := q.Exec(ctx, `DELETE FROM missed_search WHERE words NOT IN (
		(SELECT words FROM missed_search ORDER BY n DESC, last_at DESC LIMIT $1) UNION (SELECT words FROM missed_search ORDER BY last_at DESC LIMIT $2))`, missedOften, missedLate)
	return err
}

// expire deletes counts that no screen shows any more, and searches that nobody made for long.
func (s counterStore) expire(ctx context.Context, today time.Time) (deleted int64, err error) {
	for _, q := range []struct {
		sql  string
		days int
	}{
		{`DELETE FROM activity_count WHERE day < $1`, countsKept}, {`DELETE FROM people_count WHERE day < $1`, peopleKept}, {`DELETE FROM missed_search WHERE last_at < $1`, missedKept},
	} {
		tag, err := s.db.Exec(ctx, q.sql, today.AddDate(0, 0, -q.days))
		if err != nil {
			return deleted, fmt.Errorf("expire counts: %w", err)
		}
		deleted += tag.RowsAffected()
	}
	return deleted, nil
}

// replace stores counted numbers instead of the sums of changes.
func (s counterStore) replace(ctx context.Context, files map[filter.FileCount]int64, people map[filter.PeopleCount]int64) error {
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE people_count, file_count IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM people_count`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM file_count`); err != nil {
			return err
		}
		return firstError(func() error { return addPeople(ctx, tx, people) }, func() error { return addFiles(ctx, tx, files) })
	})
	if err != nil {
		return fmt.Errorf("replace counts: %w", err)
	}
	return nil
}

func (s counterStore) missed(ctx context.Context, skip, most int) ([]Missed, error) {
	rows, err := s.db.Query(ctx, `SELECT words, n, last_at FROM missed_search ORDER BY n DESC, last_at DESC OFFSET $1 LIMIT $2`, skip, most)
	if err != nil {
		return nil, fmt.Errorf("searches without a result: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Missed])
}

func (s counterStore) forgetMissed(ctx context.Context) error {
	_, err := s.db.Exec(ctx, `DELETE FROM missed_search`)
	return err
}

// sumDays adds up the activity since a day.
func (s counterStore) sumDays(ctx context.Context, since time.Time) (map[What]int64, error) {
	rows, err := s.db.Query(ctx, `SELECT what, sum(n)::bigint FROM activity_count WHERE day >= $1 GROUP BY what`, since)
	if err != nil {
		return nil, fmt.Errorf("activity: %w", err)
	}
	sums := map[What]int64{}
	var what string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&what, &n}, func() error {
		sums[What(what)] = n
		return nil
	})
	return sums, err
}

// sumPeople adds up the people whose last activity was since a day, by language.
func (s counterStore) sumPeople(ctx context.Context, since time.Time) ([]LanguageCount, error) {
	rows, err := s.db.Query(ctx, `SELECT language, sum(n)::bigint FROM people_count WHERE day >= $1 GROUP BY language HAVING sum(n) > 0 ORDER BY 2 DESC, 1`, since)
	if err != nil {
		return nil, fmt.Errorf("people by activity: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[LanguageCount])
}

func (s counterStore) fileCounts(ctx context.Context) (map[filter.FileCount]int64, error) {
	rows, err := s.db.Query(ctx, `SELECT channel, kind, n FROM file_count WHERE n > 0`)
	if err != nil {
		return nil, fmt.Errorf("numbers of files: %w", err)
	}
	counts := map[filter.FileCount]int64{}
	var channel, n int64
	var kind int16
	_, err = pgx.ForEachRow(rows, []any{&channel, &kind, &n}, func() error {
		counts[filter.FileCount{Channel: filter.ChannelID(channel), Kind: filter.Kind(kind)}] = n //nolint:gosec // written from a Kind
		return nil
	})
	return counts, err
}
