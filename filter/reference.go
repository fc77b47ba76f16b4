package filter

import (
	"context"
	"fmt"
)

// Refresh reads a file's messages again and stores the file reference that they carry now. A place that holds the file no longer leaves the index;
// ErrFileGone means that it was the last one.
func (x *Indexer) Refresh(ctx context.Context, id DocumentID) (File, error) {
	file, err := findFile(ctx, x.pools, id)
	if err != nil {
		return File{}, err
	}
	for _, place := range file.Places {
		read, err := x.reader.ReadPosts(ctx, place.Channel, []MessageID{place.Message})
		if err != nil {
			return File{}, fmt.Errorf("refresh file %d: %w", id, err)
		}
		if len(read.Posts) == 0 {
			x.Delete(place.Channel, []MessageID{place.Message})
			continue
		}
		post := read.Posts[0]
		x.Edit(post)
		if post.Media.Document == id {
			file.Media = post.Media
			return file, nil
		}
	}
	return File{}, ErrFileGone
}
