package filter

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Refresh reads a file's messages from Telegram until one has the file. It returns the file with its new file reference and queues the changes for the
// index. It reads the posts with f's description first. Places without the file leave the index. ErrFileGone means that no place has the file.
func (x *Indexer) Refresh(ctx context.Context, f File) (File, error) {
	id := f.Media.Document
	files, err := findFile(ctx, x.pools, id)
	if err != nil {
		return File{}, err
	}
	described := func(g File) bool {
		return slices.ContainsFunc(g.Places, func(p Place) bool { return slices.Contains(f.Places, p) })
	}
	if own := slices.IndexFunc(files, described); own > 0 {
		files[0], files[own] = files[own], files[0]
	}
	var unread error
	for _, file := range files {
		for _, place := range file.Places {
			read, err := x.rereadMessage(ctx, place)
			if err != nil { // the bot may have lost access to this channel only
				unread = errors.Join(unread, err)
				continue
			}
			if len(read.Posts) > 0 && read.Posts[0].Media.Document == id {
				file.Media = read.Posts[0].Media
				return file, nil
			}
		}
	}
	if unread != nil {
		return File{}, fmt.Errorf("refresh file %d: %w", id, unread)
	}
	return File{}, ErrFileGone
}

// rereadMessage reads one message and queues its content for the index, unless an edit or a deletion arrived during the read.
func (x *Indexer) rereadMessage(ctx context.Context, at Place) (PostsRead, error) {
	x.mu.Lock()
	t := x.progressOf(at.Channel)
	if t == nil { // the channel was removed, and the indexer is deleting its files
		x.mu.Unlock()
		return x.reader.ReadPosts(ctx, at.Channel, []MessageID{at.Message})
	}
	reading := t.beginRead([]MessageID{at.Message})
	x.mu.Unlock()
	read, err := x.reader.ReadPosts(ctx, at.Channel, []MessageID{at.Message})
	x.mu.Lock()
	defer x.mu.Unlock()
	t.endRead(reading)
	if err != nil || (*reading)[at.Message] {
		return read, err
	}
	e := event{place: at, replace: true}
	if len(read.Posts) > 0 {
		e.post = &read.Posts[0]
	}
	x.enqueueOrDefer(t, e)
	return read, nil
}
