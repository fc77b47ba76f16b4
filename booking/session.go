package booking

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
	"slices"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// MemberID is a member's Telegram user id.
type MemberID int64

// SessionID names a session: all tokens that descend from one sign-in on one device.
type SessionID int64

// Principal is who makes a call.
type Principal struct {
	Member  MemberID
	Session SessionID
	Admin   bool
}

// Tokens are what a signed-in client holds: access for the calls, refresh for the next access.
type Tokens struct {
	Access    secret.String
	ExpiresIn time.Duration // of access
	Refresh   secret.String
}

// Proof is a checked statement of Telegram's about who opened the app.
type Proof struct {
	Member   MemberID
	IssuedAt time.Time // Telegram's clock
	Digest   [sha256.Size]byte
}

// What can be wrong with a sign-in.
var (
	ErrSignIn       = fault.New(fault.Unauthenticated, "sign_in_required", "Sign in again: open the app from Telegram.")
	ErrProofExpired = fault.New(fault.Unauthenticated, "proof_expired", "Telegram's word for who you are is too old. Close the app and open it again.")
	ErrProofUsed    = fault.New(fault.Unauthenticated, "proof_used", "This sign-in was used before. Close the app and open it again.")
	ErrReplayed     = fault.New(fault.Unauthenticated, "session_revoked", "This sign-in was used twice, so it has been ended on this device. Open the app from Telegram again.")
)

// SessionOptions configure sessions.
type SessionOptions struct {
	Admins       []MemberID
	AccessFor    time.Duration // 10 min where 0
	RefreshIdle  time.Duration // a refresh token that is not used for so long is void; 30 days where 0
	SessionFor   time.Duration // however often it is refreshed; 90 days where 0
	Grace        time.Duration // for honest races of one client; 10 s where 0
	ProofMaxAge  time.Duration // 1 h where 0
	CacheFor     time.Duration // how long a checked access token is not asked for again; 15 s where 0
	CacheEntries int           // 10,000 where 0
	ConnWait     time.Duration // for a free connection; 1 s where 0
	Logger       *slog.Logger
	Now          func() time.Time // measures only how long an answer was cached; the database's clock decides the rest
}

// Sessions sign members in and out. Access tokens are opaque: nothing in them can be forged, a revoked session's last at most CacheFor, and
// no key has to be shared or changed. Refresh tokens rotate; one that comes twice ends its session, because nobody can tell thief from owner.
type Sessions struct {
	db    storage.BoundedPool
	opts  SessionOptions
	store sessionStore
	cache *lru.Cache[digest, checked]
}

// digest is what is stored of a token.
type digest [sha256.Size]byte

// checked is an access token that Postgres vouched for.
type checked struct {
	who   Principal
	until time.Time
}

const (
	accessPrefix  = "pva_" // so that scanners for leaked secrets can know them
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
	cache, err := lru.New[digest, checked](o.CacheEntries)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return &Sessions{db: storage.NewBoundedPool(db, cmp.Or(o.ConnWait, time.Second)), opts: o, cache: cache}, nil
}

// Open exchanges a proof for a session. A proof works once; the same client may repeat the exchange within the grace, for a reply it lost.
func (s *Sessions) Open(ctx context.Context, p Proof, client string) (Tokens, error) {
	clientHash := digest(sha256.Sum256([]byte(client)))
	refresh, access := newToken(refreshPrefix), newToken(accessPrefix)
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		now, err := s.store.clock(ctx, tx)
		if err != nil {
			return err
		}
		if age := now.Sub(p.IssuedAt); age > s.opts.ProofMaxAge || age < -proofAhead {
			return ErrProofExpired
		}
		fresh, err := s.store.useProof(ctx, tx, p.Digest, clientHash, s.opts.Grace)
		if err != nil {
			return err
		}
		if !fresh {
			return ErrProofUsed
		}
		id, err := s.store.open(ctx, tx, p.Member, clientHash, s.opts.SessionFor)
		if err != nil {
			return err
		}
		if err := s.store.addRefresh(ctx, tx, id, hashOf(refresh), s.opts.RefreshIdle); err != nil {
			return err
		}
		return s.store.addAccess(ctx, tx, id, hashOf(access), s.opts.AccessFor)
	})
	if err != nil {
		return Tokens{}, fmt.Errorf("open session: %w", err)
	}
	return s.tokens(access, refresh), nil
}

