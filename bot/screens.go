package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/gotd/td/tgerr"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/booking"
	"pavilion/internal/phrase"
)

// screens are the messages that show a hold. They count down, turn into the booking when money or the member's word confirms it, wherever
// that happens, and say so when the hold runs out. They are rows in Postgres, so the next process goes on with them; in memory is what is
// needed to find out at little cost that there is nothing to do.
type screens struct {
	bot *Bot
	db  *pgxpool.Pool

	mu     sync.Mutex
	live   map[screenKey]*screen
	loaded bool
}

type screenKey struct {
	chat    int64
	message int
}

// screen is one message. Its lock is held by whoever edits the message, so that a countdown never comes after what replaced it.
type screen struct {
	key      screenKey
	booking  booking.ID
	language string

	mu    sync.Mutex
	gone  bool
	shown int       // the booking's version in the message
	next  time.Time // when the countdown changes, by the database's clock
}

const (
	screenEvery = time.Second
	screenCall  = 3 * time.Second
	screenEdit  = 20 * time.Second
	menusEvery  = 20 * time.Second
)

// watched is what a message shows: the version of the booking, and when its words change. The zero version has not been shown in full.
type watched struct {
	booking booking.ID
	version int
	next    time.Time
}

func newScreens(b *Bot, db *pgxpool.Pool) *screens {
	return &screens{bot: b, db: db, live: map[screenKey]*screen{}}
}

// show puts a screen into the message that was tapped, and watches the booking that it shows; where it shows none, nothing is watched there
// any more.
func (s *screens) show(ctx context.Context, e *Event, r Reply, watch watched) error {
	key := screenKey{e.Chat.ID, e.MessageID}
	s.mu.Lock()
	old := s.live[key]
	s.mu.Unlock()
	if old != nil {
		old.mu.Lock()
		defer old.mu.Unlock()
	}
	if err := s.bot.tg.editText(ctx, e.Chat, e.MessageID, r); err != nil {
		return err
	}
	switch {
	case watch.booking != 0:
		if old != nil {
			old.gone = true
		}
		s.watch(ctx, e.Chat, e.MessageID, watch, e.From.Language)
	case old != nil:
		s.drop(ctx, old)
	}
	return nil
}

// watch follows a booking in a message from now on.
func (s *screens) watch(ctx context.Context, chat Chat, message int, w watched, language string) {
	x := &screen{key: screenKey{chat.ID, message}, booking: w.booking, language: language, shown: w.version, next: w.next}
	s.mu.Lock()
	s.live[x.key] = x
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), screenCall)
	defer cancel()
	_, err := s.db.Exec(ctx, `INSERT INTO bot_screen (bot_id, chat_id, message_id, booking_id, language) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (bot_id, chat_id, message_id) DO UPDATE SET booking_id = $4, language = $5`, s.bot.state.botID, chat.ID, message, w.booking, language)
	if err != nil {
		s.bot.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a hold's message is watched by this process only", slog.Any("error", err))
	}
}

// drop ends a watch; its lock is held.
func (s *screens) drop(ctx context.Context, x *screen) {
	x.gone = true
	s.mu.Lock()
	if s.live[x.key] == x {
		delete(s.live, x.key)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), screenCall)
	defer cancel()
	_, err := s.db.Exec(ctx, `DELETE FROM bot_screen WHERE bot_id = $1 AND chat_id = $2 AND message_id = $3 AND booking_id = $4`, s.bot.state.botID, x.key.chat, x.key.message, x.booking)
	if err != nil {
		s.bot.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a message that shows no hold any more is still marked as watched", slog.Any("error", err))
	}
}

// Run counts down until ctx ends.
func (s *screens) Run(ctx context.Context) {
	select {
	case <-s.bot.signedIn:
	case <-ctx.Done():
		return
	}
	var edits sync.WaitGroup
	defer edits.Wait()
	ticker, menus := time.NewTicker(screenEvery), time.NewTicker(menusEvery)
	defer ticker.Stop()
	defer menus.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-menus.C:
			s.bot.refreshMenus(ctx)
		case <-ticker.C:
			if err := s.look(ctx, &edits); err != nil && ctx.Err() == nil {
				s.bot.opts.Logger.LogAttrs(ctx, slog.LevelDebug, "holds in messages could not be looked at", slog.Any("error", err))
			}
		}
	}
}

