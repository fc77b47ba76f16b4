package app

import (
	"context"

	"pavilion/bot"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/delivery"
	"pavilion/internal/fault"
)

// ErrArchiveElsewhere refuses a request to the archive in a process that is not the bot. Only the bot has the words of the index and the access hashes
// of channels: without them a search finds nothing, and required channels let everybody pass.
var ErrArchiveElsewhere = fault.New(fault.Unavailable, "archive_elsewhere")

// archiveOf passes calls to the archive of the current chat parts. A lost lease replaces these parts.
type archiveOf struct{ *parts }

// inBot returns the archive of the active bot.
func (a archiveOf) inBot() (bot.Archive, error) {
	if !a.active.Load() {
		return bot.Archive{}, ErrArchiveElsewhere
	}
	b := a.chat.Load().bot
	if !b.Loaded() {
		return bot.Archive{}, ErrArchiveElsewhere
	}
	return b.Archive(), nil
}

// Search searches.
func (a archiveOf) Search(ctx context.Context, q filter.Query) (filter.Page, error) {
	archive, err := a.inBot()
	if err != nil {
		return filter.Page{}, err
	}
	return archive.Search(ctx, q)
}

// File reads a file.
func (a archiveOf) File(ctx context.Context, id filter.DocumentID, at filter.Place) (filter.File, error) {
	archive, err := a.inBot()
	if err != nil {
		return filter.File{}, err
	}
	return archive.File(ctx, id, at)
}

// Admit applies the bans, limits and required channels of the chat.
func (a archiveOf) Admit(ctx context.Context, kind access.Kind, person filter.UserID) error {
	archive, err := a.inBot()
	if err != nil {
		return err
	}
	return archive.Admit(ctx, kind, person)
}

// Left returns how many files a person can still get today.
func (a archiveOf) Left(ctx context.Context, person filter.UserID) (access.Allowance, error) {
	archive, err := a.inBot()
	if err != nil {
		return access.Allowance{}, err
	}
	return archive.Left(ctx, person)
}

// Deliver orders a file into a person's chat.
func (a archiveOf) Deliver(ctx context.Context, origin string, person filter.UserID, item delivery.Item) (delivery.Job, error) {
	archive, err := a.inBot()
	if err != nil {
		return delivery.Job{}, err
	}
	return archive.Deliver(ctx, origin, person, item)
}

// Delivery reads an order. Orders are rows in Postgres, so every process can read them.
func (a archiveOf) Delivery(ctx context.Context, id delivery.JobID) (delivery.Job, error) {
	return a.chat.Load().bot.Archive().Delivery(ctx, id)
}
