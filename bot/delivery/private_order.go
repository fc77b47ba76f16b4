package delivery

import (
	"context"

	"pavilion/filter"
	"pavilion/filter/delivery"
)

// SendPrivately orders a file into a person's private chat. Orders with the same origin are one. Quota is taken, and the rules of its channel are applied, when the
// file is sent.
func (s *Screens) SendPrivately(ctx context.Context, origin string, person filter.UserID, item delivery.Item) (delivery.Job, error) {
	job, err := s.Jobs.Create(ctx, delivery.Order{
		Origin: origin, Person: person, Chat: filter.ChatID(person), Language: s.Language(ctx, int64(person)), Quiet: true, Priority: s.plan(ctx, person).Priority, Items: []delivery.Item{item},
	})
	if err == nil {
		s.wake()
	}
	return job, err
}
