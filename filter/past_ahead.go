package filter

import (
	"context"
	"sync"
)

// answersAhead is the number of answers, of 100 ids each, that a read of the past may be ahead of the index.
const answersAhead = 10

// pastReader reads the ids of a read of the past one call after the other, while the index stores the posts of earlier answers. So a read takes as long as
// Telegram's answers, unless the index stores more slowly.
type pastReader struct {
	indexer  *Indexer
	progress *channelProgress
	channel  ChannelID
	stop     context.CancelFunc
	answers  chan *pastAnswer
	running  sync.WaitGroup
}

// pastAnswer is an answer of Telegram. Its ids count as being read until it is dropped.
type pastAnswer struct {
	ids     []MessageID
	reading *readInProgress
	read    PostsRead
	err     error
}

// startReader starts to read the ids from..to of a channel. It returns nil if the channel is not indexed.
func (r *PastReads) startReader(ctx context.Context, channel ChannelID, from, to MessageID) *pastReader {
	x := r.indexer
	x.mu.Lock()
	t := x.progressOf(channel)
	x.mu.Unlock()
	if t == nil {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	reader := &pastReader{indexer: x, progress: t, channel: channel, stop: stop, answers: make(chan *pastAnswer, answersAhead-1)}
	reader.running.Go(func() {
		defer close(reader.answers)
		for from <= to {
			a := reader.readIDs(ctx, from, min(to, from+readAtOnce-1))
			select {
			case reader.answers <- a:
			case <-ctx.Done():
				reader.drop(a)
				return
			}
			if a.err != nil {
				return
			}
			from += readAtOnce
		}
	})
	return reader
}

func (r *pastReader) readIDs(ctx context.Context, from, to MessageID) *pastAnswer {
	a := &pastAnswer{}
	for m := from; m <= to; m++ {
		a.ids = append(a.ids, m)
	}
	r.indexer.mu.Lock()
	a.reading = r.progress.beginRead(a.ids)
	r.indexer.mu.Unlock()
	a.read, a.err = r.indexer.reader.ReadPosts(ctx, r.channel, a.ids)
	return a
}

// receiveAnswers waits for an answer, and returns it with those that are there already.
func (r *pastReader) receiveAnswers(ctx context.Context) (list []*pastAnswer, err error) {
	for len(list) < answersAhead {
		var a *pastAnswer
		var open bool
		if len(list) == 0 {
			select {
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			case a, open = <-r.answers:
			}
		} else {
			select {
			case a, open = <-r.answers:
			default:
			}
		}
		if !open {
			break
		}
		if a.err != nil {
			r.drop(a)
			return list, a.err
		}
		list = append(list, a)
	}
	return list, nil
}

// drop ends the read of an answer's ids.
func (r *pastReader) drop(answers ...*pastAnswer) {
	r.indexer.mu.Lock()
	defer r.indexer.mu.Unlock()
	for _, a := range answers {
		r.progress.endRead(a.reading)
	}
}

// close stops reading, and drops the answers that nobody took.
func (r *pastReader) close() {
	if r == nil {
		return
	}
	r.stop()
	for a := range r.answers {
		r.drop(a)
	}
	r.running.Wait()
}

// closeReaders stops the reads of the past at the end of recoverLoop.
func (r *PastReads) closeReaders() {
	r.stepping.Lock()
	defer r.stepping.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, job := range r.running {
		job.reader.close()
	}
}
