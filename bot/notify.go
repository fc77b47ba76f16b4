package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/booking"
	"pavilion/filter"
	"pavilion/internal/fault"
)

// Errors of what is said without being asked.
var (
	// errStranger means that a person never wrote to the bot: Telegram does not let it write first.
	errStranger = fault.New(fault.Gone, "stranger", "That person has never written to the bot.")
	// errAway means that there is no connection to Telegram at the moment.
	errAway = fault.New(fault.Unavailable, "telegram_away", "Telegram cannot be reached at the moment.")
	// errNoAnswer means that nobody knows whether Telegram has it.
	errNoAnswer = errors.New("telegram did not answer")
)

// Send says what booking has to say to a member, in their private chat. A repeat, also by the next process, is the same message to Telegram.
func (b *Bot) Send(ctx context.Context, m booking.Message) error {
	r := Reply{Text: m.Text}
	in, k := b.deps.Phrases.In(m.Language), buttons{owner: int64(m.Member)}
	if m.Booking != 0 {
		k.row(in.Say("show.open"), step{Verb: stepShow, Booking: m.Booking})
	}
	if m.Day != 0 {
		k.row(in.Say("desk.sheet"), step{Verb: stepSheet, Club: m.Club, Day: m.Day})
	}
	r.Keyboard = k.rows
	return b.say(ctx, int64(m.Member), r, m.Once, m.Silent)
}

// Alert tells the club's admins that something about money does not add up. It is done when one of them has it; who cannot be reached is
// passed over, and a try that failed otherwise is made again for all: those who have it get nothing twice.
func (b *Bot) Alert(ctx context.Context, r booking.Review) error {
	var errs []error
	reached := false
	for _, admin := range b.opts.Admins {
		in := b.deps.Phrases.In(b.Language(ctx, booking.MemberID(admin)))
		err := b.say(ctx, admin, Reply{Text: in.Say("review."+string(r.Reason), strconv.FormatInt(int64(r.ID), 10))}, fmt.Sprintf("review %d of %d", r.ID, r.OpenedAt.UnixMicro()), false)
		switch {
		case err == nil:
			reached = true
		case fault.KindOf(err) != fault.Gone:
			errs = append(errs, err)
		}
	}
	if !reached && len(errs) == 0 {
		b.opts.Logger.LogAttrs(ctx, slog.LevelError, "no admin can be told of a review: none has written to the bot", slog.Int64("review", int64(r.ID)))
	}
	return errors.Join(errs...)
}

// Language is Telegram's code for the language that a person uses it in; empty where nobody knows within two seconds.
func (b *Bot) Language(ctx context.Context, person booking.MemberID) string {
	ctx, cancel := context.WithTimeout(ctx, languageWithin)
	defer cancel()
	language, err := b.deps.Audience.Language(ctx, filter.UserID(person))
	if err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelDebug, "a person's language is not known", slog.Any("error", err))
	}
	return language
}

const languageWithin = 2 * time.Second

// say sends a text to a person who did not ask for it just now. Equal names are one message. An error that is no fault means that it may have
// been sent.
func (b *Bot) say(ctx context.Context, person int64, r Reply, once string, silent bool) error {
	if err := b.awaitSignIn(ctx); err != nil {
		return err
	}
	to, err := b.privateChat(ctx, person)
	if err != nil {
		return err
	}
	randomID := onceID(to, once)
	var doubt atomic.Bool // one try of the queue's ended without Telegram's answer
	_, err = b.tg.send(ctx, to, LaneBulk, "messages.sendMessage", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		u, err := b.api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{Peer: to.peer(), Message: clipText(r.Text, maxText), NoWebpage: true, Silent: silent, RandomID: randomID, ReplyMarkup: markup(r)})
		if _, answered := tgerr.As(err); err != nil && !answered {
			doubt.Store(true)
		}
		return u, err
	})
	if err != nil && doubt.Load() {
		return fmt.Errorf("%w: %s", errNoAnswer, err.Error()) // not the fault in it, which would say that nothing was sent
	}
	return err
}

// missedWithin is how long after a start somebody may still turn up in what was missed: a message that came just before the last process died.
const missedWithin = 10 * time.Second

// privateChat is the chat with a person who wrote to the bot at some time. What this process does not know another one may have stored.
func (b *Bot) privateChat(ctx context.Context, person int64) (Chat, error) {
	key := hashKey{"user", person}
	hash, ok := b.state.hash(key)
	if !ok {
		var err error
		if hash, ok, err = b.state.store.hash(ctx, b.state.botID, key); err != nil {
			return Chat{}, err
		}
		if !ok && b.opts.Now().Sub(b.signedInAt) < missedWithin {
			return Chat{}, errAway
		}
		if !ok {
			return Chat{}, errStranger
		}
		b.state.setHash(key, hash)
	}
	return Chat{ID: person, Hash: hash, Type: Private}, nil
}
