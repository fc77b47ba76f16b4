package telegram

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/filter"
)

// dispatcher routes each kind of update. Every handler returns at once.
func (c *Client) dispatcher() tg.UpdateDispatcher {
	d := tg.NewUpdateDispatcher()
	d.OnNewMessage(func(ctx context.Context, e tg.Entities, u *tg.UpdateNewMessage) error {
		c.message(ctx, e, u.Message)
		return nil
	})
	d.OnNewChannelMessage(func(ctx context.Context, e tg.Entities, u *tg.UpdateNewChannelMessage) error {
		c.channelMessage(ctx, e, u.Message)
		return nil
	})
	d.OnChannel(func(_ context.Context, e tg.Entities, u *tg.UpdateChannel) error {
		c.Messenger.noteChannel(e.Channels[u.ChannelID])
		return nil
	})
	d.OnEditChannelMessage(func(_ context.Context, e tg.Entities, u *tg.UpdateEditChannelMessage) error {
		if m, ok := u.Message.(*tg.Message); ok {
			if p, ok := m.PeerID.(*tg.PeerChannel); ok {
				c.Messenger.noteChannel(e.Channels[p.ChannelID])
				c.edited(p.ChannelID, m)
			}
		}
		return nil
	})
	d.OnDeleteChannelMessages(func(_ context.Context, _ tg.Entities, u *tg.UpdateDeleteChannelMessages) error {
		ids := make([]filter.MessageID, len(u.Messages))
		for i, id := range u.Messages {
			ids[i] = filter.MessageID(id)
		}
		c.index.Delete(filter.ChannelID(u.ChannelID), ids)
		return nil
	})
	d.OnBotCallbackQuery(func(_ context.Context, e tg.Entities, u *tg.UpdateBotCallbackQuery) error {
		tap := &Event{Kind: Tap, From: c.person(e, u.UserID), MessageID: u.MsgID, QueryID: u.QueryID, Data: u.Data, At: c.opts.Now()}
		var known bool
		if tap.Chat, known = c.chatOfPeer(u.Peer); !known {
			tap.Data = nil // it cannot be handled, but the tap is answered
		}
		if ch := e.Channels[tap.Chat.ID]; tap.Chat.Type == Supergroup && ch != nil && ch.Forum {
			tap.Topic = tap.MessageID
		}
		c.handlers.Query(tap)
		return nil
	})
	d.OnInlineBotCallbackQuery(func(_ context.Context, e tg.Entities, u *tg.UpdateInlineBotCallbackQuery) error {
		c.handlers.Query(&Event{Kind: Tap, From: c.person(e, u.UserID), QueryID: u.QueryID}) // the bot puts no buttons there: it is answered as stale
		return nil
	})
	d.OnBotPrecheckoutQuery(func(_ context.Context, e tg.Entities, u *tg.UpdateBotPrecheckoutQuery) error {
		c.handlers.Query(&Event{Kind: Checkout, From: c.person(e, u.UserID), QueryID: u.QueryID, At: c.opts.Now(), Checkout: &CheckoutQuery{
			Payload: u.Payload, Currency: u.Currency, Amount: u.TotalAmount,
		}})
		return nil
	})
	d.OnBotStopped(func(ctx context.Context, e tg.Entities, u *tg.UpdateBotStopped) error {
		person := c.person(e, u.UserID)
		c.background.Go(func() { c.handlers.Stopped(ctx, person, u.Stopped) })
		return nil
	})
	d.OnChannelParticipant(func(_ context.Context, e tg.Entities, u *tg.UpdateChannelParticipant) error {
		noteParticipant(c, e, u)
		return nil
	})
	d.OnChatParticipant(func(_ context.Context, _ tg.Entities, u *tg.UpdateChatParticipant) error {
		noteOwnGroupMembership(c, u)
		return nil
	})
	d.OnBotChatInviteRequester(func(_ context.Context, _ tg.Entities, u *tg.UpdateBotChatInviteRequester) error {
		noteJoinRequest(c, u)
		return nil
	})
	d.OnBotInlineQuery(func(_ context.Context, e tg.Entities, u *tg.UpdateBotInlineQuery) error {
		c.handlers.Query(&Event{Kind: Inline, From: c.person(e, u.UserID), QueryID: u.QueryID, Text: u.Query, Offset: u.Offset})
		return nil
	})
	return d
}

