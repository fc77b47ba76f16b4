package filter

import "context"

// AddChannel starts to index a channel's new posts. StartPast reads the older ones.
func (x *Indexer) AddChannel(ctx context.Context, id ChannelID, title, username string) (Channel, error) {
	top, err := highestMessageID(ctx, x.reader, id)
	if err != nil {
		return Channel{}, err
	}
	ch, err := x.channels.Add(ctx, id, title, username, top)
	if err == nil {
		x.NoteLostUpdates(id) // posts that came after highestMessageID and before Add were dropped
	}
	return ch, err
}

// highestMessageID searches for the highest message id of a channel, which Telegram does not tell bots. It reads samples at doubling distances,
// then finer ones between the highest id that exists and the next sample that does not. When deleted messages hide the highest id, the result is
// too low, and the messages above it are indexed like new ones.
func highestMessageID(ctx context.Context, reader PostReader, id ChannelID) (MessageID, error) {
	var ids []MessageID
	for m := MessageID(1); m <= 64; m++ {
		ids = append(ids, m)
	}
	for m := MessageID(128); m < 1<<31; m *= 2 {
		ids = append(ids, m)
	}
	var top MessageID
	for step := MessageID(0); ; {
		read, err := reader.ReadPosts(ctx, id, ids)
		if err != nil {
			return 0, err
		}
		if read.Top <= top && step <= 1 {
			return top, nil
		}
		if step == 0 {
			step = max(1, read.Top)
		}
		top = max(top, read.Top)
		if top < 64 && step > 1 {
			return top, nil // the first 64 ids were all sampled
		}
		span := step
		step = max(1, span/(readAtOnce-1))
		ids = ids[:0]
		for n := MessageID(1); n <= readAtOnce && int64(top)+int64(n*step) < 1<<31; n++ {
			ids = append(ids, top+n*step)
		}
		if len(ids) == 0 {
			return top, nil
		}
	}
}
