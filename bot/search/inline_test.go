package search

import (
	"context"
	"errors"
	"testing"

	"pavilion/filter"
)

var errUnreadable = errors.New("the channel cannot be read")

func TestRenewed_OneUnreachableFileLeavesTheOthers(t *testing.T) {
	t.Parallel()
	file := func(id filter.DocumentID) filter.File { return filter.File{Media: filter.Media{Document: id}} }
	refresh := func(_ context.Context, f filter.File) (filter.File, error) {
		switch f.Media.Document {
		case 2:
			return filter.File{}, errUnreadable
		case 3:
			return filter.File{}, filter.ErrFileGone
		}
		return f, nil
	}
	got, err := renewed(t.Context(), []filter.File{file(1), file(2), file(3), file(4)}, refresh)
	if err != nil || len(got) != 2 || got[0].Media.Document != 1 || got[1].Media.Document != 4 {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := renewed(t.Context(), []filter.File{file(2)}, refresh); !errors.Is(err, errUnreadable) || len(got) != 0 {
		t.Errorf("where none can be read: %v, %v", got, err)
	}
	if got, err := renewed(t.Context(), []filter.File{file(3)}, refresh); err != nil || len(got) != 0 {
		t.Errorf("where all are gone: %v, %v", got, err)
	}
}
