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

// handle answers an event, whatever it is; finish says what went wrong.
func (b *Bot) handle(ctx context.Context, e *Event) error {
	ctx, cancel := context.WithTimeoutCause(ctx, handleWithin, errHandleTimeout)
	defer cancel()
	switch e.Kind {
	case Tap:
		return b.handleTap(ctx, e)
	case Inline:
		return b.handleInline(ctx, e)
	case Checkout:
		return b.handleCheckout(ctx, e)
	case Message, kinds:
	}
	if e.Chat.Type == Private {
		b.background.Go(func() { b.saw(ctx, e) })
	}
	return b.handleMessage(ctx, e)
}

const lastWordWithin = 10 * time.Second

// finish gives every event that failed an answer.
func (b *Bot) finish(ctx context.Context, e *Event, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWordWithin)
	defer cancel()
	switch e.Kind {
	case Tap:
		return b.finishTap(ctx, e, err)
	case Inline:
		return b.finishInline(ctx, e, err)
	case Checkout:
		return b.finishCheckout(ctx, e, err)
	case Message, kinds:
	}
	defer b.inbox.done(ctx, e)
	if err == nil || errors.Is(err, ErrBlocked) {
		return nil
	}
	return b.tg.sayLate(ctx, e, b.sentence(e, err), err)
}

func (b *Bot) saw(ctx context.Context, e *Event) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := b.deps.Audience.Saw(ctx, filter.UserID(e.From.ID), e.From.Language); err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelDebug, "a person could not be noted", slog.Any("error", err))
	}
}

// stopped notes that a person blocked the bot, or let it in again.
func (b *Bot) stopped(ctx context.Context, who Person, blocked bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	note := func() error { return b.deps.Audience.MarkBlocked(ctx, filter.UserID(who.ID)) }
	if !blocked {
		note = func() error { return b.deps.Audience.Saw(ctx, filter.UserID(who.ID), who.Language) }
	}
	if err := note(); err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "it could not be noted that a person blocked the bot, or no longer does", slog.Any("error", err))
	}
}

func (b *Bot) handleMessage(ctx context.Context, e *Event) error {
	if e.Command == "" {
		if answered, err := b.answer(ctx, e); answered {
			return err
		}
		if e.Forward != nil && e.Chat.Type == Private && b.isClubAdmin(e.From.ID) {
			return b.handleForward(ctx, e)
		}
		return b.handleSearch(ctx, e)
	}
	if e.Chat.Type == Private {
		b.questions.drop(ctx, e.Chat.ID)
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
