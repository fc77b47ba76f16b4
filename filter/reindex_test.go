package filter_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/filter"
)

// makeOlder lets the files of the first pool be of an older version, which knew another word for "quiet", and none for "town".
func (ix *index) makeOlder(t *testing.T) {
	t.Helper()
	ix.inPool(t, func(ctx context.Context, db *mongo.Database) error {
		lists := db.Collection("postings")
		var quiet bson.M
		if err := lists.FindOneAndDelete(ctx, bson.D{{Key: "_id", Value: "quiet"}}).Decode(&quiet); err != nil {
			return err
		}
		quiet["_id"] = "qviet"
		if _, err := lists.InsertOne(ctx, quiet); err != nil {
			return err
		}
		if _, err := lists.DeleteOne(ctx, bson.D{{Key: "_id", Value: "town"}}); err != nil {
			return err
		}
		return forgetAnalysis(ctx, db)
	})
}

// forgetAnalysis lets all files of a pool be of an older version.
func forgetAnalysis(ctx context.Context, db *mongo.Database) error {
	_, err := db.Collection("files").UpdateMany(ctx, bson.D{}, bson.D{{Key: "$unset", Value: bson.D{{Key: "w", Value: ""}}}}, options.UpdateMany().SetComment(ownCommand))
	if err != nil {
		return err
	}
	_, err = db.Collection("reindex").DeleteMany(ctx, bson.D{}, options.DeleteMany().SetComment(ownCommand))
	return err
}

// countOlder counts the files that forgetAnalysis changed and that are not indexed anew yet.
func (ix *index) countOlder(t *testing.T) (n int64) {
	t.Helper()
	ix.inPool(t, func(ctx context.Context, db *mongo.Database) (err error) {
		n, err = db.Collection("files").CountDocuments(ctx, bson.D{{Key: "w", Value: bson.D{{Key: "$exists", Value: false}}}}, options.Count().SetComment(ownCommand))
		return err
	})
	return n
}

// marked counts the files that an update marks as indexed anew.
func marked(e *event.CommandStartedEvent) (n int64) {
	if !writesTo(e, "files") {
		return 0
	}
	updates, _ := e.Command.Lookup("updates").ArrayOK()
	values, _ := updates.Values()
	for _, v := range values {
		if _, err := v.Document().LookupErr("u", "$set", "w"); err == nil {
			n++
		}
	}
	return n
}

// TestReindex_FilesOfAnOlderVersionAreFoundByTheirNewWordsThroughAKill stops the first process in its second group of seven files, and deletes a file of the
// third one before the next process starts.
func TestReindex_FilesOfAnOlderVersionAreFoundByTheirNewWordsThroughAKill(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	files := openDatabases(t, ix.database)
	files.makeOlder(t)
	if got := files.check(t, quickCheck); got.Wrong() != 0 || got.Waiting != 20 {
		t.Errorf("before: %+v", got)
	}
	groups := func(o *testOptions) { o.ReindexFiles = 7 }
	updates := 0
	second := newGate(func(e *event.CommandStartedEvent) bool {
		if marked(e) == 0 {
			return false
		}
		updates++
		return updates == 2
	})
	first := openIndex(t, ix.database, ix.telegram, onePool, groups, second.install)
	<-second.reached
	t.Cleanup(func() { close(second.open) })
	if got := first.foundNames(t, "quiet town a"); len(got) != 1 {
		t.Errorf("a file of the first group: %v", got)
	}
	var again, fromStart atomic.Int64
	next := openIndex(t, ix.database, ix.telegram, onePool, groups, func(o *testOptions) {
		o.beforeCommand = func(e *event.CommandStartedEvent) {
			again.Add(marked(e))
			if finds(e, "files") {
				if _, err := e.Command.LookupErr("filter", "_id", "$exists"); err == nil {
					fromStart.Add(1)
				}
			}
		}
	})
	next.telegram.removePost(filter.Place{Channel: channel, Message: 20})
	next.Delete(channel, []filter.MessageID{20})
	if err := next.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no file waits", func() bool { return files.check(t, quickCheck).Waiting == 0 })
	if got := files.check(t, quickCheck); got.Wrong() != 0 || got.Unfinished != 0 || got.Files != 19 || got.Leftover != 0 {
		t.Errorf("after: %+v", got)
	}
	if n := next.listLength(t, "qviet"); n != 0 {
		t.Errorf("a word of the older version has %d files", n)
	}
	if got := len(next.foundNames(t, "quiet town")); got != 19 {
		t.Errorf("%d files are found", got)
	}
	if n := fromStart.Load(); n != 0 {
		t.Errorf("%d pools were read from their first file on", n)
	}
	if n := again.Load(); n < 12 || n > 13 {
		t.Errorf("the next process indexed %d files anew; the first one had done a group of 7", n)
	}
}

