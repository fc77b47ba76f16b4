package groups

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/storage"
)

const (
	groupAge    = 5 * time.Second // how old a Group of Get may be
	glanceAge   = time.Minute     // how old a Group of Glance may be
	groupCall   = 2 * time.Second
	knownAtOnce = 2000 // groups in memory
)

// Options configure Groups.
type Options struct {
	DB     *pgxpool.Pool
	Logger *slog.Logger
	Now    func() time.Time
}

// Groups reads and changes what is stored about groups.
type Groups struct {
	db     *pgxpool.Pool
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	known   *lru.Cache[filter.ChatID, knownGroup]
	club    *matcher  // the club's filters
	changed time.Time // everything that was read before is out of date
}

// Group is the state of a group that its messages meet.
type Group struct {
	Settings Settings
	own      *matcher
	club     *matcher // nil if the group opted out
}

type knownGroup struct {
	group   *Group
	read    time.Time // when the read of group began; zero for the defaults
	asked   time.Time // when the last read began, or failed
	changed time.Time // what was read before is out of date
}

// New makes Groups.
func New(o Options) (*Groups, error) {
	known, err := lru.New[filter.ChatID, knownGroup](knownAtOnce)
	if err != nil {
		return nil, err
	}
	return &Groups{db: o.DB, logger: o.Logger.With("component", "groups"), now: o.Now, known: known}, nil
}

// Get returns a group's state, at most groupAge old. If Postgres does not answer it returns the last known state, or the defaults.
func (g *Groups) Get(ctx context.Context, chat filter.ChatID) *Group {
	start := g.now()
	g.mu.Lock()
	old, _ := g.known.Get(chat)
	isFresh := old.group != nil && start.Sub(old.asked) < groupAge && g.isCurrent(old, old.asked)
	g.mu.Unlock()
	if isFresh {
		return old.group
	}
	ctx, cancel := context.WithTimeout(ctx, groupCall)
	defer cancel()
	read, err := g.readGroup(ctx, chat, old.group)
	g.mu.Lock()
	defer g.mu.Unlock()
	k, _ := g.known.Get(chat) // forget may have changed it meanwhile
	switch {
	case err == nil:
		k.group, k.read, k.asked = read, start, start
	case k.group == nil:
		k.group = &Group{Settings: Default(), own: newMatcher(0, nil)}
		fallthrough
	default:
		k.asked = g.now()
		g.logger.LogAttrs(ctx, slog.LevelDebug, "a group's settings cannot be read; the last known ones are used", slog.Any("error", err))
	}
	g.known.Add(chat, k)
	return k.group
}

// readGroup reads a group. It compiles the filters only if their version is not that of the old state.
func (g *Groups) readGroup(ctx context.Context, chat filter.ChatID, old *Group) (*Group, error) {
	row, err := g.selectGroup(ctx, chat)
	if err != nil {
		return nil, err
	}
	settings, err := decodeSettings(row.settings)
	if err != nil {
		return nil, err
	}
	fresh := &Group{Settings: settings}
	var own, club *matcher
	if old != nil {
		own = old.own
	}
	if fresh.own, err = g.matcherOf(ctx, chat, row.ownVersion, own); err != nil || !settings.ClubFilters {
		return fresh, err
	}
	g.mu.Lock()
	club = g.club
	g.mu.Unlock()
	if fresh.club, err = g.matcherOf(ctx, Club, row.clubVersion, club); err != nil {
		return nil, err
	}
	g.mu.Lock()
	g.club = fresh.club
	g.mu.Unlock()
	return fresh, nil
}

// matcherOf returns the matcher of a version of a chat's filters: the known one or a new one.
func (g *Groups) matcherOf(ctx context.Context, chat filter.ChatID, version int64, known *matcher) (*matcher, error) {
	if known != nil && known.version == version {
		return known, nil
	}
	if version == 0 {
		return newMatcher(0, nil), nil
	}
	words, err := selectFilterWords(ctx, g.db, chat)
	if err != nil {
		return nil, err
	}
	return newMatcher(version, words), nil
}

// isCurrent tells whether no change came after a time. g.mu is held.
func (g *Groups) isCurrent(k knownGroup, at time.Time) bool {
	return at.After(k.changed) && at.After(g.changed)
}

// Glance returns what memory has of a group, for the update handler, which may not wait. It returns false if that is too old to decide by.
func (g *Groups) Glance(chat filter.ChatID) (*Group, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	k, ok := g.known.Get(chat)
	return k.group, ok && g.now().Sub(k.read) < glanceAge && g.isCurrent(k, k.read)
}

func (g *Groups) forget(chat filter.ChatID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	k, _ := g.known.Get(chat)
	k.changed = g.now()
	g.known.Add(chat, k)
}

func (g *Groups) forgetAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.changed = g.now()
}

// Read returns a group's stored settings and their version, 0 if nothing is stored.
func (g *Groups) Read(ctx context.Context, chat filter.ChatID) (Settings, int64, error) {
	s, version, err := selectSettings(ctx, g.db, chat, false)
	if err != nil {
		return s, 0, fmt.Errorf("settings of group %d: %w", chat, err)
	}
	return s, version, nil
}

// Update applies change to a group's settings. It locks the row, so that changes to different settings do not undo each other.
func (g *Groups) Update(ctx context.Context, chat filter.ChatID, by int64, change func(*Settings) error) (Settings, error) {
	var s Settings
	err := storage.InTx(ctx, g.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := insertDefaults(ctx, tx, chat); err != nil {
			return err
		}
		var err error
		if s, _, err = selectSettings(ctx, tx, chat, true); err != nil {
			return err
		}
		if err := change(&s); err != nil {
			return err
		}
		if err := s.Check(); err != nil {
			return err
		}
		return updateSettings(ctx, tx, chat, by, s)
	})
	if err != nil {
		return s, fmt.Errorf("settings of group %d: %w", chat, err)
	}
	g.forget(chat)
	return s, nil
}

// Move gives everything of a group to the supergroup that replaced it. Settings that an admin of the supergroup changed stay. A repeated call does no harm.
func (g *Groups) Move(ctx context.Context, from, to filter.ChatID) error {
	err := storage.InTx(ctx, g.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := moveSettings(ctx, tx, from, to); err != nil {
			return err
		}
		if err := moveFilters(ctx, tx, from, to); err != nil {
			return err
		}
		return moveConnections(ctx, tx, from, to)
	})
	if err != nil {
		return fmt.Errorf("move group %d to %d: %w", from, to, err)
	}
	g.forget(from)
	g.forget(to)
	return nil
}
