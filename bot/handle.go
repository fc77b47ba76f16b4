package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"pavilion/filter"
	"pavilion/internal/fault"
)

const handleWithin = 30 * time.Second

var errHandleTimeout = errors.New("the handler took too long")

// handle answers an event, whatever it is, and makes sure that an error is answered too.
func (b *Bot) handle(ctx context.Context, e *Event) error {
	ctx, cancel := context.WithTimeoutCause(ctx, handleWithin, errHandleTimeout)
	defer cancel()
	switch e.Kind {
	case Tap:
		return b.handleTap(ctx, e)
	case Inline:
		return b.handleInline(ctx, e)
	case Message:
	}
	defer b.inbox.done(ctx, e)
	if e.Chat.Type == Private {
		b.background.Go(func() { b.saw(ctx, e) })
	}
	err := b.handleMessage(ctx, e)
	if err == nil || errors.Is(err, ErrBlocked) {
		return nil
	}
	_, serr := b.tg.sendText(context.WithoutCancel(ctx), e.Chat, Reply{Text: sentence(err), ReplyTo: b.quote(e)}, cause{e, 99})
	return errors.Join(err, serr)
}

func (b *Bot) saw(ctx context.Context, e *Event) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := b.deps.Audience.Saw(ctx, filter.UserID(e.From.ID), e.From.Language); err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelDebug, "a person could not be noted", slog.Any("error", err))
	}
}

func (b *Bot) handleMessage(ctx context.Context, e *Event) error {
	if e.Command == "" {
		if e.Forward != nil && e.Chat.Type == Private && b.isClubAdmin(e.From.ID) {
			return b.handleForward(ctx, e)
		}
		return b.handleSearch(ctx, e)
	}
	for _, r := range b.routes {
		if r.command != e.Command {
			continue
		}
		if r.admin && !b.isClubAdmin(e.From.ID) {
			return errAdminsOnly
		}
		return r.handle(ctx, e)
	}
	if e.Chat.Type != Private {
		return nil // a command for another bot of the group
	}
	return b.handleUnknown(ctx, e)
}

// handleTap answers every tap, also one that went wrong.
func (b *Bot) handleTap(ctx context.Context, e *Event) error {
	d, err := parseTap(e.Data)
	switch {
	case err != nil:
	case d.Owner != 0 && d.Owner != e.From.ID:
		err = errNotYours
	default:
		err = b.tap(ctx, e, d)
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, b.tg.answerTap(context.WithoutCancel(ctx), e, sentence(err), true))
}

func (b *Bot) tap(ctx context.Context, e *Event, d tapData) error {
	switch d.Action {
	case actGet:
		return b.tapGet(ctx, e, d)
	case actPage:
		return b.tapPage(ctx, e, d)
	case actSuggest:
		return b.tapSuggest(ctx, e, d)
	case actChannel:
		return b.tapChannel(ctx, e, d)
	case actIndex:
		return b.tapIndex(ctx, e, d)
	case actCancel:
		return b.tapCancel(ctx, e, d)
	case actNothing:
	}
	return b.tg.answerTap(ctx, e, "", false)
}

// quote is the message to reply to: in a group the question, in private nothing.
func (b *Bot) quote(e *Event) int {
	if e.Chat.Type == Private {
		return 0
	}
	return e.MessageID
}

// Errors that people see here.
var (
	errAdminsOnly = fault.New(fault.Forbidden, "admins_only", "That command is for the club's admins.")
	errNotYours   = fault.New(fault.Forbidden, "not_yours", "These buttons belong to somebody else. Send your own search to get your own.")
	errGroupOnly  = fault.New(fault.Invalid, "group_only", "That command works in groups.")
)

// sentence says an error to a person.
func sentence(err error) string {
	if s := fault.Sentence(err); s != "" {
		return s
	}
	return "Something went wrong on my side. Please try again in a moment."
}
