package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// phase orders the collections of all pools: see the package comment. A thumb moves with its file, so it belongs to the same phase.
func phase(collection string) int {
	switch collection {
	case "files", "thumbs":
		return 1
	case "postings": // the lists of words
		return 2
	}
	return 0
}

const phases = 3

// exportPools writes every collection of every pool. It finishes a phase in all pools before the next phase begins. It reads the last pool first: a
// merge moves files to earlier pools only, so the export still meets them.
func exportPools(ctx context.Context, pools []*storage.Pool, dir string, progress func(string)) ([]Pool, error) {
	exported := make([]Pool, len(pools))
	for ph := range phases {
		for i, pool := range slices.Backward(pools) {
			folder := "pools/" + strconv.Itoa(i+1)
			exported[i].Name = pool.Name()
			if ph == 0 {
				if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(folder)), 0o700); err != nil {
					return nil, fmt.Errorf("backup: %w", err)
				}
			}
			names, err := collections(ctx, pool)
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				if phase(name) != ph {
					continue
				}
				c, err := exportCollection(ctx, pool, name, dir, folder+"/"+name+".bson.gz")
				if err != nil {
					return nil, err
				}
				exported[i].Collections = append(exported[i].Collections, c)
			}
			progress(fmt.Sprintf("%s: step %d of %d is done", pool.Name(), ph+1, phases))
		}
	}
	return exported, nil
}

// collections lists the collections of a pool without its identity, which belongs to one database only.
func collections(ctx context.Context, pool *storage.Pool) (names []string, err error) {
	err = pool.Do(ctx, "list collections", func(ctx context.Context, db *mongo.Database) error {
		all, err := db.ListCollectionNames(ctx, bson.D{})
		names = slices.DeleteFunc(all, func(name string) bool {
			return name == storage.IdentityCollection || strings.HasPrefix(name, "system.")
		})
		slices.Sort(names)
		return err
	})
	return names, err
}

// exportCollection writes the documents of a collection in the order of their ids. So it reads each document exactly once, unless the document is
// deleted meanwhile.
func exportCollection(ctx context.Context, pool *storage.Pool, name, dir, path string) (c Collection, err error) {
	c.Name = name
	f, err := create(filepath.Join(dir, filepath.FromSlash(path)))
	if err != nil {
		return c, err
	}
	packed := gzip.NewWriter(f)
	err = pool.Do(ctx, "export "+name, func(ctx context.Context, db *mongo.Database) error {
		found, err := db.Collection(name).Find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetBatchSize(documentsAtOnce))
		if err != nil {
			return err
		}
		defer found.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the cursor's own error counts
		for found.Next(ctx) {
			if _, err := packed.Write(found.Current); err != nil {
				return err
			}
			c.Documents++
		}
		return found.Err()
	})
	if err = errors.Join(err, packed.Close(), f.Sync(), f.Close()); err != nil {
		return c, fmt.Errorf("export %s: %w", name, err)
	}
	c.File, err = sumFile(dir, path)
	return c, err
}

// checkPoolsEmpty returns an error unless the pools have no documents.
func checkPoolsEmpty(ctx context.Context, pools []*storage.Pool) error {
	for _, pool := range pools {
		names, err := collections(ctx, pool)
		if err != nil {
			return err
		}
		for _, name := range names {
			err := pool.Do(ctx, "look into "+name, func(ctx context.Context, db *mongo.Database) error {
				return db.Collection(name).FindOne(ctx, bson.D{}, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
			})
			switch {
			case err == nil:
				return fmt.Errorf("PAVILION_MONGO_URIS, %s: %w", pool.Name(), errNotEmpty)
			case !errors.Is(err, mongo.ErrNoDocuments):
				return err
			}
		}
	}
	return nil
}

const (
	documentsAtOnce = 1000
	bytesAtOnce     = 8 << 20
	longestDocument = 48 << 20 // MongoDB's own limit is 16 MB
)

// importCollection inserts the documents of a file.
func importCollection(ctx context.Context, pool *storage.Pool, dir string, c Collection) error {
	insert := func(batch []any) error {
		return pool.Do(ctx, "import "+c.Name, func(ctx context.Context, db *mongo.Database) error {
			_, err := db.Collection(c.Name).InsertMany(ctx, batch, options.InsertMany().SetOrdered(false))
			return err
		})
	}
	var batch []any
	size := 0
	n, err := eachDocument(dir, c.Path, func(doc bson.Raw) error {
		if len(batch) == documentsAtOnce || size > bytesAtOnce {
			if err := insert(batch); err != nil {
				return err
			}
			batch, size = nil, 0
		}
		batch, size = append(batch, doc), size+len(doc)
		return nil
	})
	if err == nil && len(batch) > 0 {
		err = insert(batch)
	}
	if err == nil && n != c.Documents {
		err = fmt.Errorf("%w: it has %d documents, and the manifest says %d", ErrDamaged, n, c.Documents)
	}
	if err != nil {
		return fmt.Errorf("import %s: %w", c.Path, err)
	}
	return nil
}

// eachDocument reads the documents of a file.
func eachDocument(dir, path string, fn func(doc bson.Raw) error) (n int64, err error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(path))) //nolint:gosec // below the folder that the operator names
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	in := bufio.NewReader(unpacked)
	for ; ; n++ {
		var head [4]byte
		if _, err := io.ReadFull(in, head[:]); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		size := binary.LittleEndian.Uint32(head[:])
		if size < uint32(len(head)) || size > longestDocument {
			return n, ErrDamaged
		}
		doc := make(bson.Raw, size)
		copy(doc, head[:])
		if _, err := io.ReadFull(in, doc[len(head):]); err != nil {
			return n, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if err := doc.Validate(); err != nil {
			return n, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if err := fn(doc); err != nil {
			return n, err
		}
	}
}
