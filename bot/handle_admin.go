package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pavilion/filter"
	"pavilion/internal/fault"
)

var errChannelArgs = fault.New(fault.Invalid, "channel_args", "Type /channels to see them, or: /channels add @name, /channels add https://t.me/c/123/45. Or forward me a post of the channel.")

func filterChannel(c Chat) filter.ChannelID { return filter.ChannelID(c.ID) }

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
	ref, ok := parseChannelRef(args[1])
	if !ok {
		return errChannelArgs
	}
	reply, err := b.addChannel(ctx, ref.id, ref.name)
	if err != nil {
		return err
	}
	_, err = b.tg.sendText(ctx, e.Chat, reply, cause{e, 0})
	return err
}

// ownChannel finds a channel that the bot is an admin of.
func (b *Bot) ownChannel(ctx context.Context, id filter.ChannelID, name string) (channelInfo, error) {
	info, err := b.findChannel(ctx, id, name)
	if err != nil {
		return info, err
	}
	admin, err := b.tg.isAdmin(ctx, info.id, 0)
	if err == nil && !admin {
		err = errNoRights
	}
	return info, err
}

func (b *Bot) addChannel(ctx context.Context, id filter.ChannelID, name string) (Reply, error) {
	info, err := b.ownChannel(ctx, id, name)
	if err != nil {
		return Reply{}, err
	}
	if _, err := b.deps.Indexer.AddChannel(ctx, info.id, info.title, info.username); err != nil {
		return Reply{}, err
	}
	b.state.flush(ctx) // the channel's access hash must outlive us from now on
	return added(info), nil
}

func added(info channelInfo) Reply {
	return Reply{Text: "✅ " + clean(info.title, 100) + " is indexed: new files are found at once. For what was posted before, forward me its last post, or type /index."}
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
	reply := b.pastOffer(c, e.From.ID, e.Forward.Message)
	if errors.Is(err, filter.ErrChannelUnknown) {
		info, ferr := b.ownChannel(ctx, e.Forward.Channel, "")
		if ferr != nil {
			return ferr
		}
		reply, err = Reply{
			Text:     "Index " + clean(info.title, 60) + "? Its files will be found by everybody who can write to me.",
			Keyboard: [][]Button{{{"Index it", tapData{Action: actAdd, Owner: e.From.ID, Channel: info.id, To: e.Forward.Message}.encode()}}},
		}, nil
	}
	if err != nil {
		return err
	}
	_, err = b.tg.sendText(ctx, e.Chat, reply, cause{e, 0})
	return err
}

func (b *Bot) pastOffer(c filter.Channel, owner int64, to filter.MessageID) Reply {
	return Reply{
		Text:     fmt.Sprintf("Read the past of %s, messages 1 to %d?", clean(c.Title, 60), to),
		Keyboard: [][]Button{{{"Read it", tapData{Action: actIndex, Owner: owner, Channel: c.ID, To: to}.encode()}}},
	}
}

// tapAdd indexes a channel that a post was forwarded from, and offers to read its past.
func (b *Bot) tapAdd(ctx context.Context, e *Event, d tapData) error {
	if !b.isClubAdmin(e.From.ID) {
		return errAdminsOnly
	}
	reply, err := b.addChannel(ctx, d.Channel, "")
	if err != nil {
		return err
	}
	c, err := b.deps.Channels.Get(d.Channel)
	if err != nil {
		return err
	}
	offer := b.pastOffer(c, d.Owner, d.To)
	reply.Text, reply.Keyboard = reply.Text+"\n\n"+offer.Text, offer.Keyboard
	return errors.Join(b.tg.answerTap(ctx, e, "", false), b.tg.editText(ctx, e.Chat, e.MessageID, reply))
}
