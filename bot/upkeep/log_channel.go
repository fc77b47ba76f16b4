package upkeep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter/upkeep"
	"pavilion/internal/fault"
	"pavilion/internal/journal"
)

// The verbs of the buttons.
const (
	verbLogKind = "lck"
	verbLogOff  = "lco"
)

// logChannel are the screens of /logchannel.
type logChannel struct{ *Screens }

var errLogChannelArgs = fault.New(fault.Invalid, "log_channel_args")

// HandleLogChannel answers /logchannel: with a channel it posts events there from now on. Without one it shows the kinds of events.
func (s *Screens) HandleLogChannel(ctx context.Context, e *telegram.Event) error {
	l := logChannel{s}
	now, version, err := s.LogChannel.Read(ctx)
	if err != nil {
		return err
	}
	if text := strings.TrimSpace(e.Text); text != "" {
		to, err := s.FindChannel(ctx, text)
		if err != nil {
			return errors.Join(errLogChannelArgs, err)
		}
		hello := telegram.Reply{Text: s.Texts.In(e).Say("log_channel.hello")}
		if err := s.Client.Post(ctx, to, hello, fmt.Sprintf("log channel %d", version)); err != nil {
			return err
		}
		now.Chat, now.Language = to, e.From.Language
		if err := s.LogChannel.Change(ctx, version, e.From.ID, now); err != nil {
			return err
		}
	}
	return s.send(ctx, e, l.draw(e).logChannel(now))
}

func (s logChannel) tapKind(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	kind := upkeep.EventKind(f.Next())
	return s.change(ctx, e, f, func(l upkeep.LogChannel) upkeep.LogChannel { return l.Toggled(kind) })
}

func (s logChannel) tapOff(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	return s.change(ctx, e, f, func(l upkeep.LogChannel) upkeep.LogChannel { l.Chat = 0; return l })
}

func (s logChannel) change(ctx context.Context, e *telegram.Event, f *chat.Fields, to func(upkeep.LogChannel) upkeep.LogChannel) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	now, version, err := s.LogChannel.Read(ctx)
	if err != nil {
		return telegram.Reply{}, err
	}
	now = to(now)
	if err := s.LogChannel.Change(ctx, version, e.From.ID, now); err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).logChannel(now), nil
}

func (d drawing) logChannel(l upkeep.LogChannel) telegram.Reply {
	if l.Chat == 0 {
		return telegram.Reply{Text: d.in.Say("log_channel.none")}
	}
	var keyboard [][]telegram.Button
	for _, k := range upkeep.EventKinds() {
		mark := "✅ "
		if slices.Contains(l.Muted, k) {
			mark = "🔇 "
		}
		keyboard = append(keyboard, []telegram.Button{d.button(mark+d.in.Say("log_channel.kind_"+string(k)), verbLogKind+":"+string(k))})
	}
	keyboard = append(keyboard, []telegram.Button{d.button(d.in.Say("log_channel.off"), verbLogOff)})
	return d.page(d.in.Say("log_channel.title"), []string{d.in.Say("log_channel.on")}, keyboard...)
}

const (
	postEvery   = 3 * time.Second // at most 20 messages a minute
	postTimeout = 30 * time.Second
	linesPosted = 30 // in one message
)

// Run posts events to the log channel until ctx ends.
func (s *Screens) Run(ctx context.Context) {
	ticker := time.NewTicker(postEvery)
	defer ticker.Stop()
	down, seen := map[string]bool{}, s.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		s.notePools(down)
		seen = s.noteErrors(seen)
		if err := s.postEvents(ctx); err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "the log channel did not get its events", slog.Any("error", err))
		}
	}
}

// notePools tells of pools that went down or came back since the last call.
func (s *Screens) notePools(down map[string]bool) {
	for _, p := range s.Pools.All() {
		now := p.Down()
		if now == down[p.Name()] {
			continue
		}
		down[p.Name()] = now
		key := "events.pool_up"
		if now {
			key = "events.pool_down"
		}
		s.Events.Tell(upkeep.PoolEvents, key, p.Name())
	}
}

// noteErrors tells of the errors that were logged since the last call, and returns the time of the newest.
func (s *Screens) noteErrors(seen time.Time) time.Time {
	newest := seen
	entries := s.Journal.Last(slog.LevelError, linesPosted)
	slices.Reverse(entries)
	for _, e := range slices.DeleteFunc(entries, func(e journal.Entry) bool { return !e.At.After(seen) }) {
		newest = e.At
		s.Events.Tell(upkeep.ErrorEvents, "events.error", e.Message)
	}
	return newest
}

// postEvents posts the events since the last call in one message. If the bot has no right to post, it tells the admins once for each change of the
// setting. Events that could not be posted are lost: the log has them too.
func (s *Screens) postEvents(ctx context.Context) error {
	events, dropped := s.Events.Take()
	l := s.LogChannel.Get(ctx)
	events = slices.DeleteFunc(events, func(e upkeep.Event) bool { return slices.Contains(l.Muted, e.Kind) })
	if l.Chat == 0 || len(events) == 0 {
		return nil
	}
	d := drawing{in: s.Texts.InLanguage(l.Language), now: s.Now().UTC()}
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	name := fmt.Sprintf("events %d", s.Now().UnixNano())
	err := s.Client.Post(ctx, l.Chat, d.events(events, dropped), name)
	if !errors.Is(err, telegram.ErrCannotWrite) && !errors.Is(err, telegram.ErrUnreachable) {
		return err
	}
	_, version, rerr := s.LogChannel.Read(ctx)
	if rerr != nil {
		return errors.Join(err, rerr)
	}
	for _, admin := range s.Admins {
		text := s.Texts.InLanguage(s.Language(ctx, admin)).Say("log_channel.no_right")
		err = errors.Join(err, s.Client.Notify(ctx, admin, telegram.Reply{Text: text}, fmt.Sprintf("log channel %d without a right", version), false))
	}
	return err
}

// events draws events, equal ones as one line.
func (d drawing) events(events []upkeep.Event, dropped int) telegram.Reply {
	var lines []string
	times := map[string]int{}
	for _, e := range events {
		line := d.in.Say(e.Key, e.Args...)
		if times[line]++; times[line] == 1 {
			lines = append(lines, line)
		}
	}
	more := dropped
	if len(lines) > linesPosted {
		for _, line := range lines[linesPosted:] {
			more += times[line]
		}
		lines = lines[:linesPosted]
	}
	for i, line := range lines {
		if n := times[line]; n > 1 {
			lines[i] = d.in.Say("events.times", line, n)
		}
	}
	if more > 0 {
		lines = append(lines, d.in.Say("events.more", more))
	}
	return telegram.Reply{Text: strings.Join(lines, "\n")}
}