// message handles a message of a private chat or a basic group.
func (c *Client) message(ctx context.Context, e tg.Entities, class tg.MessageClass) {
	if m, ok := class.(*tg.MessageService); ok {
		if p, ok := m.PeerID.(*tg.PeerChat); ok {
			noteMessage(c, Chat{ID: p.ChatID, Type: Group}, m)
		}
		if p, ok := paymentOf(m); ok {
			c.payments.add(func(ctx context.Context) error { return c.handlers.Payment(ctx, p) })
		}
		noteWriteAccess(ctx, c, e, m)
		c.noteService(m)
		c.noteJoin(ctx, e, m)
		return
	}
	m, ok := class.(*tg.Message)
	if !ok || m.Out {
		return
	}
	chat, ok := c.chatOfPeer(m.PeerID)
	if !ok {
		return
	}
	noteMessage(c, chat, m)
	from := chat.ID
	if u, ok := m.FromID.(*tg.PeerUser); ok {
		from = u.UserID
	} else if chat.Type != Private {
		return // a basic group has no anonymous admins
	}
	c.accept(ctx, c.event(e, chat, c.person(e, from), m), m)
}

// noteWriteAccess hands over the service message by which a person lets the bot write, as clients ask for a Mini App.
func noteWriteAccess(ctx context.Context, c *Client, e tg.Entities, m *tg.MessageService) {
	p, ok := m.PeerID.(*tg.PeerUser)
	if _, allowed := m.Action.(*tg.MessageActionBotAllowed); ok && allowed {
		person := c.person(e, p.UserID)
		c.background.Go(func() { c.handlers.Stopped(ctx, person, false) })
	}
}

// channelMessage handles a post of a channel, or a message of a supergroup. A supergroup may be indexed as well.
func (c *Client) channelMessage(ctx context.Context, e tg.Entities, class tg.MessageClass) {
	var peer tg.PeerClass
	var id int
	var isPost bool
	switch m := class.(type) {
	case *tg.Message:
		peer, id, isPost = m.PeerID, m.ID, m.Post
	case *tg.MessageService:
		peer, id, isPost = m.PeerID, m.ID, m.Post
		c.noteService(m)
		c.noteJoin(ctx, e, m)
	}
	p, ok := peer.(*tg.PeerChannel)
	if !ok {
		return
	}
	c.Messenger.noteChannel(e.Channels[p.ChannelID])
	if !isPost {
		noteMessage(c, Chat{ID: p.ChannelID, Type: Supergroup}, class)
	}
	m, isMessage := class.(*tg.Message)
	if isMessage {
		if post, ok := postOf(p.ChannelID, m); m.GroupedID != 0 && !m.Out {
			c.index.ReadAlbum(placeOf(p.ChannelID, m))
		} else if ok && !m.Out {
			c.index.Post(post)
		} else {
			c.index.SkipMessage(filter.ChannelID(p.ChannelID), filter.MessageID(id))
		}
	} else {
		c.index.SkipMessage(filter.ChannelID(p.ChannelID), filter.MessageID(id))
	}
	if !isMessage || m.Post || m.Out {
		return
	}
	chat, ok := c.chatOfPeer(p)
	from := c.sender(e, chat, m)
	if ok && from.ID != 0 {
		c.accept(ctx, c.event(e, chat, from, m), m)
	}
}

