package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

const (
	askEvery     = 300 * time.Millisecond
	answerWithin = 2 * time.Minute // a message without an answer by then is a fault
)

var errUnanswered = errors.New("messages have no answer")

// searches are members who search in the chat at a steady rate, and one who searches over HTTP.
type searches struct {
	scene     *sandbox.Scene
	http      *answers // nil: nobody searches over HTTP
	stopAsk   context.CancelFunc
	asking    sync.WaitGroup
	stopWatch context.CancelFunc
	watching  sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed at the next answer
	open     map[string]time.Time
	answered map[string]map[int]bool // the messages that answer each text
	gap      time.Duration
	err      error
}

// startSearches asks until finish. reader is the client of the person who searches over HTTP; nil: nobody does.
func startSearches(ctx context.Context, scene *sandbox.Scene, people []world.User, reader *visitor) *searches {
	watch, stopWatch := context.WithCancel(ctx)
	ask, stopAsk := context.WithCancel(ctx)
	s := &searches{
		scene: scene, stopAsk: stopAsk, stopWatch: stopWatch, changed: make(chan struct{}), open: map[string]time.Time{}, answered: map[string]map[int]bool{},
	}
	for _, p := range people {
		s.watching.Go(func() { s.watch(watch, p) })
	}
	s.asking.Go(func() {
		for n := 0; ask.Err() == nil; n++ {
			s.ask(people[n%len(people)], fmt.Sprintf("golden river %d", n))
			_ = sandbox.Pause(ask, askEvery)
		}
	})
	if reader == nil {
		return s
	}
	s.http = newAnswers(1)
	s.asking.Go(func() {
		for ask.Err() == nil {
			s.http.ask(ctx, 0, reader, request{http.MethodGet, "/archive/search?text=golden+river", "", nil, http.StatusOK})
			_ = sandbox.Pause(ask, askEvery)
		}
	})
	return s
}

func (s *searches) ask(who world.User, text string) {
	s.mu.Lock()
	s.open[text] = time.Now()
	s.mu.Unlock()
	if _, err := s.scene.DC.World().SendText(who.ID, world.UserPeer(s.scene.BotID), text); err != nil {
		s.mu.Lock()
		s.err = errors.Join(s.err, err)
		s.mu.Unlock()
	}
}

// watch notes every message of the bot to a person until ctx ends.
func (s *searches) watch(ctx context.Context, who world.User) {
	bot := world.UserPeer(s.scene.BotID)
	_, _ = s.scene.DC.World().WaitMessage(ctx, who.ID, func(chat world.Peer, m *tg.Message) bool {
		if text, ok := strings.CutPrefix(m.Message, "🔎 "); ok && chat == bot && !m.Out {
			text, _, _ = strings.Cut(text, "\n")
			s.note(text, m.ID)
		}
		return false
	})
}

func (s *searches) note(text string, id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answered[text] == nil {
		s.answered[text] = map[int]bool{}
	}
	s.answered[text][id] = true
	at, ok := s.open[text]
	if !ok {
		return
	}
	s.gap = max(s.gap, time.Since(at))
	delete(s.open, text)
	close(s.changed)
	s.changed = make(chan struct{})
}

// begin starts the measurement of a step.
func (s *searches) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gap = 0
	if s.http != nil {
		s.http.begin()
	}
}

// measure waits until every message so far has its answer, and returns the longest wait, in the chat or over HTTP.
func (s *searches) measure(ctx context.Context) (gap time.Duration, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, answerWithin, errUnanswered)
	defer cancel()
	// The second call waits for messages that were sent during the first one. Later messages reach a bot that answers again.
	if err := s.settle(ctx); err != nil {
		return 0, err
	}
	if err := s.settle(ctx); err != nil {
		return 0, err
	}
	if s.http != nil {
		if gap, _, err = s.http.measure(ctx); err != nil {
			return 0, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(s.gap, gap), nil
}

// settle waits until every message so far has its answer.
func (s *searches) settle(ctx context.Context) error {
	s.mu.Lock()
	waiting := maps.Clone(s.open)
	s.mu.Unlock()
	for {
		s.mu.Lock()
		changed := s.changed
		for text := range waiting {
			if _, open := s.open[text]; !open {
				delete(waiting, text)
			}
		}
		s.mu.Unlock()
		if len(waiting) == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w: %q", context.Cause(ctx), slices.Sorted(maps.Keys(waiting)))
		}
	}
}

// finish ends the questions, waits for their answers, and returns the number of answered ones and a sentence for each that has no or several answers.
func (s *searches) finish(ctx context.Context) (answered int, findings []string) {
	ctx, cancel := context.WithTimeoutCause(ctx, answerWithin, errUnanswered)
	defer cancel()
	s.stopAsk()
	s.asking.Wait()
	if err := s.settle(ctx); err != nil {
		findings = append(findings, err.Error())
	}
	s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		findings = append(findings, s.err.Error())
	}
	if s.http != nil {
		_, unwanted := s.http.total()
		findings = append(findings, unwanted...)
	}
	for text, by := range s.answered {
		if len(by) != 1 {
			findings = append(findings, fmt.Sprintf("%q has %d answers", text, len(by)))
		}
	}
	return len(s.answered), findings
}

// end stops the goroutines and waits for them.
func (s *searches) end() {
	s.stopAsk()
	s.asking.Wait()
	s.stopWatch()
	s.watching.Wait()
}
