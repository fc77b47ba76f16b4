package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

const (
	broadcastPeople = 1400 // 50 s at Telegram's limit
	broadcastLimit  = 30   // messages a second that the simulated Telegram takes from the bot, over five seconds
	botName         = sandbox.BotName
)

// runBroadcast measures a broadcast at Telegram's limit, and the bot's answers beside it and without it.
func runBroadcast(ctx context.Context, out io.Writer) (err error) {
	s, err := sandbox.Open(ctx, sandbox.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.StartBot(ctx); err != nil {
		return err
	}
	if _, err := s.AddAudience(ctx, broadcastPeople); err != nil {
		return err
	}
	admin, err := s.Connect(ctx, s.Admin)
	if err != nil {
		return err
	}
	defer admin.Close()
	member, err := s.Connect(ctx, s.Members[0])
	if err != nil {
		return err
	}
	defer member.Close()
	const answers = 20
	alone, err := answerTimes(ctx, member, answers, "alone")
	if err != nil {
		return err
	}
	s.DC.Faults().LimitAccounts(5*broadcastLimit, 5*time.Second)
	confirm, err := prepareBroadcast(ctx, admin)
	if err != nil {
		return err
	}
	before := s.DC.Faults().Calls("messages.sendMessage")
	if _, err := admin.Tap(ctx, botName, confirm, "Send to"); err != nil {
		return err
	}
	if err := s.DC.Faults().WaitCalls(ctx, "messages.sendMessage", before+1); err != nil {
		return err
	}
	start := time.Now()
	beside, err := answerTimes(ctx, member, answers, "beside")
	if err != nil {
		return err
	}
	if err := s.DC.Faults().WaitCalls(ctx, "messages.sendMessage", before+broadcastPeople+2*answers); err != nil { // the member's messages are calls, too
		return err
	}
	rate := broadcastPeople / time.Since(start).Seconds()
	fmt.Fprintf(out, "# a broadcast to %d people; Telegram takes %d messages a second and refused %d\n", broadcastPeople, broadcastLimit, s.DC.Faults().AccountFloods())
	fmt.Fprintf(out, "figure broadcast %.4g messages/s baseline %d ratio %.3g\n", rate, broadcastLimit, rate/broadcastLimit)
	for _, p := range []struct {
		name string
		at   int // index into the sorted times
	}{{"p50", answers / 2}, {"max", answers - 1}} {
		fmt.Fprintf(out, "figure answer_beside_broadcast_%s %.4g ms baseline %.4g ratio %.3g\n", p.name, ms(beside[p.at]), ms(alone[p.at]), ms(beside[p.at])/ms(alone[p.at]))
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// answerTimes asks for films that do not exist, one every two seconds, and returns the times until the answers, sorted.
func answerTimes(ctx context.Context, u *driver.User, n int, label string) ([]time.Duration, error) {
	var times []time.Duration
	ticker := time.NewTicker(2 * time.Second) // Telegram lets a chat have one message a second
	defer ticker.Stop()
	for i := range n {
		query := fmt.Sprintf("no film %s %d", label, i)
		start := time.Now()
		if err := u.Send(ctx, botName, query); err != nil {
			return nil, err
		}
		if _, err := awaitText(ctx, u, query); err != nil {
			return nil, err
		}
		times = append(times, time.Since(start))
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-ticker.C:
		}
	}
	slices.Sort(times)
	return times, nil
}

func awaitText(ctx context.Context, u *driver.User, part string) (*tg.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return u.Await(ctx, botName, func(m *tg.Message) bool { return !m.Out && strings.Contains(m.Message, part) })
}

// prepareBroadcast makes a broadcast in the chat and returns the message that confirms it.
func prepareBroadcast(ctx context.Context, admin *driver.User) (confirm *tg.Message, err error) {
	for _, step := range []struct{ say, await, tap string }{
		{"/broadcast", "Send me the message", ""},
		{"A message to all", ": draft", "Preview"},
		{"", ": ready", "Numbers"},
		{"", "would get it", ""},
	} {
		if step.say != "" {
			if err := admin.Send(ctx, botName, step.say); err != nil {
				return nil, err
			}
		}
		if confirm, err = awaitText(ctx, admin, step.await); err != nil {
			return nil, fmt.Errorf("%q: %w", step.await, err)
		}
		if step.tap == "" {
			continue
		}
		if _, err := admin.Tap(ctx, botName, confirm, step.tap); err != nil {
			return nil, err
		}
	}
	return confirm, nil
}
