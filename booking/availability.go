package booking

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/fault"
)

// AvailabilityRequest asks for some nets on some days.
type AvailabilityRequest struct {
	Club     ClubID
	Nets     []NetID // none: all
	From, To Day     // both included
}

// Availability is the state of some nets on some days.
type Availability struct {
	Club Club
	At   time.Time // the instant, by the database's clock, for which it is true
	Days []NetDay  // by day, then net

	tokens string    // digest of the tokens under which it was made
	until  time.Time // see nextChange
}

// NetDay is one net on one opening day.
type NetDay struct {
	Net   Net
	Day   Day
	Cells []Cell
}

// Cell is one step of the grid.
type Cell struct {
	Span   Span
	Status Status
}

// Status of a cell.
type Status string

// The statuses.
const (
	Free      Status = "free"
	OnHold    Status = "held" // a hold, which may expire and free the cell
	Taken     Status = "taken"
	Shut      Status = "closed"
	Over      Status = "past"
	NotYet    Status = "too_far"
	ShortTerm Status = "too_soon"
)

// Bounds of one request. They are needed because the request requires no sign-in.
const (
	maxDays  = 62
	maxCells = 24_000 // a day of eight nets in half hours is 384
)

// Errors of requests that are too large.
var (
	ErrRange = fault.New(fault.Invalid, "day_range")
	ErrWide  = fault.New(fault.Invalid, "too_wide")
)

// Availability reads what is free. The answer is never older than the last commit before the call: it reads the tokens from Postgres first, and
// uses only answers that were made under these tokens or later ones. See doc.go.
func (s *Service) Availability(ctx context.Context, r AvailabilityRequest) (Availability, error) {
	if r.To < r.From || r.To-r.From >= maxDays {
		return Availability{}, ErrRange
	}
	known, at, err := s.readTokens(ctx, r.Club, r.From, r.To)
	if err != nil {
		return Availability{}, err
	}
	set, err := s.readSetup(ctx, r.Club, known.clubToken())
	if err != nil {
		return Availability{}, err
	}
	nets, err := set.chosenNets(r.Nets)
	if err != nil {
		return Availability{}, err
	}
	if int64(len(nets))*int64(r.To-r.From+1)*int64(24*time.Hour/set.club.Policy.Grid) > maxCells {
		return Availability{}, ErrWide
	}
	keys := make([]busyKey, 0, len(nets)*int(r.To-r.From+1))
	for day := r.From; day <= r.To; day++ {
		for _, n := range nets {
			keys = append(keys, busyKey{r.Club, n.ID, day, known.version(n.ID, day)})
		}
	}
	busy, err := s.readBusy(ctx, keys)
	if err != nil {
		return Availability{}, err
	}
	a := Availability{Club: set.club, At: at, Days: make([]NetDay, 0, len(keys))}
	for _, k := range keys {
		if ctx.Err() != nil {
			return Availability{}, fmt.Errorf("availability of club %d: %w", r.Club, context.Cause(ctx))
		}
		net, _ := set.activeNet(k.net)
		a.Days = append(a.Days, NetDay{Net: net, Day: k.day, Cells: set.cellStatuses(k.net, k.day, busy[k], at)})
	}
	a.tokens, a.until = known.digest(), set.nextChange(a.Days, busy, at)
	return a, nil
}

// chosenNets returns the nets with these ids, or all active nets when ids is empty.
func (s *setup) chosenNets(ids []NetID) ([]Net, error) {
	var nets []Net
	if len(ids) == 0 {
		for _, n := range s.nets {
			if n.Active {
				nets = append(nets, n)
			}
		}
		return nets, nil
	}
	for _, id := range sortedNets(ids) {
		n, err := s.activeNet(id)
		if err != nil {
			return nil, err
		}
		nets = append(nets, n)
	}
	return nets, nil
}

// cellStatuses gives each cell of a net and day its status.
func (s *setup) cellStatuses(net NetID, day Day, busy []busySpan, at time.Time) []Cell {
	cells := s.gridCells(net, day)
	out := make([]Cell, 0, len(cells))
	for _, span := range cells {
		out = append(out, Cell{Span: span, Status: s.spanStatus(net, day, span, busy, at)})
	}
	return out
}

