package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"pavilion/sandbox/miniapp"
)

// Two processes share a database. After an answer of one of them a client never reads older data from the other: with Redis, with one that hangs, and
// without it. A slot has the same holder in both.
func TestNets_TwoProcessesAgree(t *testing.T) {
	t.Parallel()
	n := netsScene(t, "http", "Net 1", "Net 2")
	first := n.base
	addr := freeAddr(t)
	n.SetEnv("PAVILION_HTTP_ADDR", addr)
	n.base = "http://" + addr
	one := n.Bot // serve replaces it
	n.serve(t)
	t.Cleanup(func() {
		if err := one.Stop(); err != nil {
			t.Error(err)
		}
	})
	writer := n.open(t, person(1)) // of the second process
	n.base = first
	readers := []*miniapp.Client{n.open(t, person(2)), writer} // one of each
	day := n.club.Day(7)
	slot := miniapp.Slot(day, "10:00", "11:00", n.club.Nets[0])
	shown := func(when, want string) {
		t.Helper()
		for i, r := range readers {
			if got := n.cells(t, r, day)["T10:00"]; got != want {
				t.Errorf("%s, process %d shows %q, want %s", when, i+1, got, want)
			}
		}
	}
	rounds := func(what string, count int) {
		t.Helper()
		for i := range count {
			id := n.book(t, writer, slot, false)
			shown(what+": held", "held")
			path := n.club.Path("/bookings/%d/", id)
			for _, step := range [][2]string{{"confirm", "taken"}, {"cancel", "free"}} {
				if a := act(t, writer, path+step[0], fmt.Sprintf("%s %s %d", what, step[0], i), nil); a.Status != http.StatusOK {
					t.Fatalf("%s: %d %s", step[0], a.Status, a.Body)
				}
				shown(what+": "+step[0], step[1])
			}
		}
	}
	rounds("with Redis", 20)
	if err := n.Engines.PauseRedis(); err != nil {
		t.Fatal(err)
	}
	rounds("while Redis hangs", 3)
	if err := n.Engines.ResumeRedis(); err != nil {
		t.Fatal(err)
	}
	rounds("as it comes back", 5)
	n.Engines.StopRedis()
	rounds("without Redis", 5)

	var held sync.Map
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			a, err := readers[i%2].Send(t.Context(), http.MethodPost, n.club.Path("/holds"), fmt.Sprintf("race %d", i), slot)
			if err != nil || a.Status != http.StatusCreated && a.Problem() != "slot-taken" {
				t.Errorf("%d %s %v", a.Status, a.Body, err)
			} else if a.Status == http.StatusCreated {
				held.Store(i, true)
			}
		})
	}
	all.Wait()
	winners := 0
	held.Range(func(any, any) bool { winners++; return true })
	if winners != 1 {
		t.Errorf("%d hold the slot", winners)
	}

	// A third process, of an older release than the schema, does not serve.
	if _, err := n.db.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`); err != nil {
		t.Fatal(err)
	}
	if out, err := n.Run(t.Context(), "serve"); err == nil || !strings.Contains(out, "the schema is newer than this program") {
		t.Errorf("on a schema from the future: %v\n%s", err, out)
	}
}
