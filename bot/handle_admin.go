package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"pavilion/filter"
	"pavilion/internal/fault"
)

var (
	errChannelArgs = fault.New(fault.Invalid, "channel_args", "Type /channels to see them, or: /channels add @name, /channels add https://t.me/c/123/45. Or forward me a post of the channel.")
	errIndexArgs   = fault.New(fault.Invalid, "index_args", "Type /index @name 1-500, or /index with a link to the last post to read: /index https://t.me/name/500.")
)

func filterChannel(c Chat) filter.ChannelID { return filter.ChannelID(c.ID) }

// link is t.me/name/5 or t.me/c/123/5.
var link = regexp.MustCompile(`^(?:https?://)?t\.me/(?:c/(\d{1,13})|([A-Za-z]\w{3,31}))(?:/(\d{1,10}))?/?$`)

// channelRef is a channel as an admin names it: @name, a link, or its number.
func parseChannelRef(s string) (id filter.ChannelID, name string, message filter.MessageID, ok bool) {
	if m := link.FindStringSubmatch(s); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		msg, _ := strconv.ParseInt(m[3], 10, 32)
		return filter.ChannelID(n), m[2], filter.MessageID(msg), true
	}
	if n, err := strconv.ParseInt(strings.TrimPrefix(s, "-100"), 10, 64); err == nil && n > 0 {
		return filter.ChannelID(n), "", 0, true
	}
	if name, found := strings.CutPrefix(s, "@"); found && len(name) >= 4 && len(name) <= 32 {
		return 0, name, 0, true
	}
	return 0, "", 0, false
}

func (b *Bot) findChannel(ctx context.Context, id filter.ChannelID, name string) (channelInfo, error) {
	if name != "" {
		return b.tg.channelByName(ctx, name)
	}
	return b.tg.channelByID(ctx, id)
}

// handleChannels lists the indexed channels, or adds one.
func (b *Bot) handleChannels(ctx context.Context, e *Event) error {
	args := strings.Fields(e.Text)
	if len(args) == 0 {
		_, err := b.tg.sendText(ctx, e.Chat, b.channelsReply(e.From.ID), cause{e, 0})
		return err
	}
	if len(args) != 2 || strings.ToLower(args[0]) != "add" {
		return errChannelArgs
	}
	id, name, _, ok := parseChannelRef(args[1])
	if !ok {
		return errChannelArgs
	}
	return b.addChannel(ctx, e, id, name)
}

func (b *Bot) addChannel(ctx context.Context, e *Event, id filter.ChannelID, name string) error {
	info, err := b.findChannel(ctx, id, name)
	if err != nil {
		return err
	}
	admin, err := b.tg.isAdmin(ctx, info.id, 0)
	if err != nil {
		return err
	}
	if !admin {
		return errNoRights
	}
	if _, err := b.deps.Indexer.AddChannel(ctx, info.id, info.title, info.username); err != nil {
		return err
	}
	b.state.flush(ctx) // the channel's access hash must outlive us from now on
	_, err = b.tg.sendText(ctx, e.Chat, Reply{Text: "✅ " + clean(info.title, 100) + " is indexed: new files are found at once. For what was posted before, forward me its last post, or type /index."}, cause{e, 0})
	return err
}

func (b *Bot) channelsReply(owner int64) Reply {
	list := b.deps.Channels.List()
	if len(list) == 0 {
		return Reply{Text: "No channel is indexed yet. Make me an admin of one, then type /channels add @name or forward me a post of it."}
	}
	var t strings.Builder
	t.WriteString("Indexed channels")
	r := Reply{Bold: t.Len()}
	for i, c := range list {
		if i == 30 {
			fmt.Fprintf(&t, "\n… and %d more", len(list)-i)
			break
		}
		verb, label := "pause", "⏸ "
		state := ""
		if c.State == filter.ChannelPaused {
			verb, label, state = "resume", "▶️ ", " (paused)"
		}
		fmt.Fprintf(&t, "\n• %s%s", clean(c.Title, 60), state)
		r.Keyboard = append(r.Keyboard, []Button{
			{label + clean(c.Title, 24), tapData{Action: actChannel, Owner: owner, Verb: verb, Channel: c.ID}.encode()},
			{"🗑", tapData{Action: actChannel, Owner: owner, Verb: "remove", Channel: c.ID}.encode()},
		})
	}
	r.Text = t.String()
	return r
}

// tapChannel pauses, resumes or removes; removal asks first.
func (b *Bot) tapChannel(ctx context.Context, e *Event, d tapData) error {
	if !b.isClubAdmin(e.From.ID) {
		return errAdminsOnly
	}
	var err error
	word := ""
	switch d.Verb {
	case "pause":
		_, err = b.deps.Channels.Pause(ctx, d.Channel)
		word = "Paused"
	case "resume":
		_, err = b.deps.Channels.Resume(ctx, d.Channel)
		word = "Resumed"
	case "remove":
		c, err := b.deps.Channels.Get(d.Channel)
		if err != nil {
			return err
		}
		return errors.Join(b.tg.answerTap(ctx, e, "", false), b.tg.editText(ctx, e.Chat, e.MessageID, Reply{
			Text: "Remove " + clean(c.Title, 60) + "? Its files leave the search; the channel itself stays as it is.",
			Keyboard: [][]Button{{
				{"🗑 Remove", tapData{Action: actChannel, Owner: d.Owner, Verb: "remove!", Channel: d.Channel}.encode()},
				{"Keep", tapData{Action: actChannel, Owner: d.Owner, Verb: "list", Channel: d.Channel}.encode()},
			}},
		}))
	case "remove!":
		_, err = b.deps.Channels.Remove(ctx, d.Channel)
		word = "Removed"
	case "list":
	default:
		return errTap
	}
	if err != nil {
		return err
	}
	return errors.Join(b.tg.answerTap(ctx, e, word, false), b.tg.editText(ctx, e.Chat, e.MessageID, b.channelsReply(d.Owner)))
}

