package booking

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

// A feed is an address that calendar programs read again and again. They send no session, so the token in the address is the right to read. The rights of
// its owner are checked at each read.

// FeedKind is the content of a feed.
type FeedKind string

// The kinds.
const (
	MemberFeed FeedKind = "member" // the owner's bookings
	NetFeed    FeedKind = "net"    // when one net is booked; only staff see more
	StaffFeed  FeedKind = "staff"  // all bookings and blocks of the club
)

// FeedID names a feed.
type FeedID int64

// Feed is a calendar feed of a person.
type Feed struct {
	ID        FeedID
	Club      ClubID
	Member    MemberID
	Kind      FeedKind
	Net       NetID // of a NetFeed
	CreatedAt time.Time
}

// ErrNoFeed is returned for a feed that does not exist, was revoked, or whose owner has lost the right to read it.
var ErrNoFeed = fault.New(fault.NotFound, "no_feed")

// feedPast is how many days back a feed reaches. The calendar program decides whether it keeps older events.
const feedPast = 30

// MakeFeed makes a feed for the actor and returns its token, of which only the hash is stored. A feed of this kind that the actor has is renewed: its old
// token stops working.
func (s *Service) MakeFeed(ctx context.Context, actor Actor, f Feed) (Feed, secret.String, error) {
	f.Member = actor.ID
	if err := s.checkFeed(ctx, actor, f); err != nil {
		return Feed{}, secret.String{}, err
	}
	token := rand.Text()
	err := upsertFeed(ctx, s.db, &f, sha256.Sum256([]byte(token)))
	return f, secret.New(token), translate(ctx, err)
}

func (s *Service) checkFeed(ctx context.Context, actor Actor, f Feed) error {
	if f.Kind == StaffFeed {
		return actor.mustBeStaff()
	}
	set, err := s.currentSetup(ctx, f.Club)
	if err == nil && f.Kind == NetFeed {
		_, err = set.activeNet(f.Net)
	}
	return err
}

// Feeds lists the actor's feeds of a club.
func (s *Service) Feeds(ctx context.Context, actor Actor, club ClubID) ([]Feed, error) {
	list, err := selectFeeds(ctx, s.db, club, actor.ID)
	return list, translate(ctx, err)
}

// RevokeFeed removes one of the actor's feeds.
func (s *Service) RevokeFeed(ctx context.Context, actor Actor, club ClubID, id FeedID) error {
	found, err := deleteFeed(ctx, s.db, club, actor.ID, id)
	if err == nil && !found {
		err = ErrNoFeed
	}
	return translate(ctx, err)
}

// ReadFeed returns the calendar of a token. asOwner makes the feed's owner an actor with the present role in the club.
func (s *Service) ReadFeed(ctx context.Context, token secret.String, asOwner func(ctx context.Context, club ClubID, owner MemberID) (Actor, error)) ([]byte, error) {
	f, err := selectFeedByToken(ctx, s.db, sha256.Sum256([]byte(token.Reveal())))
	if err != nil {
		return nil, translate(ctx, err)
	}
	actor, err := asOwner(ctx, f.Club, f.Member)
	if err != nil {
		return nil, err
	}
	if f.Kind == StaffFeed && !actor.isStaff() {
		return nil, ErrNoFeed
	}
	set, err := s.currentSetup(ctx, f.Club)
	if err != nil {
		return nil, err
	}
	at, err := selectClock(ctx, s.db)
	if err != nil {
		return nil, translate(ctx, err)
	}
	list, err := selectFeedBookings(ctx, s.db, f, DayIn(at, set.club.Zone)-feedPast)
	if err != nil {
		return nil, translate(ctx, err)
	}
	return set.feedCalendar(f, list, actor), nil
}
