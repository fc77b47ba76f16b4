package search

import (
	"context"
	"errors"
	"slices"

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
	page, err := s.find(ctx, filter.Query{Text: query, Limit: inlinePage, After: after, Typing: true})
	if err != nil {
		return err
	}
	if after.Zero() {
		s.Counters.AskedInline()
	}
	if page.HasNext {
		answer.NextOffset = page.Last.String()
	}
	if len(page.Missing) == 0 { // partial results are not cached
		answer.CacheSeconds = inlineCache
	}
	if len(page.Files) == 0 && after.Zero() {
		answer.Button, answer.StartParam = in.Say("inline.nothing"), StartSearch(query)
	}
	files := s.unprotected(ctx, page.Files)
	if len(files) < len(page.Files) && answer.Button == "" { // a file sent by an inline result would lose its protection
		answer.Button, answer.StartParam = in.Say("inline.protected"), StartSearch(query)
	}
	answer.Files = inlineFiles(in, files)
	err = s.Messenger.AnswerInline(ctx, answer)
	if !telegram.IsReferenceError(err) {
		return err
	}
	if files, err = renewed(ctx, files, s.Indexer.Refresh); err != nil {
		return err
	}
	answer.Files = inlineFiles(in, s.unprotected(ctx, files))
	return s.Messenger.AnswerInline(ctx, answer)
}

// unprotected leaves out protected files.
func (s *Screens) unprotected(ctx context.Context, files []filter.File) []filter.File {
	return slices.DeleteFunc(slices.Clone(files), func(f filter.File) bool { return s.Messenger.IsProtected(ctx, f) })
}

// renewed reads the references of files anew. It leaves out files that are gone and files that cannot be read, such as those of a channel that
// the bot was removed from. It fails where none can be read.
func renewed(ctx context.Context, files []filter.File, refresh func(context.Context, filter.File) (filter.File, error)) ([]filter.File, error) {
	fresh, errs := make([]*filter.File, len(files)), make([]error, len(files))
	var g errgroup.Group
	g.SetLimit(renewAtOnce)
	for i, f := range files {
		g.Go(func() error {
			f, err := refresh(ctx, f)
			switch {
			case err == nil:
				fresh[i] = &f
			case !errors.Is(err, filter.ErrFileGone):
				errs[i] = err
			}
			return nil
		})
	}
	_ = g.Wait() // the files' errors are in errs
	var out []filter.File
	for _, f := range fresh {
		if f != nil {
			out = append(out, *f)
		}
	}
	if len(out) == 0 {
		return nil, errors.Join(errs...)
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