// TestReindex_OldEntriesOfLongListsDoNotCount changes and deletes files as an earlier release did: their ids stay in long lists, and no list notes that.
func TestReindex_OldEntriesOfLongListsDoNotCount(t *testing.T) {
	t.Parallel()
	ix := openCounted(t)
	ix.stopRun()
	files := openDatabases(t, ix.database)
	files.inPool(t, func(ctx context.Context, db *mongo.Database) error {
		c, own := db.Collection("files"), options.UpdateOne().SetComment(ownCommand)
		for id := 401; id <= 410; id++ {
			renamed := bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: fmt.Sprintf("Blue River part%d.mkv", id)}}}}
			if _, err := c.UpdateOne(ctx, bson.D{{Key: "_id", Value: int64(post(id, "").Media.Document)}}, renamed, own); err != nil {
				return err
			}
		}
		if _, err := c.DeleteOne(ctx, bson.D{{Key: "_id", Value: int64(post(411, "").Media.Document)}}, options.DeleteOne().SetComment(ownCommand)); err != nil {
			return err
		}
		return forgetAnalysis(ctx, db)
	})
	next := openIndex(t, ix.database, ix.telegram, onePool)
	eventually(t, "no file waits", func() bool { return files.countOlder(t) == 0 })
	next.expectTotal(t, filter.Query{Text: "golden river"}, 289)
}

// TestReindex_WithoutAChangeOfListsSearchesKeepTheirMemory counts the changes of the version of the index.
func TestReindex_WithoutAChangeOfListsSearchesKeepTheirMemory(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	files := openDatabases(t, ix.database)
	version := func() (number int64) {
		files.inPool(t, func(ctx context.Context, db *mongo.Database) error {
			var doc struct {
				Version int64 `bson:"v"`
			}
			err := db.Collection("postings").FindOne(ctx, bson.D{{Key: "_id", Value: "\x02"}}).Decode(&doc)
			number = doc.Version
			return err
		})
		return number
	}
	files.inPool(t, forgetAnalysis)
	marking := newGate(func(e *event.CommandStartedEvent) bool { return marked(e) > 0 })
	openIndex(t, ix.database, ix.telegram, onePool, func(o *testOptions) { o.ReindexFiles = 7 }, marking.install)
	<-marking.reached // the start of a process changes the version before
	before := version()
	close(marking.open)
	eventually(t, "no file waits", func() bool { return files.check(t, quickCheck).Waiting == 0 })
	if version() != before {
		t.Error("the version of the index has changed")
	}
}

// TestReindex_AnEditMeanwhileIsNotLost edits a file of an older version before the bot comes to it.
func TestReindex_AnEditMeanwhileIsNotLost(t *testing.T) {
	t.Parallel()
	ix, _ := town(t)
	ix.stopRun()
	openDatabases(t, ix.database).makeOlder(t)
	noting := newGate(notes)
	bot := openIndex(t, ix.database, ix.telegram, onePool, noting.install)
	<-noting.reached // the bot has read the files, and is about to write
	edited := post(5, "Quiet Village.mkv")
	bot.telegram.putPost(edited)
	bot.Edit(edited)
	close(noting.open)
	if err := bot.WaitStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no file waits", func() bool { return bot.check(t, quickCheck).Waiting == 0 })
	if got := bot.check(t, quickCheck); got.Wrong() != 0 || got.Files != 20 {
		t.Errorf("%+v", got)
	}
	if got := bot.foundNames(t, "quiet village"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
}
