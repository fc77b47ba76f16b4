package filter

import "context"

// AddChannel begins to index a channel: what is posted from now on. Its past is read with StartPast.
func (x *Indexer) AddChannel(ctx context.Context, id ChannelID, title, username string) (Channel, error) {
	top, err := x.top(ctx, id)
	if err != nil {
		return Channel{}, err
	}
	ch, err := x.channels.Add(ctx, id, title, username, top)
	if err == nil {
		x.Lost(id) // what was posted since the look was no business of ours yet
	}
	return ch, err
}

// top finds the highest message id of a channel, which Telegram does not tell bots: samples that double, then ever finer ones between the
// highest that exists and the next that does not. Deleted messages can hide it; what lies above is then read as if it were new.
func (x *Indexer) top(ctx context.Context, id ChannelID) (MessageID, error) {
	var ids []MessageID
	for m := MessageID(1); m <= 64; m++ {
		ids = append(ids, m)
	}
	for m := MessageID(128); m < 1<<31; m *= 2 {
		ids = append(ids, m)
	}
	var top MessageID
	for step := MessageID(0); ; {
		read, err := x.reader.ReadPosts(ctx, id, ids)
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
			return top, nil // the first 64 were all looked at
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
