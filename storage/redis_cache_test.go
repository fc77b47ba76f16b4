package storage_test

import (
	"fmt"
	"log/slog"
	"testing"

	"pavilion/internal/secret"
	"pavilion/storage"
)

func TestRedisCache_OnlyTheEntriesOfItsPrefixAreCountedAndCleared(t *testing.T) {
	r, err := storage.OpenRedis(storage.RedisOptions{URL: secret.New(servers(t).RedisURL), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Client().Close() })
	for i := range 2500 {
		if err := r.Client().Set(t.Context(), fmt.Sprintf("cups[*]:%d", i), "", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Client().Set(t.Context(), "cups:other", "", 0).Err(); err != nil {
		t.Fatal(err)
	}
	cups := storage.Cache{Name: "cups", Prefix: "cups[*]:"}
	if n, complete, err := r.CountEntries(t.Context(), cups); n != 2500 || !complete || err != nil {
		t.Errorf("%d entries, complete %v, %v", n, complete, err)
	}
	if err := r.ClearEntries(t.Context(), cups); err != nil {
		t.Fatal(err)
	}
	if n, _, err := r.CountEntries(t.Context(), cups); n != 0 || err != nil {
		t.Errorf("%d entries are left, %v", n, err)
	}
	if n := r.Client().Exists(t.Context(), "cups:other").Val(); n != 1 {
		t.Error("an entry of another kind was deleted")
	}
}
