package filter

import (
	"log/slog"
	"testing"
	"time"

	"pavilion/internal/secret"
	"pavilion/storage"
)

// A read of the version that began before a write of this process may return the old version.
func TestVersion_AReadDuringAWriteIsNotTrusted(t *testing.T) {
	t.Parallel()
	pools, err := storage.OpenPools(storage.PoolsOptions{Pools: []storage.PoolOptions{{Name: "a", URI: secret.New("mongodb+srv://cluster.example.org/none")}}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	pool := pools.All()[0]
	s := NewSearcher(pools, nil, SearchOptions{TrustVersion: time.Minute})
	s.endVersionRead(pool, s.beginVersionRead(pool), 7)
	if v := s.trustedVersion(pool); v == nil || v.number != 7 {
		t.Fatalf("%v after a read", v)
	}
	read := s.beginVersionRead(pool)
	pool.NoteChange()
	s.endVersionRead(pool, read, 7)
	if v := s.trustedVersion(pool); v != nil {
		t.Errorf("%v after a read during a write", *v)
	}
}
