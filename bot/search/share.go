package search

import (
	"context"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
)

// errFileProtected refuses to share a file whose channel restricts saving and forwarding.
var errFileProtected = fault.New(fault.Conflict, "file_protected")

// Share has prepare save a file, as inline mode shows it. prepare is called again with a fresh reference if Telegram refuses the first one.
func (s *Screens) Share(ctx context.Context, in *phrase.Speaker, f filter.File, prepare func(ctx context.Context, f telegram.InlineFile) error) error {
	one := func(f filter.File) error {
		if s.Messenger.IsProtected(ctx, f) {
			return errFileProtected
		}
		return prepare(ctx, inlineFiles(in, []filter.File{f})[0])
	}
	err := one(f)
	if !telegram.IsReferenceError(err) {
		return err
	}
	if f, err = s.Indexer.Refresh(ctx, f); err != nil {
		return err
	}
	return one(f)
}
