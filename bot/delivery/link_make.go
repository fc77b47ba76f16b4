package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
)

// Errors of making links.
var (
	errMayNotLink  = fault.New(fault.Forbidden, "link_not_allowed")
	errNoFileThere = fault.New(fault.Invalid, "link_no_file")
)

// Links are the screens of links.
type Links struct{ *Screens }

// MayLink tells whether a person may make links; person 0 is anybody.
func (s Links) MayLink(ctx context.Context, person int64) bool {
	return person >= 0 && (s.IsAdmin(person) || s.Set.Get(ctx).AllMakeLinks)
}

// HandleLink answers /link: in reply to a file or a forwarded post it makes a link to it, with links to two posts a link to the posts between them. Without
// either it asks for a forwarded post.
func (s Links) HandleLink(ctx context.Context, e *telegram.Event) error {
	if !s.MayLink(ctx, e.From.ID) {
		return errMayNotLink
	}
	in := s.Texts.In(e)
	switch words := strings.Fields(e.Text); {
	case len(words) > 0:
		return s.linkPosts(ctx, e, words)
	case e.Reply != 0:
		return s.linkReplied(ctx, e)
	case e.Chat.Type != telegram.Private:
		return s.reply(ctx, e, telegram.Reply{Text: in.Say("delivery.link_how")})
	}
	s.Questions.Ask(ctx, e.Chat.ID, chat.Data{Letter: letter, Owner: e.From.ID, Payload: verbFirst})
	return s.reply(ctx, e, telegram.Reply{Text: in.Say("delivery.ask_first")})
}

// linkReplied makes a link to the file, or the forwarded post, that a command replies to.
func (s Links) linkReplied(ctx context.Context, e *telegram.Event) error {
	shared, err := s.deliverer.SharedIn(ctx, e.Chat, e.Reply)
	if err != nil {
		return err
	}
	switch {
	case shared.Document != 0:
		if _, err := s.Searcher.File(ctx, shared.Document, shared.Post); err != nil {
			return err
		}
		return s.replyLink(ctx, e, delivery.Link{Kind: delivery.LinkFile, Document: shared.Document})
	case shared.Post != (filter.Place{}):
		return s.linkRange(ctx, e, shared.Post, shared.Post)
	}
	return errNoFileThere
}

// linkPosts makes a link to the posts that one or two links to posts name.
func (s Links) linkPosts(ctx context.Context, e *telegram.Event, words []string) error {
	var ends []filter.Place
	for _, w := range words {
		at, ok := s.placeOf(w)
		if !ok {
			return errNoFileThere
		}
		ends = append(ends, at)
	}
	if len(ends) > 2 {
		return delivery.ErrLinkRange
	}
	return s.linkRange(ctx, e, ends[0], ends[len(ends)-1])
}

// placeOf finds the post of an indexed channel that a link to a post names.
func (s Links) placeOf(word string) (filter.Place, bool) {
	l, ok := telegram.ParsePostLink(word)
	if !ok || l.Message == 0 {
		return filter.Place{}, false
	}
	channel := filter.ChannelID(l.Channel)
	if l.Username != "" {
		list := s.Channels.List()
		i := slices.IndexFunc(list, func(c filter.Channel) bool { return strings.EqualFold(c.Username, l.Username) })
		if i < 0 {
			return filter.Place{}, false
		}
		channel = list[i].ID
	}
	return filter.Place{Channel: channel, Message: filter.MessageID(l.Message)}, true
}

// postIn is the post that an answer names: a forwarded one, or a link to one.
func (s Links) postIn(e *telegram.Event) (filter.Place, bool) {
	if e.Forward != nil {
		return filter.Place{Channel: filter.ChannelID(e.Forward.Channel), Message: filter.MessageID(e.Forward.Message)}, true
	}
	return s.placeOf(strings.TrimSpace(e.Text))
}

// takeFirst takes the first post of a range, and asks for the last one.
func (s Links) takeFirst(ctx context.Context, e *telegram.Event) error {
	first, ok := s.postIn(e)
	if !ok || !s.MayLink(ctx, e.From.ID) {
		return errNoFileThere
	}
	ch, err := s.Channels.Get(first.Channel)
	if err != nil {
		return err
	}
	in, where := s.Texts.In(e), []int64{int64(first.Channel), int64(first.Message)}
	s.Questions.Ask(ctx, e.Chat.ID, chat.Data{Letter: letter, Owner: e.From.ID, Payload: payloadOf(verbLast, where...)})
	return s.reply(ctx, e, telegram.Reply{
		Text:     in.Say("delivery.ask_last", int(first.Message), telegram.CleanLine(ch.Title, maxFieldRunes)),
		Keyboard: [][]telegram.Button{{button(in.Say("delivery.only_this"), e.From.ID, payloadOf(verbOnly, where...))}},
	})
}

