package web

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"pavilion/internal/fault"
	"pavilion/internal/quiet"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// UserID is a Telegram user id.
type UserID int64

// SessionID names a session: all tokens that descend from one sign-in on one device.
type SessionID int64

// User is the signed-in person of a request. Rights are not part of it: each feature decides them by the id.
type User struct {
	ID      UserID
	Session SessionID
}

// Tokens are a client's credentials: access for the calls, refresh for the next access.
type Tokens struct {
	Access    secret.String
	ExpiresIn time.Duration // of access
	Refresh   secret.String
}

// Proof is verified initData: the person who opened the Mini App.
type Proof struct {
	User     UserID
	IssuedAt time.Time // Telegram's clock
	Digest   [sha256.Size]byte
}

// Errors of sessions.
var (
	ErrSignIn          = fault.New(fault.Unauthenticated, "sign_in_required")
	ErrInitDataStale   = fault.New(fault.Unauthenticated, "init_data_stale") // too old, or used
	ErrRefreshReplayed = fault.New(fault.Unauthenticated, "session_revoked")
)

// SessionOptions configure sessions.
type SessionOptions struct {
	AccessFor    time.Duration // lifetime of an access token; 10 min where 0
	RefreshIdle  time.Duration // an unused refresh token expires after it; 30 days where 0
	SessionFor   time.Duration // lifetime of a session, however often it is refreshed; 90 days where 0
	Grace        time.Duration // in which one client may repeat an exchange; 10 s where 0
	ProofMaxAge  time.Duration // 1 h where 0
	CacheFor     time.Duration // how long a checked access token is believed without a query; 15 s where 0
	CacheEntries int           // 10,000 where 0
	ConnWait     time.Duration // for a free connection; 1 s where 0
	ReopenQueue  string        // the queue for the jobs that send fresh buttons; empty: there is no Mini App to reopen
	Logger       *slog.Logger
	Now          func() time.Time // ages the cache only; the database's clock decides everything else
}

// Sessions sign people in and out. Access tokens are opaque random values: they hold nothing to forge and need no shared key. A revoked
// session's access tokens work for at most CacheFor. Refresh tokens rotate. A second use ends the session, because thief and owner look alike.
type Sessions struct {
	db    storage.BoundedPool
	opts  SessionOptions
	jobs  *river.Client[pgx.Tx] // inserts only
	cache *lru.Cache[digest, cachedUser]
}

// digest is the SHA-256 of a token; the tokens themselves are not stored.
type digest [sha256.Size]byte

// cachedUser is the owner of an access token that Postgres confirmed.
type cachedUser struct {
	user  User
	until time.Time
}

const (
	accessPrefix  = "pva_" // lets scanners for leaked secrets recognise the tokens
	refreshPrefix = "pvr_"
	// proofAhead is how far Telegram's clock may be ahead of the database's.
	proofAhead = time.Minute
)

// NewSessions prepares sessions over a database.
func NewSessions(db *pgxpool.Pool, o SessionOptions) (*Sessions, error) {
	day := 24 * time.Hour
	o.AccessFor, o.RefreshIdle, o.SessionFor = cmp.Or(o.AccessFor, 10*time.Minute), cmp.Or(o.RefreshIdle, 30*day), cmp.Or(o.SessionFor, 90*day)
	o.Grace, o.ProofMaxAge = cmp.Or(o.Grace, 10*time.Second), cmp.Or(o.ProofMaxAge, time.Hour)
	o.CacheFor, o.CacheEntries = cmp.Or(o.CacheFor, 15*time.Second), cmp.Or(o.CacheEntries, 10_000)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Logger = o.Logger.With("component", "sessions")
	cache, err := lru.New[digest, cachedUser](o.CacheEntries)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	jobs, err := river.NewClient(riverpgxv5.New(db), &river.Config{Logger: quiet.Logger(o.Logger)})
	if err != nil {
		return nil, fmt.Errorf("sessions: job queue: %w", err)
	}
	return &Sessions{jobs: jobs, db: storage.NewBoundedPool(db, cmp.Or(o.ConnWait, time.Second)), opts: o, cache: cache}, nil
}

// Open exchanges a proof for a session. A proof works once and while it is fresh; the same client may repeat the exchange within the grace, for a reply
// it lost. A proof that is stale or used works with the code of a reopening.
func (s *Sessions) Open(ctx context.Context, p Proof, client string, code secret.String) (Tokens, error) {
	clientHash := digest(sha256.Sum256([]byte(client)))
	refresh, access := newToken(refreshPrefix), newToken(accessPrefix)
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.checkProof(ctx, tx, p, clientHash, code); err != nil {
			return err
		}
		id, err := insertSession(ctx, tx, p.User, clientHash, s.opts.SessionFor)
		if err != nil {
			return err
		}
		if err := insertRefresh(ctx, tx, id, tokenHash(refresh), s.opts.RefreshIdle); err != nil {
			return err
		}
		return insertAccess(ctx, tx, id, tokenHash(access), s.opts.AccessFor)
	})
	if err != nil {
		return Tokens{}, fmt.Errorf("open session: %w", err)
	}
	return s.newTokens(access, refresh), nil
}

