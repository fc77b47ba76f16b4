package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gotd/td/tg"

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
	query := clean(e.Text, 200)
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
	_, query, ok := strings.Cut(text, suggestMark)
	if !ok {
		return errStalePage
	}
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
	// The clock on the button stops before the file is on its way: that can take a moment when Telegram makes us wait.
	if err := b.tg.answerTap(ctx, e, "Here it comes…", false); err != nil {
		return err
	}
	err = b.tg.sendFile(ctx, e.Chat, file, 0, cause{e, 0})
	if err == nil || errors.Is(err, ErrBlocked) {
		return nil
	}
	_, serr := b.tg.sendText(context.WithoutCancel(ctx), e.Chat, Reply{Text: sentence(err)}, cause{e, 99})
	return errors.Join(err, serr)
}

const inlinePage = 20

// handleInline answers @bot query from any chat with files that can be sent from there.
func (b *Bot) handleInline(ctx context.Context, e *Event) error {
	req := &tg.MessagesSetInlineBotResultsRequest{QueryID: e.QueryID, Private: true}
	after, err := filter.ParseCursor(e.Offset)
	if strings.TrimSpace(e.Text) == "" || err != nil {
		req.SwitchPm = tg.InlineBotSwitchPM{Text: "Type what you are looking for", StartParam: "inline"}
		return b.tg.answerInline(ctx, req)
	}
	page, err := b.deps.Searcher.Search(ctx, filter.Query{Text: clean(e.Text, 200), Limit: inlinePage, After: after})
	if err != nil {
		req.SwitchPm = tg.InlineBotSwitchPM{Text: clean(sentence(err), 60), StartParam: "inline"}
		return errors.Join(err, b.tg.answerInline(context.WithoutCancel(ctx), req))
	}
	for _, f := range page.Files {
		req.Results = append(req.Results, inlineResult(f))
	}
	if page.HasNext {
		req.NextOffset = page.Last.String()
	}
	if len(page.Missing) == 0 { // nothing partial is cached
		req.CacheTime = 30
	}
	if len(page.Files) == 0 && after.Zero() {
		req.SwitchPm = tg.InlineBotSwitchPM{Text: "Nothing found", StartParam: "inline"}
	}
	return b.tg.answerInline(ctx, req)
}

func inlineResult(f filter.File) tg.InputBotInlineResultClass {
	caption := clipText(f.Media.Caption, maxCaption)
	message := &tg.InputBotInlineMessageMediaAuto{Message: caption}
	if caption == f.Media.Caption {
		message.Entities = unpackEntities(f.Media.CaptionEntities)
	}
	id := base36(int64(f.Media.Document))
	if f.Media.Kind == filter.KindPhoto {
		return &tg.InputBotInlineResultPhoto{ID: id, Type: "photo", SendMessage: message, Photo: &tg.InputPhoto{ID: int64(f.Media.Document), AccessHash: f.Media.AccessHash, FileReference: f.Media.Reference}}
	}
	kind := map[filter.Kind]string{filter.KindVideo: "video", filter.KindAudio: "audio"}[f.Media.Kind]
	if kind == "" {
		kind = "file"
	}
	return &tg.InputBotInlineResultDocument{
		ID: id, Type: kind, Title: clean(f.Media.Name, 100), Description: fmt.Sprintf("%s · %s", f.Media.Kind, size(f.Media.Size)),
		Document: inputDocument(f.Media), SendMessage: message,
	}
}
