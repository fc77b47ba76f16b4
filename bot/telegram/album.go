package telegram

import (
	"context"
	"maps"
	"slices"

	"github.com/gotd/td/tg"

	"pavilion/filter"
)

// shareCaptions gives the messages of each album the caption of the only one that has one, as Telegram's clients show it for the whole album.
func shareCaptions(messages []*tg.Message) {
	captioned := map[int64][]*tg.Message{}
	for _, m := range messages {
		if m.GroupedID != 0 && m.Message != "" {
			captioned[m.GroupedID] = append(captioned[m.GroupedID], m)
		}
	}
	for _, m := range messages {
		if with := captioned[m.GroupedID]; m.GroupedID != 0 && m.Message == "" && len(with) == 1 {
			m.Message, m.Entities = with[0].Message, with[0].Entities
		}
	}
}

// albumNeighbours are the ids that may belong to the albums of messages and are not in read.
func albumNeighbours(messages []*tg.Message, read []filter.MessageID) []filter.MessageID {
	known := map[filter.MessageID]bool{}
	for _, id := range read {
		known[id] = true
	}
	missing := map[filter.MessageID]bool{}
	for _, m := range messages {
		if m.GroupedID == 0 {
			continue
		}
		for id := max(1, m.ID-filter.MaxAlbum+1); id < m.ID+filter.MaxAlbum; id++ {
			if id := filter.MessageID(id); !known[id] {
				missing[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// readWithAlbums reads messages by id, and completes the captions of albums, whose other messages may be among the neighbours. top is the highest of
// ids that has a message.
func (m *Messenger) readWithAlbums(ctx context.Context, channel filter.ChannelID, ids []filter.MessageID) (messages []*tg.Message, top filter.MessageID, err error) {
	messages, top, err = m.readMessages(ctx, channel, ids)
	if err != nil {
		return nil, 0, err
	}
	all := slices.Clone(messages)
	for part := range slices.Chunk(albumNeighbours(messages, ids), idsInCall) {
		near, _, err := m.readMessages(ctx, channel, part)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, near...)
	}
	shareCaptions(all)
	return messages, top, nil
}
