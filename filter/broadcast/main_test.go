package broadcast_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.uber.org/goleak"

	"pavilion/filter"
	"pavilion/filter/broadcast"
	"pavilion/filter/groups"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

var (
	shared    *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	databases atomic.Int32     //nolint:gochecknoglobals // numbers the tests' databases
)

func TestMain(m *testing.M) {
	var err error
	if shared, err = engines.Start(context.Background(), engines.Options{Postgres: true, MongoPools: 2}); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := errors.Join(shared.Close(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

const (
	author   = filter.UserID(1)
	maxSpeed = 1000
)

// scene is a service with a runner, over databases of its own.
type scene struct {
	*broadcast.Service
	t        *testing.T
	db       *pgxpool.Pool
	pools    *storage.Pools
	premium  map[filter.UserID]bool
	booked   map[filter.UserID]string // the day of each person's booking
	roster   *groups.Roster
	telegram *fakeTelegram
	admin    atomic.Bool
	now      atomic.Pointer[time.Time]
	audience *audience
}

// audience reads people as the bot does, except from pools that are cut off.
type audience struct {
	*filter.Audience
	cut atomic.Pointer[string] // the pool that does not answer
}

func (a *audience) People(ctx context.Context, pool string, after filter.UserID, most int) ([]filter.AudiencePerson, error) {
	if cut := a.cut.Load(); cut != nil && *cut == pool {
		return nil, errors.New("no answer")
	}
	return a.Audience.People(ctx, pool, after, most)
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, telegram: newFakeTelegram(), premium: map[filter.UserID]bool{}, booked: map[filter.UserID]string{}}
	s.admin.Store(true)
	name := fmt.Sprintf("broadcast_%d", databases.Add(1))
	s.db = postgres(t, name)
	var opts []storage.PoolOptions
	for i, uri := range shared.MongoURIs {
		opts = append(opts, storage.PoolOptions{Name: fmt.Sprintf("pool%d", i+1), URI: secret.New(uri), Database: fmt.Sprintf("%s_%d", name, i)})
	}
	var err error
	if s.pools, err = storage.OpenPools(storage.PoolsOptions{Pools: opts, Timeout: time.Minute, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = s.pools.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	if s.roster, err = groups.NewRoster(s.db); err != nil {
		t.Fatal(err)
	}
	s.audience = &audience{Audience: filter.NewAudience(s.pools, s.clock)}
	s.Service = broadcast.New(broadcast.Options{
		DB: s.db, Audience: s.audience, Groups: rosterGroups{s.roster}, MaxSpeed: maxSpeed, Zone: time.UTC, Now: s.clock,
		Booked: func(_ context.Context, people []filter.UserID, from, to string) (map[filter.UserID]bool, error) {
			found := map[filter.UserID]bool{}
			for _, id := range people {
				found[id] = s.booked[id] != "" && from <= s.booked[id] && s.booked[id] <= to
			}
			return found, nil
		},
		Premium: func(context.Context, []filter.UserID) (map[filter.UserID]bool, error) { return s.premium, nil },
	})
	return s
}

// rosterGroups reads a roster as package bot does.
type rosterGroups struct{ *groups.Roster }

func (r rosterGroups) Recipients(ctx context.Context, after broadcast.RecipientID, most int) (list []broadcast.Recipient, err error) {
	members, err := r.Members(ctx, groups.Number(after), most)
	for _, m := range members {
		list = append(list, broadcast.Recipient{ID: broadcast.RecipientID(m.Number), Blocked: m.Refused, OptedOut: !m.Broadcasts})
	}
	return list, err
}

func (r rosterGroups) Disable(ctx context.Context, group broadcast.RecipientID, reason string) error {
	return r.Refuse(ctx, groups.Number(group), reason)
}

func (s *scene) clock() time.Time {
	if at := s.now.Load(); at != nil {
		return *at
	}
	return time.Now()
}

func postgres(t *testing.T, name string) *pgxpool.Pool {
	t.Helper()
	address, err := shared.Database(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(address)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return db
}

// people adds documents to a pool's audience.
func (s *scene) people(pool int, docs ...bson.D) {
	s.t.Helper()
	err := s.pools.All()[pool].Do(s.t.Context(), "add people", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection("users").InsertMany(ctx, docs)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// numbered are people with the ids from first to last.
func numbered(first, last int64) (docs []bson.D) {
	for id := first; id <= last; id++ {
		docs = append(docs, bson.D{{Key: "_id", Value: id}, {Key: "s", Value: time.Now().Unix()}, {Key: "l", Value: "en"}})
	}
	return docs
}

// confirmed is a broadcast that is due.
func (s *scene) confirmed(segment broadcast.Segment) broadcast.Broadcast {
	s.t.Helper()
	b := s.must(s.Create(s.t.Context(), author, "en", broadcast.Content{Text: "hello", Source: []int{7}}))
	b = s.must(s.Change(s.t.Context(), b, func(b *broadcast.Broadcast) { b.Plan.Segment = segment }))
	b = s.must(s.MarkPreviewed(s.t.Context(), b))
	return s.must(s.Confirm(s.t.Context(), b, s.clock()))
}

func (s *scene) must(b broadcast.Broadcast, err error) broadcast.Broadcast {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// run starts a runner; stop ends it.
func (s *scene) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	r := broadcast.NewRunner(s.Service, s.telegram, s.telegram, func(filter.UserID) bool { return s.admin.Load() }, slog.New(slog.DiscardHandler))
	var running sync.WaitGroup
	running.Go(func() { r.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	s.t.Cleanup(stop)
	return stop
}

// await waits until a broadcast fulfils a condition.
func (s *scene) await(id broadcast.ID, what string, is func(b broadcast.Broadcast) bool) broadcast.Broadcast {
	s.t.Helper()
	var b broadcast.Broadcast
	s.until(what, func() bool {
		b = s.must(s.Get(s.t.Context(), id))
		return is(b)
	}, func() any { return b })
	return b
}

// until waits for rows that the runner writes. state describes what is there instead when the wait fails.
func (s *scene) until(what string, ok func() bool, state func() any) {
	s.t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: %+v", what, state())
		}
		time.Sleep(20 * time.Millisecond) // Postgres sends no signal about a row
	}
}

func (s *scene) awaitState(id broadcast.ID, state broadcast.State) broadcast.Broadcast {
	s.t.Helper()
	return s.await(id, string(state), func(b broadcast.Broadcast) bool { return b.State == state })
}

// fakeTelegram is the other end of the runner's sends. Like Telegram, it makes one message of repeated sends.
type fakeTelegram struct {
	arrived   atomic.Int64 // sends so far, with those that wait for mu
	mu        sync.Mutex
	got       map[broadcast.RecipientID][]broadcast.ID
	order     []broadcast.RecipientID // in which they got a message
	answers   map[broadcast.RecipientID]broadcast.Outcome
	waits     map[broadcast.RecipientID]time.Duration // before the first message
	refuses   bool                                    // the content, until it is refreshed
	refreshes int
	stale     bool // a refresh does not help
	gate      func(n int)
	hangs     broadcast.RecipientID // the send to this person has no answer
	sends     int
	affords   int // paid messages; more are refused
	paid      int
	edited    map[int]string
	deleted   []int
	groups    []broadcast.RecipientID // of deletions
	deletion  broadcast.Outcome
	waiting   broadcast.RecipientID // deletions in this group, and edits for this person, must wait an hour
	immortal  int                   // a message that cannot be deleted
	tried     chan struct{}         // hears of a deletion
	pin       func(ctx context.Context, to broadcast.RecipientID, message int) error
}

func newFakeTelegram() *fakeTelegram {
	return &fakeTelegram{affords: 1 << 30, got: map[broadcast.RecipientID][]broadcast.ID{}, answers: map[broadcast.RecipientID]broadcast.Outcome{}, waits: map[broadcast.RecipientID]time.Duration{}, edited: map[int]string{}}
}

func (f *fakeTelegram) Send(ctx context.Context, b broadcast.Broadcast, to broadcast.Recipient) broadcast.Outcome {
	if to.ID == f.hangs {
		<-ctx.Done()
		return broadcast.Outcome{Class: broadcast.Passing}
	}
	f.arrived.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sends++
	if f.gate != nil {
		f.gate(f.sends)
	}
	if b.Plan.Paid {
		if f.paid == f.affords {
			return broadcast.Outcome{Class: broadcast.Unpaid, Name: "BALANCE_TOO_LOW"}
		}
		f.paid++
	}
	if f.refuses {
		return broadcast.Outcome{Class: broadcast.Unsendable, Name: "FILE_REFERENCE_EXPIRED"}
	}
	if out, ok := f.answers[to.ID]; ok {
		return out
	}
	if wait := f.waits[to.ID]; wait > 0 {
		delete(f.waits, to.ID)
		return broadcast.Outcome{Class: broadcast.MustWait, Wait: wait}
	}
	if !slices.Contains(f.got[to.ID], b.ID) {
		f.order = append(f.order, to.ID)
		f.got[to.ID] = append(f.got[to.ID], b.ID)
	}
	return broadcast.Outcome{Class: broadcast.Sent, Messages: []int{int(to.ID), 1_000_000 + int(to.ID)}} // a file and its buttons
}

func (f *fakeTelegram) Refresh(_ context.Context, b broadcast.Broadcast, _ []int) (broadcast.Content, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refreshes++
	f.refuses = f.stale
	return b.Content, nil
}

func (f *fakeTelegram) Edit(_ context.Context, b broadcast.Broadcast, to broadcast.RecipientID, messages []int) broadcast.Outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting != 0 && to == f.waiting {
		return broadcast.Outcome{Class: broadcast.MustWait, Name: "FLOOD_WAIT", Wait: time.Hour}
	}
	f.edited[messages[0]] = b.Content.Text
	return broadcast.Outcome{Class: broadcast.Sent}
}

func (f *fakeTelegram) Pin(ctx context.Context, _ broadcast.Broadcast, to broadcast.RecipientID, message int) error {
	return f.pin(ctx, to, message)
}

func (f *fakeTelegram) Delete(_ context.Context, group broadcast.RecipientID, messages []int) broadcast.Outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(messages) > 100 {
		return broadcast.Outcome{Class: broadcast.Refused, Name: "LIMIT_INVALID"}
	}
	if group != 0 {
		f.groups = append(f.groups, group)
	}
	if f.tried != nil {
		select {
		case f.tried <- struct{}{}:
		default:
		}
	}
	switch {
	case f.deletion.Class != broadcast.Sent:
		return f.deletion
	case f.waiting != 0 && group == f.waiting:
		return broadcast.Outcome{Class: broadcast.MustWait, Name: "SLOWMODE_WAIT", Wait: time.Hour}
	case f.immortal != 0 && slices.Contains(messages, f.immortal):
		return broadcast.Outcome{Class: broadcast.Refused, Name: "MESSAGE_DELETE_FORBIDDEN"}
	}
	f.deleted = append(f.deleted, messages...)
	return broadcast.Outcome{Class: broadcast.Sent}
}

// answerDeletions sets Telegram's answer to deletions; tried hears of the next ones.
func (f *fakeTelegram) answerDeletions(out broadcast.Outcome, tried chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deletion, f.tried = out, tried
}

func (f *fakeTelegram) reached(id broadcast.ID) (people []filter.UserID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for to, got := range f.got {
		if slices.Contains(got, id) {
			people = append(people, filter.UserID(to))
		}
	}
	slices.Sort(people)
	return people
}

func (f *fakeTelegram) sendCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sends
}

func (f *fakeTelegram) paidCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.paid
}

func (f *fakeTelegram) refreshCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refreshes
}

// edit returns the number of edited messages and the text of one of them.
func (f *fakeTelegram) edit(message int) (n int, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.edited), f.edited[message]
}

func (f *fakeTelegram) deletedCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.deleted)
}
