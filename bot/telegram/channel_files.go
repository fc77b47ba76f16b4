package telegram

import (
	"context"
	"fmt"
	"slices"

	"pavilion/filter"
)

// ChannelFile is a file in a channel's post as Telegram shows it now.
type ChannelFile struct {
	Post  filter.Post
	Album int64 // Telegram's number of the album; 0: none
}

// ReadFiles reads the files of a channel's posts by id, in the order of the ids. Posts that are deleted or have no file are left out. The files of an album
// have their own captions only.
func (d *Deliverer) ReadFiles(ctx context.Context, channel filter.ChannelID, ids []filter.MessageID) ([]ChannelFile, error) {
	var files []ChannelFile
	for part := range slices.Chunk(ids, idsInCall) {
		messages, _, err := d.m.readMessages(ctx, channel, part)
		if err != nil {
			return nil, fmt.Errorf("read files of channel %d: %w", channel, err)
		}
		for _, msg := range messages {
			if media, ok := fileOf(msg); ok && !msg.Out {
				files = append(files, ChannelFile{Post: postWith(int64(channel), msg, media), Album: msg.GroupedID})
			}
		}
	}
	return files, nil
}

// TitleOf returns the title of a supergroup, and nothing for another chat.
func (d *Deliverer) TitleOf(ctx context.Context, in Chat) string {
	if in.Type != Supergroup {
		return ""
	}
	d.m.protections.mu.Lock()
	known, fresh := d.m.protections.known[filter.ChannelID(in.ID)]
	d.m.protections.mu.Unlock()
	if fresh && d.m.queue.now().Sub(known.at) < protectionFor {
		return known.title
	}
	ctx, cancel := context.WithTimeout(ctx, protectionWithin)
	defer cancel()
	info, err := d.m.ChannelByID(ctx, filter.ChannelID(in.ID))
	if err != nil {
		return known.title
	}
	return info.Title
}