// look edits the messages that say something else by now, each by itself: a chat that has to wait holds up no other.
func (s *screens) look(ctx context.Context, edits *sync.WaitGroup) error {
	call, cancel := context.WithTimeout(ctx, screenCall)
	defer cancel()
	if err := s.load(call); err != nil {
		return err
	}
	s.mu.Lock()
	byBooking := map[booking.ID][]*screen{}
	ids := make([]booking.ID, 0, len(s.live))
	for _, x := range s.live {
		if byBooking[x.booking] == nil {
			ids = append(ids, x.booking)
		}
		byBooking[x.booking] = append(byBooking[x.booking], x)
	}
	s.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	seen, at, err := s.bot.deps.Booking.Glance(call, ids)
	if err != nil {
		return err
	}
	for _, b := range seen {
		for _, x := range byBooking[b.ID] {
			if !x.mu.TryLock() {
				continue // somebody is at it
			}
			if x.gone || x.shown == b.Version && at.Before(x.next) {
				x.mu.Unlock()
				continue
			}
			edits.Go(func() {
				defer x.mu.Unlock()
				s.edit(ctx, x, b, at)
			})
		}
	}
	return nil
}

// load reads what the last process watched, once.
func (s *screens) load(ctx context.Context) error {
	if s.loaded {
		return nil
	}
	rows, err := s.db.Query(ctx, `SELECT chat_id, message_id, booking_id, language FROM bot_screen WHERE bot_id = $1`, s.bot.state.botID)
	if err != nil {
		return fmt.Errorf("read watched messages: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*screen, error) {
		x := new(screen)
		return x, row.Scan(&x.key.chat, &x.key.message, &x.booking, &x.language)
	})
	if err != nil {
		return fmt.Errorf("read watched messages: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range list {
		if s.live[x.key] == nil {
			s.live[x.key] = x
		}
	}
	s.loaded = true
	return nil
}

// edit brings one message up to date; its lock is held. What fails is tried again after a pause.
func (s *screens) edit(ctx context.Context, x *screen, b booking.Booking, at time.Time) {
	ctx, cancel := context.WithTimeout(ctx, screenEdit)
	defer cancel()
	x.next = at.Add(5 * time.Second)
	err := s.bring(ctx, x, b, at)
	switch {
	case err == nil, ctx.Err() != nil:
	case errors.Is(err, ErrBlocked), errors.Is(err, errStranger), tgerr.Is(err, "MESSAGE_ID_INVALID", "MESSAGE_AUTHOR_REQUIRED"): // nobody can see it
		s.drop(ctx, x)
	default:
		s.bot.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "a hold's message is not up to date", slog.Any("error", err))
	}
}

func (s *screens) bring(ctx context.Context, x *screen, b booking.Booking, at time.Time) error {
	chat, err := s.bot.privateChat(ctx, x.key.chat)
	if err != nil {
		return err
	}
	e := &Event{Kind: Tap, From: Person{ID: x.key.chat, Language: x.language}, Chat: chat, MessageID: x.key.message}
	v := s.bot.visit(e)
	seen, err := s.bot.lookAt(ctx, booking.Actor{ID: b.Member, Role: booking.Player, Origin: "bot"}, b, at)
	if err != nil {
		return err
	}
	if err := s.bot.tg.editText(ctx, chat, x.key.message, v.showing(seen)); err != nil {
		return err
	}
	if b.State == booking.Held && seen.live() {
		x.shown, x.next = b.Version, nextLook(at, *b.ExpiresAt)
		return nil
	}
	if b.State == booking.Confirmed {
		if err := s.bot.sendConfirmation(ctx, chat, v.in, seen); err != nil {
			return err
		}
	}
	s.drop(ctx, x)
	return nil
}

// sendConfirmation sends what belongs to a booking: its calendar file and where it is. For one version of the booking it is sent once.
func (b *Bot) sendConfirmation(ctx context.Context, to Chat, in *phrase.Speaker, s shown) error {
	name := fmt.Sprintf("booking %d of %d", s.booking.ID, s.booking.CreatedAt.UnixMicro())
	if err := b.sendCalendar(ctx, to, LaneBulk, in, s, fmt.Sprintf("%s version %d", name, s.booking.Version)); err != nil {
		return err
	}
	if s.club.Place == nil {
		return nil
	}
	return b.sendPlace(ctx, to, LaneBulk, s, name)
}

func (b *Bot) sendCalendar(ctx context.Context, to Chat, lane Lane, in *phrase.Speaker, s shown, once string) error {
	return b.tg.sendAttachment(ctx, to, lane, attachment{
		name: fmt.Sprintf("booking-%d.ics", s.booking.ID), mime: "text/calendar", data: s.booking.Calendar(s.club, s.nets), caption: in.Say("show.file_caption"),
	}, once+" calendar")
}

func (b *Bot) sendPlace(ctx context.Context, to Chat, lane Lane, s shown, once string) error {
	if s.club.Place == nil {
		return errNoPlace
	}
	return b.tg.sendPin(ctx, to, lane, pin{title: clean(s.club.Name, 100), address: clean(s.club.Address, 200), latitude: s.club.Place.Latitude, longitude: s.club.Place.Longitude}, once+" place")
}
