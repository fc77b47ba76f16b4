package search

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/phrase"
)

const (
	inlinePage     = 20 // results
	inlineCache    = 30 // seconds
	maxInlineTitle = 100
	maxInlineHint  = 60 // runes above the results
	renewAtOnce    = 8
)

// HandleInline answers a query of inline mode with files that can be sent from any chat.
func (s *Screens) HandleInline(ctx context.Context, e *telegram.Event) error {
	in, answer := s.Texts.In(e), telegram.InlineAnswer{QueryID: e.QueryID}
	after, err := filter.ParseCursor(e.Offset)
	query := telegram.CleanLine(e.Text, maxQuery)
	if query == "" || err != nil {
		answer.Button, answer.StartParam = in.Say("inline.ask"), StartInline
		return s.Messenger.AnswerInline(ctx, answer)
	}
	page, err := s.Searcher.Search(ctx, filter.Query{Text: query, Limit: inlinePage, After: after})
	if err != nil {
		return err
	}
	if page.HasNext {
		answer.NextOffset = page.Last.String()
	}
	if len(page.Missing) == 0 { // partial results are not cached
		answer.CacheSeconds = inlineCache
	}
	if len(page.Files) == 0 && after.Zero() {
		answer.Button, answer.StartParam = in.Say("inline.nothing"), startSearch(query)
	}
	answer.Files = inlineFiles(in, page.Files)
	err = s.Messenger.AnswerInline(ctx, answer)
	if !telegram.IsReferenceError(err) {
		return err
	}
	files, err := s.renew(ctx, page.Files)
	if err != nil {
		return err
	}
	answer.Files = inlineFiles(in, files)
	return s.Messenger.AnswerInline(ctx, answer)
}

// renew reads the references of files anew. It leaves out files that are gone.
func (s *Screens) renew(ctx context.Context, files []filter.File) ([]filter.File, error) {
	renewed := make([]*filter.File, len(files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(renewAtOnce)
	for i, f := range files {
		g.Go(func() error {
			f, err := s.Indexer.Refresh(ctx, f.Media.Document)
			if errors.Is(err, filter.ErrFileGone) {
				return nil
			}
			renewed[i] = &f
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var out []filter.File
	for _, f := range renewed {
		if f != nil {
			out = append(out, *f)
		}
	}
	return out, nil
}

// FailInline says above an empty list of results what went wrong.
func (s *Screens) FailInline(ctx context.Context, e *telegram.Event, err error) error {
	return s.Messenger.AnswerInline(ctx, telegram.InlineAnswer{
		QueryID: e.QueryID, Button: telegram.CleanLine(s.Texts.Sentence(e, err), maxInlineHint), StartParam: StartInline,
	})
}

func inlineFiles(in *phrase.Speaker, files []filter.File) []telegram.InlineFile {
	var out []telegram.InlineFile
	for _, f := range files {
		out = append(out, telegram.InlineFile{
			Media: f.Media, Title: telegram.CleanLine(f.Media.Name, maxInlineTitle),
			Description: in.Say("kind."+f.Media.Kind.String()) + " · " + phrase.Size(f.Media.Size),
		})
	}
	return out
}
