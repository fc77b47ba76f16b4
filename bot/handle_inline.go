package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/gotd/td/tg"
	"golang.org/x/sync/errgroup"

	"pavilion/filter"
)

const inlinePage = 20

// handleInline answers @bot query from any chat with files that can be sent from there.
func (b *Bot) handleInline(ctx context.Context, e *Event) error {
	req := &tg.MessagesSetInlineBotResultsRequest{QueryID: e.QueryID, Private: true}
	after, err := filter.ParseCursor(e.Offset)
	query := clean(e.Text, 200)
	if query == "" || err != nil {
		req.SwitchPm = tg.InlineBotSwitchPM{Text: "Type what you are looking for", StartParam: startInline}
		return b.tg.answerInline(ctx, req)
	}
	page, err := b.deps.Searcher.Search(ctx, filter.Query{Text: query, Limit: inlinePage, After: after})
	if err != nil {
		return err
	}
	if page.HasNext {
		req.NextOffset = page.Last.String()
	}
	if len(page.Missing) == 0 { // nothing partial is cached
		req.CacheTime = 30
	}
	if len(page.Files) == 0 && after.Zero() {
		req.SwitchPm = tg.InlineBotSwitchPM{Text: "Nothing found", StartParam: startSearch(query)}
	}
	req.Results = inlineResults(page.Files)
	err = b.tg.answerInline(ctx, req)
	if !isReferenceError(err) {
		return err
	}
	files, err := b.renewed(ctx, page.Files)
	if err != nil {
		return err
	}
	again := &tg.MessagesSetInlineBotResultsRequest{
		QueryID: req.QueryID, Private: true, Results: inlineResults(files), NextOffset: req.NextOffset, CacheTime: req.CacheTime, SwitchPm: req.SwitchPm,
	}
	return b.tg.answerInline(ctx, again)
}

// renewed reads the references of files again, several at a time; files that are gone are left out.
func (b *Bot) renewed(ctx context.Context, files []filter.File) ([]filter.File, error) {
	fresh := make([]*filter.File, len(files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, f := range files {
		g.Go(func() error {
			f, err := b.deps.Indexer.Refresh(ctx, f.Media.Document)
			if errors.Is(err, filter.ErrFileGone) {
				return nil
			}
			fresh[i] = &f
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var out []filter.File
	for _, f := range fresh {
		if f != nil {
			out = append(out, *f)
		}
	}
	return out, nil
}

// finishInline says what went wrong above the (empty) list of results.
func (b *Bot) finishInline(ctx context.Context, e *Event, err error) error {
	if err == nil {
		return nil
	}
	return b.tg.answerInline(ctx, &tg.MessagesSetInlineBotResultsRequest{
		QueryID: e.QueryID, Private: true, SwitchPm: tg.InlineBotSwitchPM{Text: clean(sentence(err), 60), StartParam: startInline},
	})
}

func inlineResults(files []filter.File) []tg.InputBotInlineResultClass {
	var out []tg.InputBotInlineResultClass
	for _, f := range files {
		out = append(out, inlineResult(f))
	}
	return out
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
