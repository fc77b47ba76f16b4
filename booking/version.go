package booking

import (
	"fmt"

	"pavilion/internal/fault"
)

// ErrChanged refuses a change if the caller saw an older version.
var ErrChanged = fault.New(fault.Conflict, "changed")

// ChangedError is ErrChanged with the present version.
type ChangedError struct{ Version int }

// Error names the version.
func (e *ChangedError) Error() string { return fmt.Sprintf("%v (version %d)", ErrChanged, e.Version) }

// Unwrap returns ErrChanged.
func (e *ChangedError) Unwrap() error { return ErrChanged }

// Seen holds the versions that a caller saw. Only these are compared.
type Seen struct {
	Bookings map[ID]int // Booking.Revision of the bookings that the call changes
	Series   *int       // SeriesVersion of the series that the call changes
	Setting  *int       // version of the setting that the call changes: a club, net, add-on or role, all hours, or all prices
}

// IfSeen returns a service whose changes fail with ErrChanged if a version differs from seen. The comparison and the change are in one transaction.
func (s *Service) IfSeen(seen Seen) *Service {
	careful := *s
	careful.seen = seen
	return &careful
}

func (s *Service) checkBookingSeen(b Booking) error {
	if version, named := s.seen.Bookings[b.ID]; named && version != b.Revision {
		return &ChangedError{Version: b.Revision}
	}
	return nil
}

func (s *Service) checkSettingSeen(version int) error {
	if s.seen.Setting != nil && *s.seen.Setting != version {
		return &ChangedError{Version: version}
	}
	return nil
}

// SeriesVersion is the version of a series: the sum of the revisions of all its bookings. It counts the changes of each of them.
func SeriesVersion(all []Booking) (version int) {
	for _, b := range all {
		version += b.Revision
	}
	return version
}

func (s *Service) checkSeriesSeen(all []Booking) error {
	if version := SeriesVersion(all); s.seen.Series != nil && *s.seen.Series != version {
		return &ChangedError{Version: version}
	}
	return nil
}
