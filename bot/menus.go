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

// menus publishes the command menus and the bot's profile.
type menus struct{ *Bot }

// run publishes the command menus and the bot's profile after the sign-in, and again when the first club appears.
func (m menus) run(ctx context.Context) {
	select {
	case <-m.client.SignedIn():
	case <-ctx.Done():
		return
	}
	m.clubKnown.Store(m.hasClub(ctx))
	var again time.Time // when to publish again; zero: not
	var shown string    // the commands that everybody's menu has
	publishNow := func() {
		again, shown = time.Time{}, m.offeredToAll(ctx)
		if !m.publish(ctx) {
			again = m.opts.Now().Add(menusAgain)
		}
	}
	publishNow()
	ticker := time.NewTicker(menusEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		switch known := m.clubKnown.Load(); {
		case !known && m.hasClub(ctx):
			m.clubKnown.Store(true)
			publishNow()
		case shown != m.offeredToAll(ctx): // a setting changed
			publishNow()
		case !again.IsZero() && m.opts.Now().After(again):
			publishNow()
		}
	}
}

// offeredToAll are the names of the commands that everybody may use.
func (m menus) offeredToAll(ctx context.Context) string {
	var names []string
	for _, c := range m.commands {
		if m.mayUse(ctx, c, 0) {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, " ")
}

// publish sets the menus of every scope in every language, the bot's profile, and the menus of the admins and of the people who chose a language.
// It returns false if a scope's menu or the profile could not be set; a person's menu may be refused for good, because they blocked the bot.
func (m menus) publish(ctx context.Context) bool {
	var errs []error
	for _, language := range m.languages() {
		members := m.entries(language, func(c chat.Command) bool { return m.mayUse(ctx, c, 0) && c.Place == chat.Anywhere })
		groupAdmins := m.entries(language, func(c chat.Command) bool { return m.mayUse(ctx, c, 0) })
		errs = append(errs,
			m.profile.SetMenu(ctx, telegram.EverybodysMenu(), language, members),
			m.profile.SetMenu(ctx, telegram.GroupsMenu(), language, members),
			m.profile.SetMenu(ctx, telegram.GroupAdminsMenu(), language, groupAdmins))
	}
	published := errors.Join(errs...) == nil
	people := append(slices.Clone(m.opts.Admins), m.chat.Languages.People()...)
	slices.Sort(people)
	for _, id := range slices.Compact(people) {
		errs = append(errs, m.setPersons(ctx, id))
	}
	profile := m.publishProfile(ctx)
	published = published && profile == nil
	errs = append(errs, profile)
	if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
		m.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "command menus are not up to date", slog.Any("error", err))
	}
	return published
}

// publishProfile sets the bot's texts in every language, and its menu button. It has a short timeout: Telegram may make a bot wait for hours between
// changes of its texts, and the command menus must not wait for that.
func (m menus) publishProfile(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, menusWithin)
	defer cancel()
	var errs []error
	for _, language := range m.languages() {
		in := m.deps.Phrases.In(language)
		errs = append(errs, m.profile.SetProfile(ctx, language, in.Say("profile.about"), in.Say("profile.text")))
	}
	return errors.Join(append(errs, m.profile.SetMenuButton(ctx, m.deps.Phrases.In("").Say("profile.app"), m.opts.MiniApp))...)
}

// languages are the languages of menus. The empty one, which is English, serves people of every other language.
func (m menus) languages() []string {
	languages := []string{""}
	for _, tag := range m.deps.Phrases.Languages() {
		if tag != phrase.Fallback {
			languages = append(languages, tag)
		}
	}
	return languages
}

// setPersons sets the menu of one person: of an admin, of a club's staff, or of a member who chose another language than their client's.
func (m menus) setPersons(ctx context.Context, person int64) error {
	chosen := m.chat.Languages.Chosen(person)
	allowed := map[string]bool{} // by name; empty: back to everybody's menu
	if chosen != "" || m.hasOwnMenu(ctx, person) {
		for _, c := range m.commands {
			allowed[c.Name] = c.Place == chat.Anywhere && m.mayUse(ctx, c, person)
		}
	}
	listed := func(c chat.Command) bool { return allowed[c.Name] }
	languages := m.languages()
	var errs []error
	for _, language := range languages {
		words := language
		if chosen != "" {
			words = chosen
		}
		errs = append(errs, m.profile.SetMenu(ctx, telegram.PersonsMenu(person), language, m.entries(words, listed)))
	}
	return errors.Join(errs...)
}

// publishPersons sets a person's menu in the background.
func (m menus) publishPersons(ctx context.Context, person int64) {
	m.background.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), menusWithin)
		defer cancel()
		if err := m.setPersons(ctx, person); err != nil {
			m.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a person's command menu is not up to date", slog.Any("error", err))
		}
	})
}

func (m menus) entries(language string, listed func(chat.Command) bool) []telegram.MenuEntry {
	in := m.deps.Phrases.In(language)
	var out []telegram.MenuEntry
	for _, c := range m.commands {
		if !c.Hidden && listed(c) && (c.When == nil || m.clubKnown.Load()) {
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
