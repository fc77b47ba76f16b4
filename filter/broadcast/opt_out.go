package broadcast

import (
	"context"

	"pavilion/filter"
)

// OptOut notes that a person wants no broadcasts. from is the broadcast whose button they tapped; 0 for the settings.
func (s *Service) OptOut(ctx context.Context, person filter.UserID, from ID) error {
	return s.store.insertOptOut(ctx, person, from)
}

// OptIn lets a person get broadcasts again.
func (s *Service) OptIn(ctx context.Context, person filter.UserID) error {
	return s.store.deleteOptOut(ctx, person)
}

// HasOptedOut tells whether a person wants no broadcasts.
func (s *Service) HasOptedOut(ctx context.Context, person filter.UserID) (bool, error) {
	out, err := s.store.optedOut(ctx, []RecipientID{RecipientID(person)})
	return out[RecipientID(person)], err
}
