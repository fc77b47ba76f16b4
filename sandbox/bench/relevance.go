package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"pavilion/internal/secret"
	"pavilion/sandbox/bench/relevance"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// relevancePools is the number of databases that the files are spread over.
const relevancePools = 2

// runRelevance measures whether people find what they mean. BENCH_VERBOSE=1 also prints the queries that miss.
func runRelevance(ctx context.Context, out io.Writer) (err error) {
	servers, err := engines.Start(ctx, engines.Options{MongoPools: relevancePools})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	var pools []storage.PoolOptions
	for i, uri := range servers.MongoURIs {
		u, err := url.Parse(uri)
		if err != nil {
			return errURI
		}
		name := cmp.Or(strings.Trim(u.Path, "/"), fmt.Sprintf("relevance_%d", i))
		pools = append(pools, storage.PoolOptions{Name: fmt.Sprintf("pool%d", i), URI: secret.New(uri), Database: name})
	}
	return relevance.Measure(ctx, pools, out, os.Getenv("BENCH_VERBOSE") != "")
}