// sender returns the person or the chat that a message in a supergroup shows as its author. It is zero for a post that Telegram copied from the linked
// channel.
func (c *Client) sender(e tg.Entities, chat Chat, m *tg.Message) Person {
	switch from := m.FromID.(type) {
	case *tg.PeerUser:
		return c.person(e, from.UserID)
	case *tg.PeerChannel:
		if _, copied := m.FwdFrom.GetSavedFromPeer(); copied {
			return Person{}
		}
		p := Person{ID: Chat{ID: from.ChannelID, Type: Supergroup}.Key()}
		if ch := e.Channels[from.ChannelID]; ch != nil {
			p.Name = ch.Title
		}
		return p
	}
	return Person{ID: chat.Key()}
}

func (c *Client) edited(channel int64, m *tg.Message) {
	if m.GroupedID != 0 && !m.Out {
		c.index.ReadAlbum(placeOf(channel, m))
		return
	}
	if post, ok := postOf(channel, m); ok {
		c.index.Edit(post)
		return
	}
	c.index.Delete(filter.ChannelID(channel), []filter.MessageID{filter.MessageID(m.ID)})
}

// accept passes on a message that is meant for the bot, or that the handlers want to overhear.
func (c *Client) accept(ctx context.Context, e *Event, m *tg.Message) {
	if e.IsOverheard() && (!isPlainText(m) || !c.handlers.Overhears(e)) {
		return
	}
	c.handlers.Message(ctx, e)
}

// isPlainText tells whether a person typed the message as text: it is no file, no forward, no other bot's command and no result of inline mode.
func isPlainText(m *tg.Message) bool {
	_, isForward := m.GetFwdFrom()
	_, isInline := m.GetViaBotID()
	switch m.Media.(type) {
	case nil, *tg.MessageMediaEmpty, *tg.MessageMediaWebPage:
		return !isForward && !isInline && m.Message != "" && !strings.HasPrefix(m.Message, "/")
	}
	return false
}

func (c *Client) event(entities tg.Entities, chat Chat, from Person, m *tg.Message) *Event {
	e := &Event{Kind: Message, From: from, Chat: chat, MessageID: m.ID, At: time.Unix(int64(m.Date), 0).UTC(), Text: strings.TrimSpace(m.Message), Album: m.GroupedID}
	if fwd, ok := m.GetFwdFrom(); ok {
		switch from := fwd.FromID.(type) {
		case *tg.PeerChannel:
			if fwd.ChannelPost > 0 {
				e.Forward = &Forward{from.ChannelID, fwd.ChannelPost}
			}
		case *tg.PeerUser:
			about := c.person(entities, from.UserID)
			e.About = &about
		case nil: // the author's privacy settings hide the account
			e.About = &Person{Name: fwd.FromName}
		}
	}
	if contact, ok := m.Media.(*tg.MessageMediaContact); ok {
		e.About = &Person{ID: contact.UserID, Name: contact.FirstName}
	}
	e.Command, e.Text, e.Addressed = address(e.Text, c.Username())
	reply, ok := m.ReplyTo.(*tg.MessageReplyHeader)
	if ok && (!reply.ForumTopic || reply.ReplyToTopID != 0) { // else it names its topic
		e.Reply = reply.ReplyToMsgID
	}
	if ok && chat.Type != Private {
		e.Addressed = e.Addressed || m.Mentioned || c.isOurs(chat, reply.ReplyToMsgID)
		if reply.ForumTopic {
			e.Topic = cmp.Or(reply.ReplyToTopID, reply.ReplyToMsgID)
		}
	}
	ch := entities.Channels[chat.ID]
	e.IsForum = chat.Type == Supergroup && ch != nil && ch.Forum
	return e
}

// address splits a command or a mention of the bot off a text. addressed reports a command that is not another bot's, or a mention.
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

func (c *Client) person(e tg.Entities, id int64) Person {
	p := Person{ID: id}
	if u := e.Users[id]; u != nil {
		p.Name, p.Language = u.FirstName, u.LangCode
		if !u.Min {
			c.state.setHash(hashKey{"user", id}, u.AccessHash)
		}
	}
	return p
}
