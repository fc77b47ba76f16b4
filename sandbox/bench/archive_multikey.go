package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/filter"
	"pavilion/sandbox/club"
)

// multikeyCandidates is the number of files that a search with a multikey index ranks in each pool.
const multikeyCandidates = 500

// insertMultikey inserts the files into both databases in turn, with a multikey index over their words. It returns the files per second, of all and of the last
// tenth.
func (a *archive) insertMultikey(ctx context.Context) (rate, last float64, err error) {
	for _, d := range a.multikey {
		if _, err := d.Collection("files").Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "words", Value: 1}, {Key: "_id", Value: -1}}}); err != nil {
			return 0, 0, fmt.Errorf("index: %w", err)
		}
	}
	files := club.NewArchive(seed)
	var took, tookLast time.Duration
	late := 0
	for done := 0; done < a.files; done += batch {
		docs := make([]any, 0, batch)
		for i, f := range files.Take(min(batch, a.files-done)) {
			docs = append(docs, append(plainFile(done+i, f), bson.E{Key: "words", Value: wordsOf(f)}))
		}
		start := time.Now()
		if _, err := a.multikey[done/batch%len(a.multikey)].Collection("files").InsertMany(ctx, docs, options.InsertMany().SetOrdered(false)); err != nil {
			return 0, 0, fmt.Errorf("insert: %w", err)
		}
		took += time.Since(start)
		if done >= a.files-a.files/10 {
			tookLast += time.Since(start)
			late += len(docs)
		}
	}
	return float64(a.files) / took.Seconds(), float64(late) / tookLast.Seconds(), nil
}

// multikeyFile is what a search reads of a file.
type multikeyFile struct {
	ID      int64  `bson:"_id"`
	Name    string `bson:"file_name"`
	Caption string `bson:"caption"`
}

// searchMultikey searches as a newcomer would: files with all words, or else with all but the last and a word that begins with that; the same ranking.
func (a *archive) searchMultikey(ctx context.Context, vocab *filter.Vocabulary, query string) error {
	words := strings.Fields(filter.QueryWords(query))
	if len(words) == 0 {
		return nil
	}
	last := bson.D{{Key: "words", Value: bson.Regex{Pattern: "^" + regexp.QuoteMeta(words[len(words)-1])}}}
	rest := slices.Clone(words[:len(words)-1])
	for _, list := range [][]string{words, rest} { // the server looks up the first one, so the rarest has to be the first
		slices.SortFunc(list, func(a, b string) int { return vocab.Count(a) - vocab.Count(b) })
	}
	all := bson.D{{Key: "words", Value: bson.D{{Key: "$all", Value: words}}}}
	begins := bson.D{{Key: "$and", Value: bson.A{last}}}
	if len(rest) > 0 {
		begins = bson.D{{Key: "$and", Value: bson.A{bson.D{{Key: "words", Value: bson.D{{Key: "$all", Value: rest}}}}, last}}}
	}
	for _, condition := range []bson.D{all, begins} {
		found, err := a.findMultikey(ctx, condition)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			vocab.Rank(query, found)
			return nil
		}
	}
	return nil
}

func (a *archive) findMultikey(ctx context.Context, condition bson.D) ([]filter.File, error) {
	found := make([][]multikeyFile, len(a.multikey))
	errs := make([]error, len(a.multikey))
	var wg sync.WaitGroup
	for i, d := range a.multikey {
		wg.Go(func() {
			cur, err := d.Collection("files").Find(ctx, condition, options.Find().SetLimit(multikeyCandidates).SetProjection(bson.D{{Key: "words", Value: 0}}))
			if err == nil {
				err = cur.All(ctx, &found[i])
			}
			errs[i] = err
		})
	}
	wg.Wait()
	var files []filter.File
	for i := range found {
		if errs[i] != nil {
			return nil, errs[i]
		}
		for _, f := range found[i] {
			files = append(files, filter.File{Media: filter.Media{Document: filter.DocumentID(f.ID), Name: f.Name, Caption: f.Caption}, Posted: time.Unix(f.ID, 0)})
		}
	}
	return files, nil
}

func sortDurations(d []time.Duration) { slices.Sort(d) }
