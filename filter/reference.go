package filter

import (
	"context"
	"errors"
	"fmt"
)

// Refresh reads a file's messages again and stores the file reference that they carry now. A place that holds the file no longer leaves the index;
// ErrFileGone means that it was the last one.
func (x *Indexer) Refresh(ctx context.Context, id DocumentID) (File, error) {
	file, err := findFile(ctx, x.pools, id)
	if err != nil {
		return File{}, err
	}
	var unread error
	for _, place := range file.Places {
		read, err := x.readNow(ctx, place)
		if err != nil { // the bot may have been thrown out of that channel and not of the next
			unread = errors.Join(unread, err)
			continue
		}
		if len(read.Posts) == 0 {
			continue
		}
		post := read.Posts[0]
		if post.Media.Document == id {
			file.Media = post.Media
			return file, nil
		}
	}
	if unread != nil {
		return File{}, fmt.Errorf("refresh file %d: %w", id, unread)
	}
	return File{}, ErrFileGone
}

// readNow reads one message and lets the index follow, unless an edit or a deletion came while it was read.
func (x *Indexer) readNow(ctx context.Context, at Place) (PostsRead, error) {
	x.mu.Lock()
	t := x.track(at.Channel)
	if t == nil { // not indexed any more: its files are about to leave
		x.mu.Unlock()
		return x.reader.ReadPosts(ctx, at.Channel, []MessageID{at.Message})
	}
	reading := t.begin([]MessageID{at.Message})
	x.mu.Unlock()
	read, err := x.reader.ReadPosts(ctx, at.Channel, []MessageID{at.Message})
	x.mu.Lock()
	defer x.mu.Unlock()
	t.end(reading)
	if err != nil || (*reading)[at.Message] {
		return read, err
	}
	e := event{place: at, replace: true}
	if len(read.Posts) > 0 {
		e.post = &read.Posts[0]
	}
	x.take(t, e)
	return read, nil
}
