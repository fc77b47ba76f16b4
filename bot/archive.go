package bot

import (
	"context"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/delivery"
)

// Archive is the archive for people outside of the chat. Its rights, limits and quota are those of the chat.
type Archive struct {
	access.Gate

	bot *Bot
}

// Archive returns the archive for the Mini App.
func (b *Bot) Archive() Archive {
	return Archive{bot: b, Gate: access.Gate{
		Bans: b.access.Bans, Limits: b.access.Limits, Required: b.members.join.Required,
		IsAdmin: func(person filter.UserID) bool { return b.chat.IsAdmin(int64(person)) },
	}}
}

// Search searches and counts the search.
func (a Archive) Search(ctx context.Context, q filter.Query) (filter.Page, error) {
	return a.bot.search.Find(ctx, q)
}

// File reads a file.
func (a Archive) File(ctx context.Context, id filter.DocumentID, at filter.Place) (filter.File, error) {
	return a.bot.deps.Searcher.File(ctx, id, at)
}

// Subtitles returns the subtitles that fit a film.
func (a Archive) Subtitles(ctx context.Context, f filter.File) []filter.File {
	return a.bot.deps.Searcher.Subtitles(ctx, f)
}

// Thumbs returns the thumbs of files that have one, as JPEGs.
func (a Archive) Thumbs(ctx context.Context, files []filter.DocumentID) map[filter.DocumentID][]byte {
	pictures := map[filter.DocumentID][]byte{}
	for id, stripped := range a.bot.deps.Searcher.Thumbs(ctx, files) {
		if picture, err := telegram.ThumbJPEG(stripped); err == nil { // those of files that were stored by this program are whole
			pictures[id] = picture
		}
	}
	return pictures
}

// Left is how many files a person can still get today.
func (a Archive) Left(ctx context.Context, person filter.UserID) (access.Allowance, error) {
	return a.bot.access.Quota.Left(ctx, person)
}

// Deliver orders a file into a person's private chat with the bot. Orders with the same origin are one.
func (a Archive) Deliver(ctx context.Context, origin string, person filter.UserID, item delivery.Item) (delivery.Job, error) {
	return a.bot.delivery.SendPrivately(ctx, origin, person, item)
}

// Delivery reads an order.
func (a Archive) Delivery(ctx context.Context, id delivery.JobID) (delivery.Job, error) {
	return a.bot.delivery.Jobs.Read(ctx, id)
}
