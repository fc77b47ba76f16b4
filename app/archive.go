package app

import (
	"context"

	"pavilion/bot"
	"pavilion/filter/delivery"
	"pavilion/internal/fault"
	"pavilion/web/archive"
	"pavilion/web/share"
)

// ErrArchiveElsewhere refuses a request to the archive in a process that is not the bot. Only the bot has the words of the index and the access hashes
// of channels: without them a search finds nothing, and required channels let everybody pass.
var ErrArchiveElsewhere = fault.New(fault.Unavailable, "archive_elsewhere")

// archiveInBot returns the archive of the active bot. It is not kept, because a lost lease replaces the bot.
func (p *parts) archiveInBot() (archive.Archive, error) {
	b, ok := p.activeBot()
	if !ok {
		return nil, ErrArchiveElsewhere
	}
	return b.Archive(), nil
}

// sharesInBot returns the active bot's messages to share.
func (p *parts) sharesInBot() (share.Shares, error) {
	b, ok := p.activeBot()
	if !ok {
		return nil, ErrArchiveElsewhere
	}
	return b.Shares(), nil
}

// activeBot returns the bot, or false in a process that is not the bot or has not read its state yet.
func (p *parts) activeBot() (*bot.Bot, bool) {
	if !p.active.Load() {
		return nil, false
	}
	b := p.chat.Load().bot
	return b, b.Loaded()
}

// readDelivery reads an order of the archive.
func (p *parts) readDelivery(ctx context.Context, id delivery.JobID) (delivery.Job, error) {
	return p.chat.Load().bot.Archive().Delivery(ctx, id)
}
