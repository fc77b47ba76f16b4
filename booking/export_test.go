package booking

import "context"

// Sweep runs one kind of sweep, as its job does.
func (s *Service) Sweep(ctx context.Context, what string) error { return s.sweep(ctx, what) }
