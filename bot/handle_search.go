package bot

import (
	"context"
	"errors"
	"strings"

	"pavilion/filter"
)

// handleSearch answers plain text in private, and what is addressed to the bot in groups.
func (b *Bot) handleSearch(ctx context.Context, e *Event) error {
	if e.Chat.Type != Private {
		on, err := b.deps.Chats.GroupSearch(ctx, e.Chat.Key())
		if err != nil || !on {
			return err
		}
	}
	if e.Text == "" {
		_, err := b.tg.sendText(ctx, e.Chat, Reply{Text: "What are you looking for? Type a title, a name, a date…", ReplyTo: b.quote(e)}, cause{e, 0})
		return err
	}
	return b.search(ctx, e, clean(e.Text, 200))
}

func (b *Bot) search(ctx context.Context, e *Event, query string) error {
	page, err := b.deps.Searcher.Search(ctx, filter.Query{Text: query, Limit: b.opts.PageSize})
	if err != nil {
		return err
	}
	id, err := b.tg.sendText(ctx, e.Chat, withQuote(resultsReply(query, filter.Selection{}, page, b.opts.PageSize, e.From.ID), b.quote(e)), cause{e, 0})
	if err == nil {
		b.pages.put(ctx, e.Chat, id, query)
	}
	return err
}

func withQuote(r Reply, id int) Reply {
	r.ReplyTo = id
	return r
}

// tapPage turns a page or changes the selection, in place.
func (b *Bot) tapPage(ctx context.Context, e *Event, d tapData) error {
	query, err := b.queryOf(ctx, e)
	if err != nil {
		return err
	}
	q := filter.Query{Text: query, Selection: d.Selection, Limit: b.opts.PageSize}
	if d.Back {
		q.Before = d.Cursor
	} else {
		q.After = d.Cursor
	}
	page, err := b.deps.Searcher.Search(ctx, q)
	if err != nil {
		return err
	}
	return errors.Join(
		b.tg.answerTap(ctx, e, "", false),
		b.tg.editText(ctx, e.Chat, e.MessageID, resultsReply(query, d.Selection, page, b.opts.PageSize, d.Owner)),
	)
}

// tapSuggest searches for the suggestion, which stands in the message.
func (b *Bot) tapSuggest(ctx context.Context, e *Event, d tapData) error {
	text, err := b.tg.textOf(ctx, e.Chat, e.MessageID)
	if err != nil {
		return err
	}
	i := strings.LastIndex(text, "\n"+suggestMark) // what the person typed stands before it and may say anything
	if i < 0 {
		return errStalePage
	}
	query := text[i+1+len(suggestMark):]
	page, err := b.deps.Searcher.Search(ctx, filter.Query{Text: query, Limit: b.opts.PageSize})
	if err != nil {
		return err
	}
	err = errors.Join(
		b.tg.answerTap(ctx, e, "", false),
		b.tg.editText(ctx, e.Chat, e.MessageID, resultsReply(query, filter.Selection{}, page, b.opts.PageSize, d.Owner)),
	)
	if err == nil {
		b.pages.put(ctx, e.Chat, e.MessageID, query)
	}
	return err
}

// tapGet delivers a file into the chat where the button is.
func (b *Bot) tapGet(ctx context.Context, e *Event, d tapData) error {
	file, err := b.deps.Searcher.File(ctx, d.Document)
	if err != nil {
		return err
	}
	if b.tg.queue.waits(e.Chat, handleWithin) {
		return errTelegramWaits
	}
	// The clock on the button stops before the file is on its way: that can take a moment when Telegram makes us wait.
	if err := b.tg.answerTap(ctx, e, "Here it comes…", false); err != nil {
		return err
	}
	return b.tg.sendFile(ctx, e.Chat, file, 0, cause{e, 0})
}
