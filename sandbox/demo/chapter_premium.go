package main

import (
	"context"
	"strings"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// buyPremium: the day's files are used up, so Tom buys premium with Stars and gets the next file.
func (p *play) buyPremium(ctx context.Context) error {
	if err := p.scene.DC.World().GiveStars(p.scene.Members[2].ID, 500); err != nil {
		return err
	}
	plans, _, err := p.meera.writes(ctx, bot, "/premium add 30 100 0 monthly Gold")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(plans.Message, "Gold: 30 days, 100 Stars, also monthly"), "the admin sells a plan without a daily limit", plans.Message); err != nil {
		return err
	}
	if _, _, err := p.meera.writes(ctx, bot, "/limits files 2"); err != nil {
		return err
	}
	page, _, err := p.tom.writes(ctx, bot, "village cricket diaries")
	if err != nil {
		return err
	}
	next := episode.FindAllString(rows(page), 3)[2]
	refused, err := p.tom.taps(ctx, bot, page, next)
	if err != nil {
		return err
	}
	if err := p.must(refused.Alert && strings.Contains(refused.Message, "You have had 2 files today"), "Tom has had his files for today", refused.Message); err != nil {
		return err
	}
	if err := p.paysForPremium(ctx); err != nil {
		return err
	}
	if _, err := p.getFile(ctx, p.tom, page, next); err != nil {
		return err
	}
	_, _, err = p.meera.writes(ctx, bot, "/limits files off")
	return err
}

// paysForPremium: Tom chooses a plan and pays its invoice with Stars.
func (p *play) paysForPremium(ctx context.Context) error {
	offer, _, err := p.tom.writes(ctx, bot, "/plans")
	if err != nil {
		return err
	}
	if _, err := p.tom.taps(ctx, bot, offer, "Gold · ⭐ 100"); err != nil {
		return err
	}
	invoice, err := p.tom.gets(ctx, "", func(m *tg.Message) bool {
		_, ok := m.Media.(*tg.MessageMediaInvoice)
		return ok && m.ID > offer.ID
	})
	if err != nil {
		return err
	}
	p.out.wait(ctx)
	if err := p.tom.Pay(ctx, bot, invoice, ""); err != nil {
		return err
	}
	p.out.tap(p.tom.name, p.tom.shade, payButton(invoice), "(100 of his Stars)")
	thanks, err := p.tom.gets(ctx, "", func(m *tg.Message) bool {
		return !m.Out && m.ID > invoice.ID && strings.Contains(m.Message, "You have Gold until")
	})
	if err != nil {
		return err
	}
	return p.must(p.scene.DC.World().Stars(p.scene.Members[2].ID) == 400, "Telegram took the Stars, and Tom has premium for thirty days", thanks.Message)
}

// joinFirst: a link is opened by somebody who must join a channel first.
func (p *play) joinFirst(ctx context.Context) error {
	news, err := p.scene.AddChannel("Riverside News", "riverside_news")
	if err != nil {
		return err
	}
	list, _, err := p.meera.writes(ctx, bot, "/required add @riverside_news")
	if err != nil {
		return err
	}
	p.out.note("A link to the search for \"river\" stands in a newspaper. Zoya opens it.")
	screen, _, err := p.zoya.writes(ctx, bot, "/start q-cml2ZXI")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(screen.Message, "Please join first") && strings.Contains(rows(screen), "Join Riverside News"), "Zoya is asked to join first", face(screen)); err != nil {
		return err
	}
	early, err := p.zoya.taps(ctx, bot, screen, "Try again")
	if err != nil {
		return err
	}
	if err := p.must(early.Alert, "without joining, nothing happens", early.Message); err != nil {
		return err
	}
	p.zoya.types("in Riverside News", "(joins)")
	if err := p.scene.DC.World().Join(world.ChannelPeer(news), p.scene.Members[1].ID); err != nil {
		return err
	}
	before, err := p.zoya.newest(ctx, bot)
	if err != nil {
		return err
	}
	if _, err := p.zoya.taps(ctx, bot, screen, "Try again"); err != nil {
		return err
	}
	found, err := p.zoya.answer(ctx, bot, before)
	if err != nil {
		return err
	}
	p.zoya.sees(found, "")
	if err := p.must(strings.HasPrefix(found.Message, "🔎 river"), "after joining, the link does what it was opened for", found.Message); err != nil {
		return err
	}
	_, err = p.meera.taps(ctx, bot, list, "🗑")
	return err
}
