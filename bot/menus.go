package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

const (
	menusEvery  = 20 * time.Second // between looks for the first club
	menusWithin = 10 * time.Second
	clubsWithin = 3 * time.Second
)

// runMenus publishes the command menus after the sign-in, and again when the first club appears.
func (b *Bot) runMenus(ctx context.Context) {
	select {
	case <-b.client.SignedIn():
	case <-ctx.Done():
		return
	}
	b.clubKnown.Store(b.hasClub(ctx))
	published := b.publishMenus(ctx)
	ticker := time.NewTicker(menusEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if known := b.clubKnown.Load(); !known && b.hasClub(ctx) {
			b.clubKnown.Store(true)
			published = false
		}
		if !published {
			published = b.publishMenus(ctx)
		}
	}
}

// publishMenus sets the menus of every scope in every language; false where some could not be set.
func (b *Bot) publishMenus(ctx context.Context) bool {
	var errs []error
	for _, language := range b.menuLanguages() {
		members := b.menu(language, func(c chat.Command) bool { return c.Access == chat.Everybody && c.Place == chat.Anywhere })
		groupAdmins := b.menu(language, func(c chat.Command) bool { return c.Access == chat.Everybody })
		errs = append(errs,
			b.client.Messenger.SetMenu(ctx, telegram.EverybodysMenu(), language, members),
			b.client.Messenger.SetMenu(ctx, telegram.GroupsMenu(), language, members),
			b.client.Messenger.SetMenu(ctx, telegram.GroupAdminsMenu(), language, groupAdmins))
	}
	for _, id := range b.opts.Admins {
		errs = append(errs, b.setPersonsMenu(ctx, id))
	}
	if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "command menus are not up to date", slog.Any("error", err))
		return false
	}
	return true
}

// menuLanguages are the languages of menus. The empty one, which is English, serves people of every other language.
func (b *Bot) menuLanguages() []string {
	languages := []string{""}
	for _, tag := range b.deps.Phrases.Languages() {
		if tag != phrase.Fallback {
			languages = append(languages, tag)
		}
	}
	return languages
}

// setPersonsMenu sets the menu of one person: of an admin, or of a member who chose another language than their client's.
func (b *Bot) setPersonsMenu(ctx context.Context, person int64) error {
	chosen := b.chat.Languages.Chosen(person)
	admin := b.chat.IsAdmin(person)
	listed := func(c chat.Command) bool {
		return c.Place == chat.Anywhere && (admin || c.Access == chat.Everybody)
	}
	languages := b.menuLanguages()
	if !admin && chosen == "" { // back to everybody's menu
		listed = func(chat.Command) bool { return false }
	}
	var errs []error
	for _, language := range languages {
		words := language
		if chosen != "" {
			words = chosen
		}
		errs = append(errs, b.client.Messenger.SetMenu(ctx, telegram.PersonsMenu(person), language, b.menu(words, listed)))
	}
	return errors.Join(errs...)
}

// publishPersonsMenu sets a person's menu in the background.
func (b *Bot) publishPersonsMenu(ctx context.Context, person int64) {
	b.background.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), menusWithin)
		defer cancel()
		if err := b.setPersonsMenu(ctx, person); err != nil {
			b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a person's command menu is not up to date", slog.Any("error", err))
		}
	})
}

func (b *Bot) menu(language string, listed func(chat.Command) bool) []telegram.MenuEntry {
	in := b.deps.Phrases.In(language)
	var out []telegram.MenuEntry
	for _, c := range b.commands {
		if !c.Hidden && listed(c) && (c.When == nil || b.clubKnown.Load()) {
			out = append(out, telegram.MenuEntry{Command: c.Name, About: in.Say("command." + c.Name)})
		}
	}
	return out
}

// hasClub tells whether there is a club to book in.
func (b *Bot) hasClub(ctx context.Context) bool {
	if b.clubKnown.Load() {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, clubsWithin)
	defer cancel()
	clubs, err := b.deps.Booking.Clubs(ctx)
	return err == nil && len(clubs) > 0
}
