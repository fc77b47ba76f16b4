package bot

import (
	"context"

	"pavilion/filter"
	"pavilion/internal/fault"
)

var errIndexArgs = fault.New(fault.Invalid, "index_args", "Type /index @name 1-500, or /index with a link to the last post to read: /index https://t.me/name/500.")

// handleIndex starts to read a channel's past.
func (b *Bot) handleIndex(ctx context.Context, e *Event) error {
	args, ok := parseIndexArgs(e.Text)
	if !ok {
		return errIndexArgs
	}
	info, err := b.findChannel(ctx, args.channel.id, args.channel.name)
	if err != nil {
		return err
	}
	message, err := b.tg.sendText(ctx, e.Chat, Reply{Text: "Reading…"}, cause{e, 0})
	if err == nil && message == 0 { // a process that was killed sent it, and its id is not known
		message, err = b.tg.sendText(ctx, e.Chat, Reply{Text: "Reading…"}, cause{e, 1})
	}
	if err != nil {
		return err
	}
	err = b.startPast(ctx, e, info.id, args.from, args.to, message)
	if s := fault.Sentence(err); s != "" {
		return b.tg.editText(ctx, e.Chat, message, Reply{Text: s})
	}
	return err
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
	_, err := b.deps.Indexer.StartPast(ctx, id, from, to, filter.Report{Chat: e.Chat.Key(), Message: message, By: filter.UserID(e.From.ID)})
	return err
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
