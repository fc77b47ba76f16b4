package delivery

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/phrase"
)

const linksOnPage = 8

// tapLimit stores a signed link, so that it can have limits, and shows them.
func (s Links) tapLimit(ctx context.Context, e *telegram.Event, f *chat.Fields) error {
	l, err := s.Keys.Parse(f.Next(), s.Now())
	if err != nil {
		return err
	}
	if !f.Done() || l.Kind == delivery.LinkRow || !s.MayLink(ctx, e.From.ID) {
		return chat.ErrButton
	}
	// One message has one link, however often it is tapped.
	link, err := s.Stored.Create(ctx, filter.UserID(e.From.ID), delivery.TargetOf(l), l.Protect, fmt.Sprintf("link/%d/%d", e.Chat.Key(), e.MessageID))
	if err != nil {
		return err
	}
	return s.show(ctx, e, s.linkView(ctx, s.Texts.In(e), link))
}

// tapLink shows a stored link of the person, after a change of its limits.
func (s Links) tapLink(ctx context.Context, e *telegram.Event, verb string, f *chat.Fields) error {
	id, by := delivery.LinkID(f.Number()), filter.UserID(e.From.ID)
	var change delivery.LimitChange
	switch verb {
	case verbPeople:
		change.MostPeople = new(int(f.NumberUpTo(delivery.MaxPeople)))
	case verbEnd:
		change.Lasts = new(time.Duration(f.NumberUpTo(int64(delivery.MaxLinkLife/time.Hour))) * time.Hour)
	case verbPremium:
		change.PremiumOnly = new(f.NumberUpTo(1) == 1)
	case verbProtect:
		change.Protect = new(f.NumberUpTo(1) == 1)
	}
	if !f.Done() {
		return chat.ErrButton
	}
	if verb == verbRevoke {
		if err := s.Stored.Revoke(ctx, id, by); err != nil {
			return err
		}
		return s.show(ctx, e, telegram.Reply{Text: s.Texts.In(e).Say("delivery.revoked")})
	}
	link, err := s.Stored.SetLimits(ctx, id, by, change)
	if err != nil {
		return err
	}
	return s.show(ctx, e, s.linkView(ctx, s.Texts.In(e), link))
}

// linkView shows a stored link with buttons for its limits.
func (s Links) linkView(ctx context.Context, in *phrase.Speaker, l delivery.StoredLink) telegram.Reply {
	v := linkView{in: in, link: l, left: l.Expires.Sub(s.Now()), what: s.describe(ctx, in, l.Target), url: s.url(ctx, s.Keys.Sign(delivery.Link{Kind: delivery.LinkRow, Row: l.ID}))}
	return v.draw()
}

// linkView is the screen of a stored link.
type linkView struct {
	in   *phrase.Speaker
	link delivery.StoredLink
	what string // it leads to
	url  string
	left time.Duration // until its end
}

func (v linkView) draw() telegram.Reply {
	lines := append([]string{v.what, v.url, ""}, v.limits()...)
	id, owner := int64(v.link.ID), int64(v.link.CreatedBy)
	var people, ends []telegram.Button
	for _, n := range []int{0, 1, 5, 20, 100} {
		label := fmt.Sprint(n)
		if n == 0 {
			label = v.in.Say("delivery.anybody")
		}
		people = append(people, button(marked(label, n == v.link.MostPeople), owner, payloadOf(verbPeople, id, int64(n))))
	}
	for _, days := range []int{0, 1, 7, 30} {
		label := v.in.Say("length.days", days)
		if days == 0 {
			label = v.in.Say("delivery.no_end")
		}
		ends = append(ends, button(marked(label, days == 0 && v.link.Expires.IsZero()), owner, payloadOf(verbEnd, id, int64(days)*24)))
	}
	premium := button(marked(v.in.Say("delivery.premium_only"), v.link.PremiumOnly), owner, payloadOf(verbPremium, id, toggled(v.link.PremiumOnly)))
	protect := button(marked(v.in.Say("delivery.protected"), v.link.Protect), owner, payloadOf(verbProtect, id, toggled(v.link.Protect)))
	revoke := button(v.in.Say("delivery.revoke"), owner, payloadOf(verbRevoke, id))
	all := button(v.in.Say("delivery.all_links"), owner, payloadOf(verbLinks, 0))
	return telegram.Reply{Text: strings.Join(lines, "\n"), Keyboard: [][]telegram.Button{people, ends, {premium, protect}, {revoke, all}}}
}

// limits are the lines about a link's limits and uses.
func (v linkView) limits() []string {
	lines := []string{v.in.Say("delivery.opened", v.link.People)}
	if v.link.MostPeople > 0 {
		lines[0] = v.in.Say("delivery.opened_of", v.link.People, v.link.MostPeople)
	}
	switch {
	case v.link.Expires.IsZero():
	case v.left <= 0:
		lines = append(lines, v.in.Say("delivery.ended"))
	default:
		lines = append(lines, v.in.Say("delivery.ends_in", duration(v.in, v.left)))
	}
	return lines
}

func marked(label string, on bool) string {
	if on {
		return "✓ " + label
	}
	return label
}

func toggled(on bool) int64 {
	if on {
		return 0
	}
	return 1
}

// HandleLinks answers /links with the person's stored links.
func (s Links) HandleLinks(ctx context.Context, e *telegram.Event) error {
	view, err := s.linksView(ctx, e, 0)
	if err != nil {
		return err
	}
	return s.reply(ctx, e, view)
}

func (s Links) tapLinks(ctx context.Context, e *telegram.Event, f *chat.Fields) error {
	page := int(f.NumberUpTo(1000))
	if !f.Done() {
		return chat.ErrButton
	}
	view, err := s.linksView(ctx, e, page)
	if err != nil {
		return err
	}
	return s.show(ctx, e, view)
}

// linksView lists a page of the person's links. Each has a button to its screen.
func (s Links) linksView(ctx context.Context, e *telegram.Event, page int) (telegram.Reply, error) {
	in := s.Texts.In(e)
	list, err := s.Stored.List(ctx, filter.UserID(e.From.ID), page*linksOnPage, linksOnPage+1)
	if err != nil {
		return telegram.Reply{}, err
	}
	if len(list) == 0 {
		return telegram.Reply{Text: in.Say("delivery.no_links")}, nil
	}
	reply := telegram.Reply{Text: in.Say("delivery.your_links")}
	for _, l := range list[:min(len(list), linksOnPage)] {
		uses := fmt.Sprint(l.People)
		if l.MostPeople > 0 {
			uses += "/" + fmt.Sprint(l.MostPeople)
		}
		label := telegram.CleanLine(s.describe(ctx, in, l.Target), 44) + " · " + uses
		reply.Keyboard = append(reply.Keyboard, []telegram.Button{button(label, e.From.ID, payloadOf(verbLink, int64(l.ID)))})
	}
	var pages []telegram.Button
	if page > 0 {
		pages = append(pages, button("◀", e.From.ID, payloadOf(verbLinks, int64(page-1))))
	}
	if len(list) > linksOnPage {
		pages = append(pages, button("▶", e.From.ID, payloadOf(verbLinks, int64(page+1))))
	}
	if len(pages) > 0 {
		reply.Keyboard = append(reply.Keyboard, pages)
	}
	return reply, nil
}