// Refresh exchanges a refresh token for its successor and a new access token. Of two exchanges at once by one client both get the same
// successor; any other second use ends the session.
func (s *Sessions) Refresh(ctx context.Context, refresh secret.String, client string) (Tokens, error) {
	old, clientHash := hashOf(refresh.Reveal()), digest(sha256.Sum256([]byte(client)))
	access := newToken(accessPrefix)
	var next string
	var refused error
	err := storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		refused = nil
		salt := make([]byte, sha256.Size)
		_, _ = rand.Read(salt) // never fails since Go 1.24
		next = successor(refresh.Reveal(), salt)
		id, rotated, err := s.store.rotate(ctx, tx, old, clientHash, salt, hashOf(next))
		if err != nil {
			return err
		}
		if rotated {
			if err := s.store.addRefresh(ctx, tx, id, hashOf(next), s.opts.RefreshIdle); err != nil {
				return err
			}
			return s.store.addAccess(ctx, tx, id, hashOf(access), s.opts.AccessFor)
		}
		u, err := s.store.usedRefresh(ctx, tx, old, s.opts.Grace)
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
			return s.store.addAccess(ctx, tx, u.session, hashOf(access), s.opts.AccessFor)
		}
		refused = ErrReplayed // and the end of the session is committed
		return s.store.revoke(ctx, tx, u.session, "reuse")
	})
	if err = errors.Join(err, refused); err != nil {
		if errors.Is(err, ErrReplayed) {
			s.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a refresh token came twice; its session has been ended")
		}
		return Tokens{}, fmt.Errorf("refresh session: %w", err)
	}
	return s.tokens(access, next), nil
}

// Check tells who holds an access token.
func (s *Sessions) Check(ctx context.Context, access secret.String) (Principal, error) {
	hash := hashOf(access.Reveal())
	now := s.opts.Now()
	if c, ok := s.cache.Get(hash); ok && now.Before(c.until) {
		return c.who, nil
	}
	who, left, err := s.store.check(ctx, s.db, hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return Principal{}, ErrSignIn
	}
	if err != nil {
		return Principal{}, fmt.Errorf("check session: %w", err)
	}
	who.Admin = slices.Contains(s.opts.Admins, who.Member)
	s.cache.Add(hash, checked{who, now.Add(min(left, s.opts.CacheFor))})
	return who, nil
}

// Close signs a member out on the device that asks.
func (s *Sessions) Close(ctx context.Context, p Principal) error {
	defer s.forget(func(c checked) bool { return c.who.Session == p.Session })
	if err := s.store.revoke(ctx, s.db, p.Session, "logout"); err != nil {
		return fmt.Errorf("close session %d: %w", p.Session, err)
	}
	return nil
}

// CloseAll signs a member out everywhere.
func (s *Sessions) CloseAll(ctx context.Context, m MemberID) error {
	defer s.forget(func(c checked) bool { return c.who.Member == m })
	if err := s.store.revokeAll(ctx, s.db, m); err != nil {
		return fmt.Errorf("close sessions of %d: %w", m, err)
	}
	return nil
}

// forget drops what is cached; other processes forget within CacheFor.
func (s *Sessions) forget(which func(checked) bool) {
	for _, hash := range s.cache.Keys() {
		if c, ok := s.cache.Peek(hash); ok && which(c) {
			s.cache.Remove(hash)
		}
	}
}

const cleanEvery = 10 * time.Minute

// Run deletes what has expired, until ctx ends.
func (s *Sessions) Run(ctx context.Context) error {
	ticker := time.NewTicker(cleanEvery)
	defer ticker.Stop()
	for {
		if err := s.store.clean(ctx, s.db, s.opts.ProofMaxAge+proofAhead); err != nil && ctx.Err() == nil {
			s.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "expired sessions stay for now", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (s *Sessions) tokens(access, refresh string) Tokens {
	return Tokens{Access: secret.New(access), ExpiresIn: s.opts.AccessFor, Refresh: secret.New(refresh)}
}

// newToken makes 256 random bits.
func newToken(prefix string) string {
	b := make([]byte, sha256.Size)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// successor derives the next refresh token from one that only its owner has and a salt that only the database has.
func successor(old string, salt []byte) string {
	mac := hmac.New(sha256.New, []byte(strings.TrimPrefix(old, refreshPrefix)))
	mac.Write(salt)
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func hashOf(token string) digest { return sha256.Sum256([]byte(token)) }
