package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// TargetKind says what a stored link leads to.
type TargetKind string

// The kinds of targets.
const (
	TargetFile   TargetKind = "file"
	TargetBatch  TargetKind = "batch"
	TargetSearch TargetKind = "search"
)

// Target is what a stored link leads to.
type Target struct {
	Kind        TargetKind
	Document    filter.DocumentID // of TargetFile
	Channel     filter.ChannelID  // of TargetBatch
	First, Last filter.MessageID  // of TargetBatch
	Query       string            // of TargetSearch
}

// TargetOf is the target of a signed link that is no row.
func TargetOf(l Link) Target {
	if l.Kind == LinkBatch {
		return Target{Kind: TargetBatch, Channel: l.Channel, First: l.First, Last: l.Last}
	}
	return Target{Kind: TargetFile, Document: l.Document}
}

// StoredLink is a link with limits.
type StoredLink struct {
	ID          LinkID
	Target      Target
	Protect     bool
	PremiumOnly bool
	MostPeople  int // that may open it; 0: any number
	People      int // that have opened it
	Expires     time.Time
	Revoked     bool
	CreatedBy   filter.UserID
	CreatedAt   time.Time
}

// LimitChange changes limits of a stored link; a nil field stays as it is.
type LimitChange struct {
	Protect     *bool
	PremiumOnly *bool
	MostPeople  *int           // 0: any number
	Lasts       *time.Duration // from now; 0: it has no end
}

// Bounds of limits.
const (
	MaxPeople   = 100_000
	MaxLinkLife = 366 * 24 * time.Hour
)

// ErrLinkLimits reports limits out of bounds.
var ErrLinkLimits = fault.New(fault.Invalid, "link_limits")

func (c LimitChange) check() error {
	if c.MostPeople != nil && (*c.MostPeople < 0 || *c.MostPeople > MaxPeople) || c.Lasts != nil && (*c.Lasts < 0 || *c.Lasts > MaxLinkLife) {
		return ErrLinkLimits
	}
	return nil
}

// StoredLinks are the links with limits.
type StoredLinks struct{ db *pgxpool.Pool }

// NewStoredLinks makes StoredLinks.
func NewStoredLinks(db *pgxpool.Pool) *StoredLinks { return &StoredLinks{db} }

// Create stores a link without limits. Another call with the same origin returns the same link.
func (s *StoredLinks) Create(ctx context.Context, by filter.UserID, target Target, protect bool, origin string) (StoredLink, error) {
	return insertLink(ctx, s.db, by, target, protect, origin)
}

// Read returns a link, also a revoked one. It returns ErrLinkRevoked where there is none.
func (s *StoredLinks) Read(ctx context.Context, id LinkID) (StoredLink, error) {
	return selectLink(ctx, s.db, id)
}

// List returns a page of the links that a person made and did not revoke, the newest first.
func (s *StoredLinks) List(ctx context.Context, by filter.UserID, skip, limit int) ([]StoredLink, error) {
	return selectLinksOf(ctx, s.db, by, skip, limit)
}

// SetLimits changes limits of a link. It returns ErrLinkRevoked for a link that is revoked or made by another person.
func (s *StoredLinks) SetLimits(ctx context.Context, id LinkID, by filter.UserID, c LimitChange) (StoredLink, error) {
	if err := c.check(); err != nil {
		return StoredLink{}, err
	}
	return updateLimits(ctx, s.db, id, by, c)
}

// Revoke ends a link of a person for good. A repeated call is no error.
func (s *StoredLinks) Revoke(ctx context.Context, id LinkID, by filter.UserID) error {
	return revokeLink(ctx, s.db, id, by)
}

// Open counts a person who opens a link, and returns the link. A person counts once, so a repeat by the same person succeeds without another count.
func (s *StoredLinks) Open(ctx context.Context, id LinkID, person filter.UserID, premium bool) (link StoredLink, err error) {
	err = storage.InTx(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var expired bool
		if link, expired, err = lockLink(ctx, tx, id); err != nil {
			return err
		}
		switch {
		case link.Revoked:
			return ErrLinkRevoked
		case expired:
			return ErrLinkExpired
		case link.PremiumOnly && !premium:
			return ErrLinkPremium
		}
		first, err := insertPerson(ctx, tx, id, person)
		if err != nil || !first {
			return err
		}
		if link.MostPeople > 0 && link.People >= link.MostPeople {
			return ErrLinkUsedUp
		}
		link.People++
		return countPerson(ctx, tx, id)
	})
	if err != nil && fault.KindOf(err) == fault.Internal {
		err = fmt.Errorf("open link %d: %w", id, err)
	}
	return link, err
}

// orRevoked turns a missing row into ErrLinkRevoked.
func orRevoked(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrLinkRevoked
	}
	return err
}
