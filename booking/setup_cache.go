package booking

import (
	"context"
	"sync"

	"pavilion/storage"
)

// setupCache holds each club's settings in memory under the club token that they were read with. A caller passes the current token.
type setupCache struct{ clubs sync.Map } // ClubID → *setup

// load returns the settings that belong to the token; it reads them through q when they are not in memory. q must not see a later change of
// settings than the token: a writer holds the club's lock, a reader uses a snapshot.
func (c *setupCache) load(ctx context.Context, q storage.Queryer, club ClubID, token string) (*setup, error) {
	if known := c.cached(club, token); known != nil {
		return known, nil
	}
	s, err := selectSetup(ctx, q, club)
	if err != nil {
		return nil, err
	}
	s.token = token
	c.clubs.Store(club, s)
	return s, nil
}

// cached returns the settings of the token, or nil when they are not in memory. A club without a token was never changed through this package;
// its settings are read each time.
func (c *setupCache) cached(club ClubID, token string) *setup {
	if known := c.latest(club); known != nil && token != "" && known.token == token {
		return known
	}
	return nil
}

// latest returns the settings that are in memory, which may be outdated; nil where there are none.
func (c *setupCache) latest(club ClubID) *setup {
	if known, ok := c.clubs.Load(club); ok {
		return known.(*setup) //nolint:forcetypeassert // load stores nothing else
	}
	return nil
}
