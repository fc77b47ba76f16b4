package access

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// Errors of bans.
var (
	// ErrBanAdmin refuses the ban of an admin.
	ErrBanAdmin = fault.New(fault.Forbidden, "ban_admin")
	// ErrBanReason reports a reason that is too long.
	ErrBanReason = fault.New(fault.Invalid, "ban_reason")
	// ErrNotBanned reports a person without a ban.
	ErrNotBanned = fault.New(fault.NotFound, "not_banned")
)

// Ban shuts a person out of the archive.
type Ban struct {
	Person filter.UserID
	Reason string    // may be empty
	Until  time.Time // zero: for ever
	By     filter.UserID
	At     time.Time
}

func (b Ban) endedAt(now time.Time) bool { return !b.Until.IsZero() && !now.Before(b.Until) }

const (
	// MaxReason is the length of a ban's reason in characters.
	MaxReason = 300
	// MaxBanHours bounds the length of a ban by a button or over HTTP.
	MaxBanHours = 24 * 366
	banAge      = 5 * time.Second // how old a known ban may be while Postgres answers
	knownBans   = 65_536          // persons whose bans are kept in memory
)

// Bans are the bans of all persons. The last answers of Postgres are kept in memory and apply while it does not answer.
type Bans struct {
	rows  banStore
	db    *postgres
	opts  BansOptions
	known *lru.Cache[filter.UserID, knownBan]
}

// knownBan is the last answer about a person.
type knownBan struct {
	ban    Ban
	banned bool
	told   bool // the person has been told by this process, or before
	fresh  time.Time
}

// BansOptions configure Bans.
type BansOptions struct {
	IsAdmin func(person filter.UserID) bool
	Logger  *slog.Logger
	Now     func() time.Time
}

// NewBans makes Bans.
func NewBans(db *pgxpool.Pool, o BansOptions) (*Bans, error) {
	known, err := lru.New[filter.UserID, knownBan](knownBans)
	if err != nil {
		return nil, err
	}
	o.Logger = o.Logger.With("component", "bans")
	return &Bans{rows: banStore{db}, db: newPostgres("bans"), opts: o, known: known}, nil
}

// Of returns the ban of a person; false without one. It returns the last known answer if Postgres does not answer.
func (b *Bans) Of(ctx context.Context, person filter.UserID) (Ban, bool) {
	if b.opts.IsAdmin(person) {
		return Ban{}, false
	}
	k := b.lookUp(ctx, person)
	return k.ban, k.banned && !k.ban.endedAt(b.opts.Now())
}

func (b *Bans) lookUp(ctx context.Context, person filter.UserID) knownBan {
	k, _ := b.known.Get(person)
	now := b.opts.Now()
	if now.Before(k.fresh) {
		return k
	}
	read := knownBan{fresh: now.Add(banAge)}
	err := b.db.call(ctx, func(ctx context.Context) (err error) {
		read.ban, read.told, read.banned, err = b.rows.selectBan(ctx, person)
		return err
	})
	if err != nil {
		if !isDown(err) {
			b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "the last known bans apply", slog.Any("error", err))
		}
		return k
	}
	read.told = read.told || k.told && k.ban.At.Equal(read.ban.At)
	b.known.Add(person, read)
	return read
}

// Tell reports whether a banned person still has to be told, and notes that they are told now.
func (b *Bans) Tell(ctx context.Context, ban Ban) bool {
	k, _ := b.known.Get(ban.Person)
	if k.told {
		return false
	}
	first := true
	err := b.db.call(ctx, func(ctx context.Context) (err error) {
		first, err = b.rows.markTold(ctx, ban.Person)
		return err
	})
	if err != nil && !isDown(err) {
		b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "that a banned person was told is known to this process only", slog.Any("error", err))
	}
	k.told = true
	b.known.Add(ban.Person, k)
	return err != nil || first
}

// Add bans a person for a time, or for ever where length is 0. It replaces an earlier ban. It refuses to ban an admin.
func (b *Bans) Add(ctx context.Context, person, by filter.UserID, length time.Duration, reason string) (Ban, error) {
	if b.opts.IsAdmin(person) {
		return Ban{}, ErrBanAdmin
	}
	reason = strings.Join(strings.FieldsFunc(reason, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if utf8.RuneCountInString(reason) > MaxReason || !utf8.ValidString(reason) {
		return Ban{}, ErrBanReason
	}
	ban, err := b.rows.insertBan(ctx, Ban{Person: person, Reason: reason, By: by}, length)
	if err == nil {
		b.known.Remove(person)
	}
	return ban, err
}

// Lift ends a person's ban. It returns ErrNotBanned without one.
func (b *Bans) Lift(ctx context.Context, person filter.UserID) error {
	found, err := b.rows.deleteBan(ctx, person)
	if err != nil {
		return err
	}
	b.known.Remove(person)
	if !found {
		return ErrNotBanned
	}
	return nil
}

// List returns the bans in force, the newest first: at most limit, after skipping some, and how many there are.
func (b *Bans) List(ctx context.Context, skip, limit int) (bans []Ban, total int, err error) {
	return b.rows.selectBans(ctx, skip, limit)
}