// handleForward offers what can be done with the channel that a post was forwarded from.
func (b *Bot) handleForward(ctx context.Context, e *Event) error {
	c, err := b.deps.Channels.Get(e.Forward.Channel)
	if errors.Is(err, filter.ErrChannelUnknown) {
		return b.addChannel(ctx, e, e.Forward.Channel, "")
	}
	if err != nil {
		return err
	}
	_, err = b.tg.sendText(ctx, e.Chat, Reply{
		Text:     fmt.Sprintf("Read the past of %s, messages 1 to %d?", clean(c.Title, 60), e.Forward.Message),
		Keyboard: [][]Button{{{"Read it", tapData{Action: actIndex, Owner: e.From.ID, Channel: c.ID, To: e.Forward.Message}.encode()}}},
	}, cause{e, 0})
	return err
}

var idRange = regexp.MustCompile(`^(\d{1,10})(?:-(\d{1,10}))?$`)

// handleIndex starts to read a channel's past.
func (b *Bot) handleIndex(ctx context.Context, e *Event) error {
	args := strings.Fields(e.Text)
	if len(args) == 0 || len(args) > 2 {
		return errIndexArgs
	}
	id, name, to, ok := parseChannelRef(args[0])
	from := filter.MessageID(1)
	if len(args) == 2 {
		m := idRange.FindStringSubmatch(args[1])
		if m == nil {
			return errIndexArgs
		}
		first, _ := strconv.ParseInt(m[1], 10, 64)
		last := first
		if m[2] != "" {
			last, _ = strconv.ParseInt(m[2], 10, 64)
		} else {
			first = 1
		}
		from, to = filter.MessageID(first), filter.MessageID(last)
	}
	if !ok || to == 0 {
		return errIndexArgs
	}
	info, err := b.findChannel(ctx, id, name)
	if err != nil {
		return err
	}
	message, err := b.tg.sendText(ctx, e.Chat, Reply{Text: "Reading…"}, cause{e, 0})
	if err != nil {
		return err
	}
	return b.startPast(ctx, e, info.id, from, to, message)
}

func (b *Bot) tapIndex(ctx context.Context, e *Event, d tapData) error {
	if !b.isClubAdmin(e.From.ID) {
		return errAdminsOnly
	}
	if err := b.startPast(ctx, e, d.Channel, 1, d.To, e.MessageID); err != nil {
		return err
	}
	return b.tg.answerTap(ctx, e, "", false)
}

func (b *Bot) startPast(ctx context.Context, e *Event, id filter.ChannelID, from, to filter.MessageID, message int) error {
	p, err := b.deps.Indexer.StartPast(ctx, id, from, to, filter.Report{Chat: e.Chat.Key(), Message: message, By: filter.UserID(e.From.ID)})
	if err != nil {
		return err
	}
	b.reportPast(p)
	return nil
}

func (b *Bot) tapCancel(ctx context.Context, e *Event, d tapData) error {
	if !b.isClubAdmin(e.From.ID) {
		return errAdminsOnly
	}
	if err := b.deps.Indexer.CancelPast(d.ID); err != nil {
		return err
	}
	return b.tg.answerTap(ctx, e, "Stopping…", false)
}

func (b *Bot) handleStats(ctx context.Context, e *Event) error {
	s := b.deps.Indexer.Stats(ctx)
	people := b.deps.Audience.Count(ctx)
	var t strings.Builder
	fmt.Fprintf(&t, "Files: %d\nWords: %d\nChannels: %d\nPeople: %d (%d blocked me)", s.Files, s.Words, len(s.Channels), people.Total, people.Blocked)
	if n := s.Backlog.Queued + s.Backlog.Owed; n > 0 {
		fmt.Fprintf(&t, "\nStill to index: %d", n)
	}
	for _, p := range s.Pools {
		if !p.Answered {
			fmt.Fprintf(&t, "\n⚠️ %s does not answer; its figures are missing.", p.Name)
		}
	}
	_, err := b.tg.sendText(ctx, e.Chat, Reply{Text: t.String()}, cause{e, 0})
	return err
}

func (b *Bot) handleDBStats(ctx context.Context, e *Event) error {
	var t strings.Builder
	t.WriteString("Databases")
	r := Reply{Bold: t.Len()}
	for _, p := range b.deps.Indexer.Stats(ctx).Pools {
		used := p.DataBytes + p.IndexBytes
		fmt.Fprintf(&t, "\n• %s: %s of %s (%d%%)", p.Name, size(used), size(p.LimitBytes), used*100/max(1, p.LimitBytes))
		if p.Answered {
			fmt.Fprintf(&t, ", %d files", p.Files)
		}
		if p.Breaker != "closed" {
			t.WriteString(", ⚠️ not answering")
		}
	}
	r.Text = t.String()
	_, err := b.tg.sendText(ctx, e.Chat, r, cause{e, 0})
	return err
}
