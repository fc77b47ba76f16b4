package chat

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pavilion/bot/telegram"
)

// slowRouter handles an event a second, as Telegram's limits would have it, and notes the message ids.
type slowRouter struct {
	*router
	handled, refused, finished []int
}

// answersOf runs a router on events until it has dealt with all of them. The others arrive while the first one is handled.
func answersOf(t *testing.T, events ...*telegram.Event) *slowRouter {
	t.Helper()
	s := &slowRouter{}
	s.router = newRouter(func(_ context.Context, e *telegram.Event) error {
		time.Sleep(time.Second)
		s.handled = append(s.handled, e.MessageID)
		return nil
	}, func(_ context.Context, e *telegram.Event, err error) error {
		s.finished = append(s.finished, e.MessageID)
		if errors.Is(err, errTooManyMessages) {
			s.refused = append(s.refused, e.MessageID)
		}
		return nil
	}, slog.New(slog.DiscardHandler))
	c := &Chat{routes: Routes{Commands: []Command{{Name: "search", Latest: true}, {Name: "help"}}}}
	s.latest = c.supersedes
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(time.Hour, stop)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Run(ctx)
	}()
	for i, e := range events {
		if i < 2 {
			synctest.Wait()
		}
		s.submit(e)
	}
	<-ended
	return s
}

func inGroup(person int64, message int, command string) *telegram.Event {
	return &telegram.Event{From: telegram.Person{ID: person}, Chat: telegram.Chat{ID: 5, Type: telegram.Group}, MessageID: message, Command: command, Addressed: true}
}

func TestRouter_MessagesThatAreNotForTheBotAreNeverRefusedAloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []*telegram.Event
		for i := range 30 {
			joined := inGroup(1, i, "")
			joined.Addressed, joined.Join = false, &telegram.Join{}
			events = append(events, joined)
		}
		got := answersOf(t, events...)
		if len(got.handled) != mostWaitingInGroup+1 || len(got.refused) != 0 || len(got.finished) != 30 {
			t.Errorf("%v are handled, %v refused aloud, %d settled", got.handled, got.refused, len(got.finished))
		}
	})
}

func TestRouter_APersonsLastSearchInAGroupSupersedesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []*telegram.Event
		for i := range 60 {
			events = append(events, inGroup(1, i, "search"))
		}
		got := answersOf(t, append(events, inGroup(2, 60, "search"), inGroup(1, 61, "help"))...)
		if want := []int{0, 59, 60, 61}; !slices.Equal(got.handled, want) || len(got.refused) != 0 || len(got.finished) != 62 {
			t.Errorf("answered %v, want %v; refused %v; %d settled", got.handled, want, got.refused, len(got.finished))
		}
	})
}

func TestRouter_OnePersonsMessagesLeaveNoMinutesOfAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var private, group []*telegram.Event
		for i := range 1200 {
			private = append(private, &telegram.Event{From: telegram.Person{ID: 1}, Chat: telegram.Chat{ID: 1}, MessageID: i})
			group = append(group, inGroup(1, i, "help"))
		}
		got := answersOf(t, private...)
		if len(got.handled) != 1+mostWaiting || !slices.Equal(got.refused, []int{1 + mostWaiting}) || len(got.finished) != 1200 {
			t.Errorf("in private %d are answered, %v refused, %d settled", len(got.handled), got.refused, len(got.finished))
		}
		got = answersOf(t, append(group, inGroup(2, 1200, "help"))...)
		if len(got.handled) != mostWaitingInGroup+2 || got.handled[mostWaitingInGroup+1] != 1200 || !slices.Equal(got.refused, []int{mostWaitingInGroup + 1}) {
			t.Errorf("in a group %v are answered, %v refused", got.handled, got.refused)
		}
	})
}
