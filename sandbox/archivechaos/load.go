package archivechaos

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/club"
	"pavilion/sandbox/world"
)

// load makes the events.
type load struct {
	scene   *scene
	random  *rand.Rand
	archive *club.Archive
	events  atomic.Int64

	turn sync.Mutex // locked during a step, and by hold while the index is behind
	held bool       // turn is held for the index

	mu    sync.Mutex
	posts []*post
}

// post is a message with a file, as Telegram has it.
type post struct {
	channel int64
	message int
	file    int64
	caption string // without the word
	word    string
	former  string // the word of before, empty before the first edit
	deleted bool
	isMark  bool // mark posted it, so no event changes it
}

func newLoad(s *scene) *load {
	const seed = 17
	return &load{scene: s, random: rand.New(rand.NewPCG(seed, seed)), archive: club.NewArchive(seed)}
}

// wordLetters make words that are far from each other, so that a search for one finds no other by a typo.
const wordLetters = "bcdfgklmnprstvz"

func (l *load) newWord() string {
	const length = 16
	word := make([]byte, length)
	for i := range word {
		word[i] = wordLetters[l.random.IntN(len(wordLetters))]
	}
	return string(word)
}

// run makes events until their number is reached or ctx ends.
func (l *load) run(ctx context.Context) error {
	const step = 50
	for n := 0; n < l.scene.options.Events && ctx.Err() == nil; n += step {
		next := time.Now().Add(step * time.Second / time.Duration(l.scene.options.PerSecond))
		if err := l.step(step); err != nil {
			return err
		}
		if sandbox.Pause(ctx, time.Until(next)) != nil {
			return nil //nolint:nilerr // it was told to stop
		}
	}
	return nil
}

// hold stops the events, or lets them go on.
func (l *load) hold(behind bool) {
	switch {
	case behind && !l.held:
		l.turn.Lock()
	case !behind && l.held:
		l.turn.Unlock()
	}
	l.held = behind
}

// step makes a number of events: seven in ten are posts, the others change or repeat posts of the last thousands.
func (l *load) step(events int) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	posts := 0
	for range events {
		var err error
		switch roll := l.random.IntN(100); {
		case roll < 70 || len(l.posts) < events:
			posts++
			continue
		case roll < 83:
			err = l.edit(l.pick())
		case roll < 87:
			err = l.editBack(l.pick())
		case roll < 90:
			err = l.repeat(l.pick())
		default:
			err = l.delete(l.pick())
		}
		if err != nil {
			return err
		}
	}
	l.events.Add(int64(events))
	_, err := l.post(l.channel(), posts)
	return err
}

func (l *load) channel() int64 { return l.scene.channels[l.random.IntN(len(l.scene.channels))] }

// pick returns a living post that is no mark, mostly a young one: its events meet its own post on the way.
func (l *load) pick() *post {
	for {
		reach := len(l.posts)
		if l.random.IntN(3) > 0 {
			reach = min(reach, 300)
		}
		if p := l.posts[len(l.posts)-1-l.random.IntN(reach)]; !p.deleted && !p.isMark {
			return p
		}
	}
}

// post posts new files.
func (l *load) post(channel int64, n int) ([]*post, error) {
	if n == 0 {
		return nil, nil
	}
	var specs []world.FileSpec
	var made []*post
	for _, f := range l.archive.Take(n) {
		p := &post{channel: channel, caption: f.Caption, word: l.newWord()}
		f.Caption = p.text()
		made, specs = append(made, p), append(specs, sandbox.Spec(f))
	}
	return made, l.send(made, specs)
}

func (l *load) send(made []*post, specs []world.FileSpec) error {
	posted, err := l.scene.Post(made[0].channel, specs...)
	for i, p := range posted {
		made[i].message, made[i].file = p.Message, p.File
		l.posts = append(l.posts, made[i])
	}
	return err
}

func (p *post) text() string { return p.caption + "\n" + p.word }

// edit gives a post a new word.
func (l *load) edit(p *post) error {
	p.former, p.word = p.word, l.newWord()
	return l.scene.DC.World().EditCaption(p.channel, p.message, p.text())
}

// editBack edits a post twice: at the end it is as before.
func (l *load) editBack(p *post) error {
	before := p.word
	if err := l.edit(p); err != nil {
		return err
	}
	p.former, p.word = p.word, before
	return l.scene.DC.World().EditCaption(p.channel, p.message, p.text())
}

// repeat posts the file of a post again, with a word of its own.
func (l *load) repeat(p *post) error {
	again := &post{channel: l.channel(), file: p.file, caption: p.caption, word: l.newWord()}
	return l.send([]*post{again}, []world.FileSpec{{SameAs: p.file, Caption: again.text()}})
}

func (l *load) delete(p *post) error {
	p.deleted = true
	return l.scene.DC.World().DeleteMessages(l.scene.Admin.ID, world.ChannelPeer(p.channel), p.message)
}

// mark posts one file, whose word tells when the index has it. No event changes or repeats the file.
func (l *load) mark(channel int64) (word string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events.Add(1)
	made, err := l.post(channel, 1)
	if err != nil {
		return "", err
	}
	made[0].isMark = true
	return made[0].word, nil
}

// files returns the number of files with a living post.
func (l *load) files() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	living := map[int64]bool{}
	for _, p := range l.posts {
		if !p.deleted {
			living[p.file] = true
		}
	}
	return len(living)
}

// sample returns words that must find a file, and words that must find none.
func (l *load) sample(n int) (present, gone []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	posts := slices.Clone(l.posts)
	l.random.Shuffle(len(posts), func(i, j int) { posts[i], posts[j] = posts[j], posts[i] })
	for _, p := range posts {
		switch {
		case p.deleted && len(gone) < n:
			gone = append(gone, p.word)
		case !p.deleted && p.former != "" && len(gone) < n:
			gone = append(gone, p.former)
			present = append(present, p.word)
		case !p.deleted && len(present) < n:
			present = append(present, p.word)
		}
	}
	return present, gone
}
