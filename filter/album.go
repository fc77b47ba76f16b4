package filter

// MaxAlbum is Telegram's limit of messages in an album. They are sent at once, so their ids are neighbours.
const MaxAlbum = 10

// ReadAlbum queues the read of a new or edited message of an album, and of its neighbours. An album's caption stands on one of its messages and counts
// for all, and their updates come one by one, so PostReader reads them together.
func (x *Indexer) ReadAlbum(at Place) {
	x.mu.Lock()
	defer x.mu.Unlock()
	around := Range{max(1, at.Message-MaxAlbum+1), at.Message + MaxAlbum - 1}
	if !x.channels.Loaded() {
		x.noteEarly(at.Channel, Range{around.From, at.Message})
		return
	}
	t := x.progressOf(at.Channel)
	if t == nil {
		return
	}
	now := x.opts.Now()
	t.noteSeen(at.Message, now)
	around.To = min(around.To, t.highest)
	for id := around.From; id <= around.To; id++ {
		t.invalidateReads(id)
		t.supersede(id)
	}
	t.addGap(around, now)
	signal(x.wakeRecovery)
}