// spanStatus is the status of a span. Its buffer counts as well: a booking of the span would occupy it.
func (s *setup) spanStatus(net NetID, day Day, span Span, busy []busySpan, at time.Time) Status {
	if !span.Start.After(at) {
		return Over
	}
	if len(s.closedSpans(net, span)) > 0 {
		return Shut
	}
	status := Free
	want := s.withBuffer(span)
	for _, b := range busy {
		if !want.overlaps(Span{b.Start, b.End}) || b.Expires != nil && !at.Before(*b.Expires) {
			continue
		}
		if b.Expires == nil {
			return Taken
		}
		status = OnHold
	}
	if status != Free {
		return status
	}
	err := s.checkNotice(day, span, at)
	switch {
	case errors.Is(err, ErrTooSoon):
		return ShortTerm
	case errors.Is(err, ErrTooFar):
		return NotYet
	}
	if !s.priced(net, span) {
		return Shut // it cannot be booked
	}
	return Free
}

// readTokens reads the club's current tokens for some days, and the database's clock.
func (s *Service) readTokens(ctx context.Context, club ClubID, from, to Day) (known tokens, at time.Time, err error) {
	err = s.pool.Do(ctx, func(conn *pgxpool.Conn) error {
		known, at, err = selectTokens(ctx, conn, club, from, to)
		return err
	})
	return known, at, translate(ctx, err)
}

// readSetup returns settings that are at least as new as the token. Calls that miss the cache with the same token share one query.
func (s *Service) readSetup(ctx context.Context, club ClubID, token string) (*setup, error) {
	if known := s.setups.cached(club, token); known != nil {
		return known, nil
	}
	return singleFlight(ctx, s.flights, fmt.Sprintf("setup %d %s", club, token), func(ctx context.Context) (set *setup, err error) {
		err = s.snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error {
			now, _, err := selectTokens(ctx, tx, club, 0, 0)
			if err != nil {
				return err
			}
			set, err = s.setups.load(ctx, tx, club, now.clubToken())
			return err
		})
		return set, err
	})
}

// flightName names a shared query. The name contains the tokens, so no caller joins a query that started before the state the caller knows.
func flightName(keys []busyKey) string {
	var name strings.Builder
	for _, k := range keys {
		name.WriteString(k.String())
	}
	return name.String()
}

// readBusy reads busy spans from the cache and the missing ones from Postgres. Calls that miss the same keys share one query.
func (s *Service) readBusy(ctx context.Context, keys []busyKey) (map[busyKey][]busySpan, error) {
	busy := s.cache.readSpans(ctx, keys)
	var missing []busyKey
	for _, k := range keys {
		if _, ok := busy[k]; !ok {
			missing = append(missing, k)
		}
	}
	if len(missing) == 0 {
		return busy, nil
	}
	read, err := singleFlight(ctx, s.flights, flightName(missing), func(ctx context.Context) (map[busyKey][]busySpan, error) {
		return s.loadBusy(ctx, missing)
	})
	if err != nil {
		return nil, err
	}
	maps.Copy(busy, read)
	return busy, nil
}

// loadBusy reads spans, settings and tokens in one snapshot. It caches the spans under the tokens of that snapshot, and returns them under the
// keys of the request, whose state is the same or older.
func (s *Service) loadBusy(ctx context.Context, keys []busyKey) (map[busyKey][]busySpan, error) {
	var nets []NetID
	from, to := keys[0].day, keys[0].day
	for _, k := range keys {
		nets = append(nets, k.net)
		from, to = min(from, k.day), max(to, k.day)
	}
	answer, exact := map[busyKey][]busySpan{}, map[busyKey][]busySpan{}
	err := s.snapshot(ctx, func(ctx context.Context, tx pgx.Tx) error {
		now, _, err := selectTokens(ctx, tx, keys[0].club, from, to)
		if err != nil {
			return err
		}
		set, err := s.setups.load(ctx, tx, keys[0].club, now.clubToken())
		if err != nil {
			return err
		}
		found, err := selectBusy(ctx, tx, sortedNets(nets), set.openingSpan(from, to))
		if err != nil {
			return err
		}
		for _, k := range keys {
			night := set.openingSpan(k.day, k.day)
			spans := []busySpan{}
			for _, b := range found[k.net] {
				if night.overlaps(Span{b.Start, b.End}) {
					spans = append(spans, b)
				}
			}
			answer[k] = spans
			exact[busyKey{k.club, k.net, k.day, now.version(k.net, k.day)}] = spans
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.cache.writeSpans(ctx, exact)
	return answer, nil
}

// openingSpan is the span that contains all possible opening hours of these days: hours may reach into the night after the last one.
func (s *setup) openingSpan(from, to Day) Span {
	return Span{boundary(from, 0, s.club.Zone, Earlier), boundary(to+2, 0, s.club.Zone, Later)}
}
