package bot

import (
	"context"
	"strings"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/booking"
	"pavilion/filter"
)

// dispatcher sends each kind of update to where it is handled. Everything here returns at once.
func (b *Bot) dispatcher() tg.UpdateDispatcher {
	d := tg.NewUpdateDispatcher()
	d.OnNewMessage(func(ctx context.Context, e tg.Entities, u *tg.UpdateNewMessage) error {
		b.message(ctx, e, u.Message)
		return nil
	})
	d.OnNewChannelMessage(func(ctx context.Context, e tg.Entities, u *tg.UpdateNewChannelMessage) error {
		b.channelMessage(ctx, e, u.Message)
		return nil
	})
	d.OnEditChannelMessage(func(_ context.Context, _ tg.Entities, u *tg.UpdateEditChannelMessage) error {
		if m, ok := u.Message.(*tg.Message); ok {
			if p, ok := m.PeerID.(*tg.PeerChannel); ok {
				b.edited(p.ChannelID, m)
			}
		}
		return nil
	})
	d.OnDeleteChannelMessages(func(_ context.Context, _ tg.Entities, u *tg.UpdateDeleteChannelMessages) error {
		ids := make([]filter.MessageID, len(u.Messages))
		for i, id := range u.Messages {
			ids[i] = filter.MessageID(id)
		}
		b.deps.Indexer.Delete(filter.ChannelID(u.ChannelID), ids)
		return nil
	})
	d.OnBotCallbackQuery(func(_ context.Context, e tg.Entities, u *tg.UpdateBotCallbackQuery) error {
		tap := &Event{Kind: Tap, From: b.person(e, u.UserID), MessageID: u.MsgID, QueryID: u.QueryID, Data: u.Data}
		var known bool
		if tap.Chat, known = b.chatOf(u.Peer); !known {
			tap.Data = nil // nothing can be done there, but the tap is answered
		}
		b.router.submit(tap)
		return nil
	})
	d.OnInlineBotCallbackQuery(func(_ context.Context, e tg.Entities, u *tg.UpdateInlineBotCallbackQuery) error {
		b.router.submit(&Event{Kind: Tap, From: b.person(e, u.UserID), QueryID: u.QueryID}) // we put no buttons there: it is answered as stale
		return nil
	})
	d.OnBotPrecheckoutQuery(func(_ context.Context, e tg.Entities, u *tg.UpdateBotPrecheckoutQuery) error {
		b.router.submit(&Event{Kind: Checkout, From: b.person(e, u.UserID), QueryID: u.QueryID, At: b.opts.Now(), Asks: &booking.InvoiceCheck{
			Payload: u.Payload, Payer: booking.MemberID(u.UserID), Amount: booking.Money{Minor: u.TotalAmount, Currency: u.Currency},
		}})
		return nil
	})
	d.OnBotStopped(func(ctx context.Context, e tg.Entities, u *tg.UpdateBotStopped) error {
		person := b.person(e, u.UserID)
		b.background.Go(func() { b.stopped(ctx, person, u.Stopped) })
		return nil
	})
	d.OnBotInlineQuery(func(_ context.Context, e tg.Entities, u *tg.UpdateBotInlineQuery) error {
		b.router.submit(&Event{Kind: Inline, From: b.person(e, u.UserID), QueryID: u.QueryID, Text: u.Query, Offset: u.Offset})
		return nil
	})
	return d
}

// message takes a message of a private chat or a basic group.
func (b *Bot) message(ctx context.Context, e tg.Entities, class tg.MessageClass) {
	if m, ok := class.(*tg.MessageService); ok {
		b.service(ctx, m)
		return
	}
	m, ok := class.(*tg.Message)
	if !ok || m.Out {
		return
	}
	chat, ok := b.chatOf(m.PeerID)
	if !ok {
		return
	}
	from := chat.ID
	if u, ok := m.FromID.(*tg.PeerUser); ok {
		from = u.UserID
	} else if chat.Type != Private {
		return // a channel or an anonymous admin speaks: nobody to answer
	}
	b.accept(ctx, b.event(e, chat, from, m))
}