// checkProof uses a fresh proof. A code stands in where the proof is stale or used. A client may repeat an old code beside fresh data.
func (s *Sessions) checkProof(ctx context.Context, tx pgx.Tx, p Proof, client digest, code secret.String) error {
	now, err := databaseClock(ctx, tx)
	if err != nil {
		return err
	}
	since, err := incarnationSince(ctx, tx)
	if err != nil {
		return err
	}
	if age := now.Sub(p.IssuedAt); age <= s.opts.ProofMaxAge && age >= -proofAhead && !p.IssuedAt.Before(since) {
		if unused, err := useProof(ctx, tx, p.Digest, client, s.opts.Grace); unused || err != nil {
			return err
		}
	}
	if code.Empty() {
		return ErrInitDataStale
	}
	return s.useReopening(ctx, tx, p, code, client, now, since)
}

// Refresh exchanges a refresh token for its successor and a new access token. Two simultaneous exchanges by one client both get the same
// successor; any other second use ends the session.
func (s *Sessions) Refresh(ctx context.Context, refresh secret.String, client string) (Tokens, error) {
	old, clientHash := tokenHash(refresh.Reveal()), digest(sha256.Sum256([]byte(client)))
	access := newToken(accessPrefix)
	var next string
	var refused error
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		refused = nil
		salt := make([]byte, sha256.Size)
		_, _ = rand.Read(salt) // never fails since Go 1.24
		next = successor(refresh.Reveal(), salt)
		id, rotated, err := rotateRefresh(ctx, tx, old, clientHash, salt, tokenHash(next))
		if err != nil {
			return err
		}
		if rotated {
			if err := insertRefresh(ctx, tx, id, tokenHash(next), s.opts.RefreshIdle); err != nil {
				return err
			}
			return insertAccess(ctx, tx, id, tokenHash(access), s.opts.AccessFor)
		}
		u, err := readUsedRefresh(ctx, tx, old, s.opts.Grace)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrSignIn
		}
		if err != nil {
			return err
		}
		switch {
		case u.ended || u.salt == nil && u.client == clientHash:
			return ErrSignIn // revoked, expired, or of another incarnation of the database
		case u.inGrace && u.client == clientHash:
			next = successor(refresh.Reveal(), u.salt)
			return insertAccess(ctx, tx, u.session, tokenHash(access), s.opts.AccessFor)
		}
		refused = ErrRefreshReplayed // returned after the commit, which ends the session
		return revokeSession(ctx, tx, u.session, "reuse")
	})
	if err = errors.Join(err, refused); err != nil {
		if errors.Is(err, ErrRefreshReplayed) {
			s.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a refresh token came twice; its session has been ended")
		}
		return Tokens{}, fmt.Errorf("refresh session: %w", err)
	}
	return s.newTokens(access, next), nil
}

// Check returns the owner of an access token, ErrSignIn where it is unknown or expired.
func (s *Sessions) Check(ctx context.Context, access secret.String) (User, error) {
	hash := tokenHash(access.Reveal())
	now := s.opts.Now()
	if c, ok := s.cache.Get(hash); ok && now.Before(c.until) {
		return c.user, nil
	}
	user, left, err := readAccess(ctx, s.db, hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return User{}, ErrSignIn
	}
	if err != nil {
		return User{}, fmt.Errorf("check session: %w", err)
	}
	s.cache.Add(hash, cachedUser{user, now.Add(min(left, s.opts.CacheFor))})
	return user, nil
}

// Close signs a person out on the device that asks.
func (s *Sessions) Close(ctx context.Context, u User) error {
	defer s.dropCached(func(c cachedUser) bool { return c.user.Session == u.Session })
	if err := revokeSession(ctx, s.db, u.Session, "logout"); err != nil {
		return fmt.Errorf("close session %d: %w", u.Session, err)
	}
	return nil
}

// CloseAll signs a person out everywhere.
func (s *Sessions) CloseAll(ctx context.Context, id UserID) error {
	defer s.dropCached(func(c cachedUser) bool { return c.user.ID == id })
	if err := revokeSessionsOf(ctx, s.db, id); err != nil {
		return fmt.Errorf("close sessions of %d: %w", id, err)
	}
	return nil
}

// dropCached removes entries from this process's cache; those of other processes expire within CacheFor.
func (s *Sessions) dropCached(matches func(cachedUser) bool) {
	for _, hash := range s.cache.Keys() {
		if c, ok := s.cache.Peek(hash); ok && matches(c) {
			s.cache.Remove(hash)
		}
	}
}

const cleanEvery = 10 * time.Minute

// Run deletes expired rows every ten minutes until ctx ends.
func (s *Sessions) Run(ctx context.Context) error {
	ticker := time.NewTicker(cleanEvery)
	defer ticker.Stop()
	for {
		if err := s.deleteExpired(ctx); err != nil && ctx.Err() == nil {
			s.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "expired sessions stay for now", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (s *Sessions) deleteExpired(ctx context.Context) error {
	return deleteExpiredSessions(ctx, s.db, s.opts.ProofMaxAge+proofAhead)
}

func (s *Sessions) newTokens(access, refresh string) Tokens {
	return Tokens{Access: secret.New(access), ExpiresIn: s.opts.AccessFor, Refresh: secret.New(refresh)}
}

// newToken makes 256 random bits.
func newToken(prefix string) string {
	b := make([]byte, sha256.Size)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// successor derives the next refresh token from the old one, which only the client has, and a salt, which only the database has.
func successor(old string, salt []byte) string {
	mac := hmac.New(sha256.New, []byte(strings.TrimPrefix(old, refreshPrefix)))
	mac.Write(salt)
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func tokenHash(token string) digest { return sha256.Sum256([]byte(token)) }