func placeFrom(f *chat.Fields) (filter.Place, bool) {
	at := filter.Place{Channel: filter.ChannelID(f.NumberUpTo(1 << 40)), Message: filter.MessageID(f.NumberUpTo(1<<31 - 1))}
	return at, f.Done()
}

// takeLast takes the last post of a range.
func (s Links) takeLast(ctx context.Context, e *telegram.Event, f *chat.Fields) error {
	first, ok := placeFrom(f)
	last, named := s.postIn(e)
	if !ok || !named || !s.MayLink(ctx, e.From.ID) {
		return errNoFileThere
	}
	if err := s.linkRange(ctx, e, first, last); err != nil {
		return err
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	return nil
}

// tapOnly makes a link to the first post alone.
func (s Links) tapOnly(ctx context.Context, e *telegram.Event, f *chat.Fields) error {
	at, ok := placeFrom(f)
	if !ok || !s.MayLink(ctx, e.From.ID) {
		return chat.ErrButton
	}
	link, err := s.rangeOf(at, at)
	if err != nil {
		return err
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	return s.show(ctx, e, s.signedView(ctx, e, link))
}

// rangeOf is the link to a range of an indexed channel's posts.
func (s Links) rangeOf(from, to filter.Place) (delivery.Link, error) {
	link, err := delivery.NewRange(from, to)
	if err == nil {
		_, err = s.Channels.Get(link.Channel)
	}
	return link, err
}

func (s Links) linkRange(ctx context.Context, e *telegram.Event, from, to filter.Place) error {
	link, err := s.rangeOf(from, to)
	if err != nil {
		return err
	}
	return s.replyLink(ctx, e, link)
}

func (s Links) replyLink(ctx context.Context, e *telegram.Event, l delivery.Link) error {
	return s.reply(ctx, e, s.signedView(ctx, e, l))
}

// url is the address that opens a link.
func (s Links) url(ctx context.Context, payload string) string {
	return s.Client.ChatLink(ctx) + "?start=" + payload
}

// signedView shows a link without limits, and a button that gives it some.
func (s Links) signedView(ctx context.Context, e *telegram.Event, l delivery.Link) telegram.Reply {
	in, payload := s.Texts.In(e), s.Keys.Sign(l)
	return telegram.Reply{
		Text:     s.describe(ctx, in, delivery.TargetOf(l)) + "\n" + s.url(ctx, payload) + "\n\n" + in.Say("delivery.link_open"),
		Keyboard: [][]telegram.Button{{button(in.Say("delivery.limit"), e.From.ID, verbLimit+":"+payload)}},
	}
}

// describe says what a link leads to.
func (s Links) describe(ctx context.Context, in *phrase.Speaker, t delivery.Target) string {
	switch t.Kind {
	case delivery.TargetSearch:
		return "🔎 " + t.Query
	case delivery.TargetBatch:
		title := fmt.Sprint(t.Channel)
		if ch, err := s.Channels.Get(t.Channel); err == nil {
			title = telegram.CleanLine(ch.Title, maxFieldRunes)
		}
		return in.Say("delivery.range", title, int(t.First), int(t.Last))
	case delivery.TargetFile:
	}
	file, err := s.Searcher.File(ctx, t.Document, filter.Place{})
	if err != nil {
		return in.Say("delivery.unknown_file")
	}
	return "📄 " + telegram.CleanLine(file.Media.Name, maxFieldRunes) + " · " + phrase.Size(file.Media.Size)
}

// Bounds of a message with links, which has room for 4,096 characters.
const (
	maxListed     = 20 // links
	maxListedName = 60 // runes
)

// LinkTo sends links to files, and one to the search that found them.
func (s Links) LinkTo(ctx context.Context, e *telegram.Event, files []filter.File, query string) error {
	if !s.MayLink(ctx, e.From.ID) {
		return errMayNotLink
	}
	in := s.Texts.In(e)
	var text strings.Builder
	for _, f := range files[:min(len(files), maxListed)] {
		fmt.Fprintf(&text, "📄 %s\n%s\n", telegram.CleanLine(f.Media.Name, maxListedName), s.url(ctx, s.Keys.Sign(delivery.Link{Kind: delivery.LinkFile, Document: f.Media.Document})))
	}
	link, err := s.Stored.Create(ctx, filter.UserID(e.From.ID), delivery.Target{Kind: delivery.TargetSearch, Query: query}, false, originOf(e))
	if err != nil {
		return err
	}
	fmt.Fprintf(&text, "\n🔎 %s\n%s", query, s.url(ctx, s.Keys.Sign(delivery.Link{Kind: delivery.LinkRow, Row: link.ID})))
	if err := s.messenger.AnswerTap(ctx, e, "", false); err != nil {
		return err
	}
	_, err = s.messenger.SendText(ctx, e.Chat, telegram.Reply{
		Text: text.String(), Keyboard: [][]telegram.Button{{button(in.Say("delivery.limit_search"), e.From.ID, payloadOf(verbLink, int64(link.ID)))}},
	}, telegram.Cause{Event: e})
	return err
}
