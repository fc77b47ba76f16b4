package booking

import "context"

// Sweep runs one kind of sweep, as its job does.
func (s *Service) Sweep(ctx context.Context, what string) error { return s.sweep(ctx, what) }

// PlantFlight starts a query of what is busy on a net in the state of now that answers "nothing", but only when release is closed: a reader
// who joins it is behind.
func (s *Service) PlantFlight(ctx context.Context, club ClubID, net NetID, from, to Day, release <-chan struct{}) error {
	known, _, err := s.readTokens(ctx, club, from, to)
	if err != nil {
		return err
	}
	var keys []busyKey
	for day := from; day <= to; day++ {
		keys = append(keys, busyKey{club, net, day, known.of(net, day)})
	}
	s.flights.DoChan(flightName(keys), func() (any, error) {
		<-release
		return map[busyKey][]busySpan{}, nil
	})
	return nil
}
