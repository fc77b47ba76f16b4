package archive

import (
	"context"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/fault"
	"pavilion/web"
)

// errNoThumb means that Telegram gave no thumbnail of the file.
var errNoThumb = fault.New(fault.NotFound, "no_thumb")

// mostThumbs bounds the thumbs of one answer. A page has 20 titles; versions beyond this number have no picture.
const mostThumbs = 200

// shownFiles returns the files of a page of results, the best of each title first.
func shownFiles(p filter.Page) (files []filter.File) {
	for _, r := range p.Rows {
		files = append(files, r.Files[:min(1, len(r.Files))]...)
	}
	for _, r := range p.Rows {
		files = append(files, r.Files[min(1, len(r.Files)):]...)
	}
	return files[:min(len(files), mostThumbs)]
}

// thumbs asks for the thumbs of files.
func thumbs(ctx context.Context, a Archive, files ...filter.File) map[filter.DocumentID][]byte {
	ids := make([]filter.DocumentID, len(files))
	for i, f := range files {
		ids[i] = f.Media.Document
	}
	return a.Thumbs(ctx, ids)
}

type thumbIn struct {
	web.IfNoneMatch
	ID string `path:"id" maxLength:"20"`
}

// readThumb answers with the thumb of a file that the person may see.
func (h handlers) readThumb(ctx context.Context, in *thumbIn) (*web.File, error) {
	archive, _, err := h.admit(ctx, access.Tap)
	if err != nil {
		return nil, err
	}
	id, err := parseID(in.ID)
	if err != nil {
		return nil, err
	}
	f, err := archive.File(ctx, id, filter.Place{})
	if err != nil {
		return nil, err
	}
	picture, ok := thumbs(ctx, archive, f)[id]
	if !ok {
		return nil, errNoThumb
	}
	return in.File("image/jpeg", picture), nil
}
