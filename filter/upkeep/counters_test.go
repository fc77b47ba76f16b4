package upkeep_test

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/filter/upkeep"
)

var noon = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

func newCounters(db *pgxpool.Pool, now *time.Time) *upkeep.Counters {
	return upkeep.NewCounters(db, time.UTC, slog.New(slog.DiscardHandler), func() time.Time { return *now })
}

func flush(t *testing.T, counters ...*upkeep.Counters) {
	t.Helper()
	for _, c := range counters {
		if err := c.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func statistics(t *testing.T, c *upkeep.Counters) upkeep.Statistics {
	t.Helper()
	s, err := c.Statistics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCounters_SurviveRestartsAndAddUpOverProcesses(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	one, two := newCounters(db, &now), newCounters(db, &now)
	var both sync.WaitGroup
	for _, c := range []*upkeep.Counters{one, two} {
		both.Go(func() {
			for range 50 {
				c.Searched("golden river", true)
				c.Searched("golden xylophone", false)
				c.Delivered(2)
				if err := c.Flush(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	now = now.AddDate(0, 0, 3)
	next := newCounters(db, &now)
	next.Searched("golden river", true)
	flush(t, next, next) // the second one has nothing to add
	s := statistics(t, newCounters(db, &now))
	if today := s.Periods[0].Activity; !reflect.DeepEqual(today, map[upkeep.What]int64{upkeep.SearchFound: 1}) {
		t.Errorf("today: %v", today)
	}
	want := map[upkeep.What]int64{upkeep.SearchFound: 101, upkeep.SearchMissed: 100, upkeep.Delivery: 200}
	if week := s.Periods[1].Activity; !reflect.DeepEqual(week, want) {
		t.Errorf("seven days: %v, want %v", week, want)
	}
}

func TestCounters_TheEndOfTheProcessWritesThem(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	c := newCounters(db, &now)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	c.Delivered(3)
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := statistics(t, newCounters(db, &now)).Periods[0].Activity[upkeep.Delivery]; n != 3 {
		t.Errorf("%d deliveries are stored", n)
	}
}

func TestCounters_APersonCountsOnTheDayOfTheLastActivityOnly(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	c := newCounters(db, &now)
	monthAgo := noon.AddDate(0, 0, -40)
	for _, a := range []filter.Activity{
		{New: true, At: noon.AddDate(0, 0, -20), Language: "en"},
		{Before: noon.AddDate(0, 0, -20), LanguageBefore: "en", At: noon.AddDate(0, 0, -5), Language: "hi"}, // the same person
		{Before: noon.AddDate(0, 0, -5), LanguageBefore: "hi", At: noon, Language: "hi"},
		{Before: noon, LanguageBefore: "hi", At: noon.Add(time.Hour), Language: "hi"},
		{Before: monthAgo, LanguageBefore: "de", At: noon, Language: "de"}, // not counted any more on the old day
		{New: true, At: noon.AddDate(0, 0, -6), Language: "en"},
	} {
		c.NoteActivity(a)
		flush(t, c)
	}
	s := statistics(t, c)
	for i, want := range []int64{2, 3, 3} {
		if s.Periods[i].People != want {
			t.Errorf("%d days: %d people, want %d", s.Periods[i].Days, s.Periods[i].People, want)
		}
	}
	if want := []upkeep.LanguageCount{{"de", 1}, {"en", 1}, {"hi", 1}}; !reflect.DeepEqual(s.Languages, want) {
		t.Errorf("languages %v, want %v", s.Languages, want)
	}
}

func TestCounters_ADayBeginsInTheZone(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	india := time.FixedZone("IST", 5*3600+1800)
	now := time.Date(2026, 3, 14, 20, 0, 0, 0, time.UTC) // 01:30 on the 15th there
	c := upkeep.NewCounters(db, india, slog.New(slog.DiscardHandler), func() time.Time { return now })
	c.Delivered(1)
	c.NoteActivity(filter.Activity{New: true, At: now, Language: "hi"})
	flush(t, c)
	now = time.Date(2026, 3, 15, 18, 0, 0, 0, time.UTC) // 23:30 on the same day
	if today := statistics(t, c).Periods[0]; today.Activity[upkeep.Delivery] != 1 || today.People != 1 {
		t.Errorf("the same day: %+v", today)
	}
	now = now.Add(time.Hour)
	if today := statistics(t, c).Periods[0]; today.Activity[upkeep.Delivery] != 0 || today.People != 0 {
		t.Errorf("the next day: %+v", today)
	}
}

func TestCounters_ARecountReplacesTheSums(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	c := newCounters(db, &now)
	c.NoteFiles(map[filter.FileCount]int64{{Channel: 5, Kind: filter.KindVideo}: 7, {Kind: filter.KindVideo}: 7})
	flush(t, c)
	c.NoteFiles(map[filter.FileCount]int64{{Channel: 5, Kind: filter.KindVideo}: 1})
	files := map[filter.FileCount]int64{{Kind: filter.KindVideo}: 3, {Channel: 6, Kind: filter.KindVideo}: 3}
	people := map[filter.PeopleCount]int64{{Day: noon.Truncate(24 * time.Hour), Language: "hi"}: 4}
	if err := c.Recount(t.Context(), files, people); err != nil {
		t.Fatal(err)
	}
	flush(t, c)
	if s := statistics(t, c); !reflect.DeepEqual(s.Files, files) || s.Periods[0].People != 4 {
		t.Errorf("files %v, people %d", s.Files, s.Periods[0].People)
	}
}

func TestCounters_WhatPostgresRefusesIsWrittenLater(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	c := newCounters(db, &now)
	if _, err := db.Exec(t.Context(), "ALTER TABLE missed_search RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	c.Searched("golden xylophone", false)
	if err := c.Flush(t.Context()); err == nil {
		t.Fatal("the counts were written without a table")
	}
	c.Searched("golden xylophone", false)
	if _, err := db.Exec(t.Context(), "ALTER TABLE away RENAME TO missed_search"); err != nil {
		t.Fatal(err)
	}
	flush(t, c)
	list, err := c.Missed(t.Context(), 0, 10)
	if err != nil || len(list) != 1 || list[0].Times != 2 || statistics(t, c).Periods[0].Activity[upkeep.SearchMissed] != 2 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestMissed_SpellingsOfTheSameWordsAreOneRowWithoutTheRawText(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	c := newCounters(db, &now)
	for _, query := range []string{"Golden  Xylophone", "golden.xylophone", "GOLDEN_XYLOPHONE!", "Bóunce", "!!!", strings.Repeat("extraordinarily long ", 12)} {
		c.Searched(query, false)
	}
	flush(t, c)
	list, err := c.Missed(t.Context(), 0, 10)
	if err != nil || len(list) != 3 || list[0].Words != "golden xylophone" || list[0].Times != 3 || !list[0].Last.Equal(noon) {
		t.Fatalf("%v, %v", list, err)
	}
	for _, m := range list {
		if utf8.RuneCountInString(m.Words) > 100 || m.Words != strings.ToLower(m.Words) {
			t.Errorf("kept: %q", m.Words)
		}
	}
	var columns string
	if err := db.QueryRow(t.Context(), `SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM information_schema.columns WHERE table_name = 'missed_search'`).Scan(&columns); err != nil || columns != "last_at n words" {
		t.Errorf("columns %q, %v: a row must not name a person", columns, err)
	}
	if err := c.ForgetMissed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, err := c.Missed(t.Context(), 0, 10); err != nil || len(list) != 0 {
		t.Errorf("after forgetting: %v, %v", list, err)
	}
}

func TestMissed_TheTableIsBoundedAndKeepsTheFrequentAndTheLatest(t *testing.T) {
	t.Parallel()
	db, now := openPostgres(t), noon
	c := newCounters(db, &now)
	for range 2 {
		c.Searched("often wanted", false)
	}
	flush(t, c)
	for batch := range 3 {
		now = now.Add(time.Minute)
		for i := range 900 {
			c.Searched(fmt.Sprintf("title %d", batch*1000+i+100), false)
		}
		flush(t, c)
	}
	var rows int
	if err := db.QueryRow(t.Context(), `SELECT count(*) FROM missed_search`).Scan(&rows); err != nil || rows > 1000 {
		t.Errorf("%d rows, %v", rows, err)
	}
	list, err := c.Missed(t.Context(), 0, 2)
	if err != nil || list[0].Words != "often wanted" || !list[1].Last.Equal(now) {
		t.Errorf("%v, %v", list, err)
	}
}
