package main

import (
	"context"
	"strings"

	"pavilion/sandbox/world"
)

// groupRules: the group's admin sets the bot up by buttons, and writes a manual filter with a link and an alert.
func (p *play) groupRules(ctx context.Context) error {
	// As an admin of the group the bot sees every message.
	if err := p.scene.DC.World().Promote(p.scene.Group, p.scene.BotID, world.AdminRights()); err != nil {
		return err
	}
	menu, _, err := p.meera.writes(ctx, group, "/group@"+bot)
	if err != nil {
		return err
	}
	for _, button := range []string{"Search", "every message", "Back"} {
		if _, err := p.meera.taps(ctx, group, menu, button); err != nil {
			return err
		}
		if menu, err = p.meera.editedIn(ctx, group, menu); err != nil {
			return err
		}
	}
	if err := p.must(strings.Contains(menu.Message, "Search: every message"), "the menu shows the change", menu.Message); err != nil {
		return err
	}
	answer, err := p.arjun.taps(ctx, group, menu, "Search")
	if err != nil {
		return err
	}
	if err := p.must(answer.Alert, "a member cannot change it", answer.Message); err != nil {
		return err
	}
	found, _, err := p.arjun.writes(ctx, group, "dhoni 183")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(rows(found), "MS Dhoni 183"), "every message is searched for", face(found)); err != nil {
		return err
	}
	saved, _, err := p.meera.writes(ctx, group, `/filter "rain rule" Play stops; bookings of that hour are free to move.`+
		"\n[Playing conditions](buttonurl:https://example.com/rain) [How many overs?](buttonalert:A match needs five overs a side.:same)")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(saved.Message, "has an answer now"), "the filter is stored", saved.Message); err != nil {
		return err
	}
	said, _, err := p.arjun.writes(ctx, group, "What's the Rain Rule again?")
	if err != nil {
		return err
	}
	answer, err = p.arjun.taps(ctx, group, said, "How many overs?")
	if err != nil {
		return err
	}
	return all(
		p.must(strings.HasPrefix(said.Message, "Play stops"), "the filter answers in place of the search", said.Message),
		p.must(answer.Alert && answer.Message == "A match needs five overs a side.", "its button shows the stored alert", answer.Message),
	)
}