// channelMessage takes a post of a channel, or a message of a supergroup. A supergroup may be indexed as well.
func (b *Bot) channelMessage(ctx context.Context, e tg.Entities, class tg.MessageClass) {
	var peer tg.PeerClass
	var id int
	switch m := class.(type) {
	case *tg.Message:
		peer, id = m.PeerID, m.ID
	case *tg.MessageService:
		peer, id = m.PeerID, m.ID
	}
	p, ok := peer.(*tg.PeerChannel)
	if !ok {
		return
	}
	m, isMessage := class.(*tg.Message)
	if isMessage {
		if post, ok := postOf(p.ChannelID, m); ok && !m.Out {
			b.deps.Indexer.Post(post)
		} else {
			b.deps.Indexer.Seen(filter.ChannelID(p.ChannelID), filter.MessageID(id))
		}
	} else {
		b.deps.Indexer.Seen(filter.ChannelID(p.ChannelID), filter.MessageID(id))
	}
	if !isMessage || m.Post || m.Out {
		return
	}
	chat, ok := b.chatOf(p)
	if u, isUser := m.FromID.(*tg.PeerUser); ok && isUser {
		b.accept(ctx, b.event(e, chat, u.UserID, m))
	}
}

func (b *Bot) edited(channel int64, m *tg.Message) {
	if post, ok := postOf(channel, m); ok {
		b.deps.Indexer.Edit(post)
		return
	}
	b.deps.Indexer.Delete(filter.ChannelID(channel), []filter.MessageID{filter.MessageID(m.ID)})
}

// accept stores a message that is meant for us and hands it over.
func (b *Bot) accept(ctx context.Context, e *Event) {
	if e.Chat.Type != Private && !e.Addressed {
		return
	}
	if b.inbox.take(ctx, e) {
		b.router.submit(e)
	}
}

func (b *Bot) event(entities tg.Entities, chat Chat, from int64, m *tg.Message) *Event {
	e := &Event{Kind: Message, From: b.person(entities, from), Chat: chat, MessageID: m.ID, At: time.Unix(int64(m.Date), 0).UTC(), Text: strings.TrimSpace(m.Message)}
	if fwd, ok := m.GetFwdFrom(); ok {
		if c, ok := fwd.FromID.(*tg.PeerChannel); ok && fwd.ChannelPost > 0 {
			e.Forward = &Forward{filter.ChannelID(c.ChannelID), filter.MessageID(fwd.ChannelPost)}
		}
	}
	self := b.self.Load()
	e.Command, e.Text, e.Addressed = address(e.Text, self.Username)
	if reply, ok := m.ReplyTo.(*tg.MessageReplyHeader); ok && chat.Type != Private && (m.Mentioned || b.sentIn(chat, reply.ReplyToMsgID)) {
		e.Addressed = true
	}
	return e
}

// address takes a command and the bot's name off a text. Addressed is what counts in a group: a command that is not another bot's, or a mention.
func address(text, username string) (command, rest string, addressed bool) {
	if strings.HasPrefix(text, "/") {
		word, args, _ := strings.Cut(text[1:], " ")
		if line, more, cut := strings.Cut(word, "\n"); cut {
			word, args = line, more+" "+args
		}
		name, to, named := strings.Cut(word, "@")
		if name == "" || named && !strings.EqualFold(to, username) {
			return "", text, false
		}
		return strings.ToLower(name), strings.TrimSpace(args), true
	}
	mention := "@" + username
	for i := 0; i+len(mention) <= len(text); i++ {
		end := i + len(mention)
		if strings.EqualFold(text[i:end], mention) && (end == len(text) || !isNameByte(text[end])) {
			return "", strings.TrimSpace(text[:i] + text[end:]), true
		}
	}
	return "", text, false
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// chatOf finds the access hash for a peer; gotd keeps it before it calls the dispatcher.
func (b *Bot) chatOf(peer tg.PeerClass) (Chat, bool) {
	switch p := peer.(type) {
	case *tg.PeerUser:
		h, ok := b.state.hash(hashKey{"user", p.UserID})
		return Chat{p.UserID, h, Private}, ok
	case *tg.PeerChat:
		return Chat{p.ChatID, 0, Group}, true
	case *tg.PeerChannel:
		h, ok := b.state.hash(hashKey{"channel", p.ChannelID})
		return Chat{p.ChannelID, h, Supergroup}, ok
	}
	return Chat{}, false
}

func (b *Bot) person(e tg.Entities, id int64) Person {
	p := Person{ID: id}
	if u := e.Users[id]; u != nil {
		p.Name, p.Language = u.FirstName, u.LangCode
		if !u.Min {
			b.state.setHash(hashKey{"user", id}, u.AccessHash)
		}
	}
	return p
}
