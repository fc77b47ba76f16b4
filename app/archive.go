package app

import (
	"context"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/delivery"
)

// archiveOf is the archive of the present chat parts, which are replaced when the lease was lost.
type archiveOf struct{ *parts }

// Search searches.
func (a archiveOf) Search(ctx context.Context, q filter.Query) (filter.Page, error) {
	return a.chat.Load().bot.Archive().Search(ctx, q)
}

// File reads a file.
func (a archiveOf) File(ctx context.Context, id filter.DocumentID, at filter.Place) (filter.File, error) {
	return a.chat.Load().bot.Archive().File(ctx, id, at)
}

// Admit refuses what the chat would refuse.
func (a archiveOf) Admit(ctx context.Context, kind access.Kind, person filter.UserID) error {
	return a.chat.Load().bot.Archive().Admit(ctx, kind, person)
}

// Left reads what is left of a person's day.
func (a archiveOf) Left(ctx context.Context, person filter.UserID) (access.Allowance, error) {
	return a.chat.Load().bot.Archive().Left(ctx, person)
}

// Deliver orders a file into a person's chat.
func (a archiveOf) Deliver(ctx context.Context, origin string, person filter.UserID, item delivery.Item) (delivery.Job, error) {
	return a.chat.Load().bot.Archive().Deliver(ctx, origin, person, item)
}

// Delivery reads an order.
func (a archiveOf) Delivery(ctx context.Context, id delivery.JobID) (delivery.Job, error) {
	return a.chat.Load().bot.Archive().Delivery(ctx, id)
}
