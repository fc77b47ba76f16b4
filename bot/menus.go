package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

const (
	menusEvery  = 20 * time.Second // between checks for the first club
	menusAgain  = 10 * time.Minute // before menus that could not be set are tried again
	menusWithin = 10 * time.Second
	clubsWithin = 3 * time.Second
)

// runMenus publishes the command menus and the bot's profile after the sign-in, and again when the first club appears.
func (b *Bot) runMenus(ctx context.Context) {
	select {
	case <-b.client.SignedIn():
	case <-ctx.Done():
		return
	}
	b.clubKnown.Store(b.hasClub(ctx))
	var again time.Time // when to publish again; zero: not
	var shown string    // the commands that everybody's menu has
	publish := func() {
		again, shown = time.Time{}, b.offeredToAll(ctx)
		if !b.publishMenus(ctx) {
			again = b.opts.Now().Add(menusAgain)
		}
	}
	publish()
	ticker := time.NewTicker(menusEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		switch known := b.clubKnown.Load(); {
		case !known && b.hasClub(ctx):
			b.clubKnown.Store(true)
			publish()
		case shown != b.offeredToAll(ctx): // a setting changed
			publish()
		case !again.IsZero() && b.opts.Now().After(again):
			publish()
		}
	}
}

// offeredToAll are the names of the commands that everybody may use.
func (b *Bot) offeredToAll(ctx context.Context) string {
	var names []string
	for _, c := range b.commands {
		if b.mayUse(ctx, c, 0) {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, " ")
}

// publishMenus sets the menus of every scope in every language, the bot's profile, and the menus of the admins and of the people who chose a language.
// It returns false if a scope's menu or the profile could not be set; a person's menu may be refused for good, because they blocked the bot.
func (b *Bot) publishMenus(ctx context.Context) bool {
	var errs []error
	for _, language := range b.menuLanguages() {
		members := b.menu(language, func(c chat.Command) bool { return b.mayUse(ctx, c, 0) && c.Place == chat.Anywhere })
		groupAdmins := b.menu(language, func(c chat.Command) bool { return b.mayUse(ctx, c, 0) })
		errs = append(errs,
			b.profile.SetMenu(ctx, telegram.EverybodysMenu(), language, members),
			b.profile.SetMenu(ctx, telegram.GroupsMenu(), language, members),
			b.profile.SetMenu(ctx, telegram.GroupAdminsMenu(), language, groupAdmins))
	}
	published := errors.Join(errs...) == nil
	people := append(slices.Clone(b.opts.Admins), b.chat.Languages.People()...)
	slices.Sort(people)
	for _, id := range slices.Compact(people) {
		errs = append(errs, b.setPersonsMenu(ctx, id))
	}
	profile := b.publishProfile(ctx)
	published = published && profile == nil
	errs = append(errs, profile)
	if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "command menus are not up to date", slog.Any("error", err))
	}
	return published
}

// publishProfile sets the bot's texts in every language, and its menu button. It has a short timeout: Telegram may make a bot wait for hours between
// changes of its texts, and the command menus must not wait for that.
func (b *Bot) publishProfile(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, menusWithin)
	defer cancel()
	var errs []error
	for _, language := range b.menuLanguages() {
		in := b.deps.Phrases.In(language)
		errs = append(errs, b.profile.SetProfile(ctx, language, in.Say("profile.about"), in.Say("profile.text")))
	}
	return errors.Join(append(errs, b.profile.SetMenuButton(ctx, b.deps.Phrases.In("").Say("profile.app"), b.opts.MiniApp))...)
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

// setPersonsMenu sets the menu of one person: of an admin, of a club's staff, or of a member who chose another language than their client's.
func (b *Bot) setPersonsMenu(ctx context.Context, person int64) error {
	chosen := b.chat.Languages.Chosen(person)
	allowed := map[string]bool{} // by name; empty: back to everybody's menu
	if chosen != "" || b.hasOwnMenu(ctx, person) {
		for _, c := range b.commands {
			allowed[c.Name] = c.Place == chat.Anywhere && b.mayUse(ctx, c, person)
		}
	}
	listed := func(c chat.Command) bool { return allowed[c.Name] }
	languages := b.menuLanguages()
	var errs []error
	for _, language := range languages {
		words := language
		if chosen != "" {
			words = chosen
		}
		errs = append(errs, b.profile.SetMenu(ctx, telegram.PersonsMenu(person), language, b.menu(words, listed)))
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

// hasClub tells whether there is a club to book in; false where it cannot be read.
func (b *Bot) hasClub(ctx context.Context) bool {
	has, err := b.readClubs(ctx)
	return err == nil && has
}

// readClubs tells whether there is a club to book in.
func (b *Bot) readClubs(ctx context.Context) (bool, error) {
	if b.clubKnown.Load() {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, clubsWithin)
	defer cancel()
	clubs, err := b.deps.Booking.Clubs(ctx)
	return len(clubs) > 0, err
}
