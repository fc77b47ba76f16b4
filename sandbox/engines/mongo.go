package engines

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"
)

func (e *Engines) startMongo(ctx context.Context, opts Options) error {
	pools := opts.MongoPools
	if named := splitList(os.Getenv("MONGO_URIS")); len(named) > 0 {
		return e.mongoNamed(ctx, pools, named)
	}
	kind, err := mongoServer(ctx, opts.Quick)
	if err != nil {
		return err
	}
	e.MongoServer = kind.name
	e.mongo, e.MongoURIs = make([]control, pools), make([]string, pools)
	group, gctx := errgroup.WithContext(ctx)
	for i := range pools {
		dir := filepath.Join(e.dir, "mongo"+strconv.Itoa(i))
		if err := privateDir(dir, nil); err != nil {
			return err
		}
		own := &server{name: "mongo", dir: dir, ping: func(ctx context.Context) error { return pingMongo(ctx, e.MongoURIs[i]) }}
		own.listen = func(port int) {
			e.MongoURIs[i] = fmt.Sprintf("mongodb://127.0.0.1:%d/pavilion?directConnection=true", port)
			own.argv = kind.argv(dir, port)
		}
		e.mongo[i] = own
		group.Go(func() error { return own.startOnPort(gctx, opts.pickPort) })
	}
	return group.Wait()
}

// mongoNamed gives every pool its own database on the servers that the environment names, several on one server if necessary.
func (e *Engines) mongoNamed(ctx context.Context, pools int, named []string) error {
	e.MongoServer = "MONGO_URIS"
	run := "pavilion_" + strings.ToLower(rand.Text()[:8])
	for i := range pools {
		u, err := url.Parse(named[i%len(named)])
		if err != nil {
			return errors.New("MONGO_URIS: not a list of mongodb:// URIs") // the parse error would print the password
		}
		database := run + "_" + strconv.Itoa(i)
		query := u.Query()
		if u.User != nil && !query.Has("authSource") { // the driver takes the path as the default
			query.Set("authSource", cmp.Or(strings.Trim(u.Path, "/"), "admin"))
			u.RawQuery = query.Encode()
		}
		u.Path = "/" + database
		uri := u.String()
		through, server, err := standInFront(ctx, u, "27017", "mongodb")
		if err != nil {
			return err
		}
		if through != u { // discovery would connect to the server's own address, past the relay
			query.Set("directConnection", "true")
			through.RawQuery = query.Encode()
		}
		e.mongo, e.MongoURIs = append(e.mongo, server), append(e.MongoURIs, through.String())
		e.atEnd(func() error {
			client, err := mongo.Connect(options.Client().ApplyURI(uri))
			if err != nil {
				return fmt.Errorf("drop test database: %w", err)
			}
			ctx := context.Background()
			return errors.Join(client.Database(database).Drop(ctx), client.Disconnect(ctx))
		})
	}
	return nil
}

func pingMongo(ctx context.Context, uri string) error {
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer client.Disconnect(context.WithoutCancel(ctx)) //nolint:errcheck // a probe
	return client.Ping(ctx, nil)
}
