package broadcast

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter/broadcast"
)

// courier carries broadcasts to people and into groups.
type courier struct{ s *Screens }

// send is how one chat gets a broadcast.
type send struct {
	telegram.Delivery
	language string
	optOut   string // payload of the opt-out button
}

// patience is the longest of Telegram's waits for one chat that a send keeps its place for.
const patience = 5 * time.Second

// Send sends a broadcast to a person, or into a group.
func (c courier) Send(ctx context.Context, b broadcast.Broadcast, to broadcast.Recipient) broadcast.Outcome {
	if b.Plan.Segment.Kind == broadcast.Groups {
		return c.sendToGroup(ctx, b, to.ID)
	}
	chat, err := c.s.Client.PrivateChat(ctx, int64(to.ID))
	if err != nil {
		return c.outcome(chat, nil, err)
	}
	language := c.s.Languages.Of(telegram.Person{ID: int64(to.ID), Language: to.Language})
	ids, err := c.sendTo(ctx, b, chat, send{
		Delivery: telegram.Delivery{Lane: telegram.LaneBroadcast, Name: name(b), Patience: patience}, language: language, optOut: encodeOptOut(b.ID),
	})
	return c.outcome(chat, ids, err)
}

// name has the time as well, because a restored database uses its next number a second time.
func name(b broadcast.Broadcast) string {
	return fmt.Sprintf("broadcast/%d/%d", b.ID, b.Created.Unix())
}

func previewName(b broadcast.Broadcast, e *telegram.Event) string {
	return fmt.Sprintf("%s/preview/%d", name(b), e.QueryID)
}

// Pin pins a message of a broadcast, without a notification. It gives up at once where Telegram makes the chat or the method wait for longer than patience.
func (c courier) Pin(ctx context.Context, b broadcast.Broadcast, to broadcast.RecipientID, message int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, telegram.ErrTelegramWaits)
	defer cancel()
	chat, _, err := c.reach(ctx, b, to)
	if err != nil {
		return err
	}
	return c.s.contents.Pin(ctx, telegram.LaneBroadcast, chat, message)
}

// sendTo sends a broadcast to a chat.
func (c courier) sendTo(ctx context.Context, b broadcast.Broadcast, to telegram.Chat, how send) (ids []int, err error) {
	d := how.Delivery
	d.Silent, d.Paid = b.Plan.Silent, b.Plan.Paid
	if !b.ButtonsFollow() {
		d.Links, d.Keyboard = c.buttons(b, how)
		return c.s.contents.SendContent(ctx, to, content(b), d)
	}
	if b.Plan.Mode == broadcast.Forward {
		from, ferr := c.s.Client.PrivateChat(ctx, author(b))
		if ferr != nil {
			return nil, ferr
		}
		ids, err = c.s.contents.ForwardMessages(ctx, to, from, b.Content.Source, d)
	} else {
		ids, err = c.s.contents.SendContent(ctx, to, content(b), d)
	}
	if err != nil {
		return ids, err
	}
	d.Name, d.Silent = how.Name+"/buttons", true
	d.Links, d.Keyboard = c.buttons(b, how)
	more, err := c.s.contents.SendContent(ctx, to, telegram.Content{Text: c.s.Texts.InLanguage(how.language).Say("broadcast.follows")}, d)
	if len(ids)+1 < b.Parts() && len(more) > 0 {
		// Telegram reported only that an earlier try had sent the album, without ids. Edits and deletions need the ids.
		if found, ferr := c.s.contents.FindBefore(ctx, to, more[0], content(b)); ferr == nil {
			ids = found
		}
	}
	return append(ids, more...), err
}

func content(b broadcast.Broadcast) telegram.Content {
	return telegram.Content{Text: b.Content.Text, Entities: b.Content.Entities, Media: b.Content.Media}
}

// buttons are the broadcast's own and the one by which the person or the group opts out.
func (c courier) buttons(b broadcast.Broadcast, how send) (links []telegram.Link, keyboard [][]telegram.Button) {
	for _, button := range b.Content.Buttons {
		links = append(links, telegram.Link{Text: button.Text, URL: button.URL})
	}
	out, _ := chat.Data{Letter: letter, Payload: how.optOut}.Button(c.s.Texts.InLanguage(how.language).Say("broadcast.opt_out"))
	return links, [][]telegram.Button{{out}}
}

// Refresh reads the broadcast's files again: from the draft, from the preview, or from a message that somebody got.
func (c courier) Refresh(ctx context.Context, b broadcast.Broadcast, sent []int) (broadcast.Content, error) {
	own, err := c.s.Client.PrivateChat(ctx, author(b))
	if err != nil {
		return broadcast.Content{}, err
	}
	type place struct {
		in  telegram.Chat
		ids []int
	}
	places := []place{{own, b.Content.Source}, {own, b.Content.Preview}}
	if b.Plan.Mode == broadcast.Copy && b.Plan.Segment.Kind != broadcast.Groups { // an id of a supergroup names another message elsewhere
		places = append(places, place{telegram.Chat{}, sent})
	}
	err = telegram.ErrMessageGone
	for _, p := range places {
		if len(p.ids) == 0 {
			continue
		}
		var found telegram.Content
		var ids []int
		if found, ids, err = c.s.contents.ReadContent(ctx, p.in, p.ids[0]); err == nil && len(found.Media) == len(b.Content.Media) {
			return broadcast.Content{Text: found.Text, Entities: found.Entities, Media: found.Media, Source: ids}, nil
		}
	}
	return broadcast.Content{}, err
}

// Edit changes the text or the caption of a message that a person or a group got.
func (c courier) Edit(ctx context.Context, b broadcast.Broadcast, to broadcast.RecipientID, messages []int) broadcast.Outcome {
	chat, language, err := c.reach(ctx, b, to)
	if err != nil {
		return c.outcome(chat, nil, err)
	}
	if len(messages) < b.Parts() { // the first one may be another part
		return broadcast.Outcome{Class: broadcast.Refused, Name: "MESSAGE_UNKNOWN"}
	}
	text, entities := b.Content.Text, b.Content.Entities
	if len(b.Content.Media) > 0 {
		text, entities = b.Content.Media[0].Caption, b.Content.Media[0].CaptionEntities
	}
	d := telegram.Delivery{Lane: telegram.LaneBroadcast, Patience: patience}
	if !b.ButtonsFollow() {
		d.Links, d.Keyboard = c.buttons(b, send{language: language, optOut: encodeOptOut(b.ID)})
	}
	return c.outcome(chat, messages, c.s.contents.EditContent(ctx, chat, messages[0], text, entities, d))
}

// reach finds the chat of a recipient, and its language.
func (c courier) reach(ctx context.Context, b broadcast.Broadcast, to broadcast.RecipientID) (chat telegram.Chat, language string, err error) {
	if b.Plan.Segment.Kind == broadcast.Groups {
		g, err := c.group(ctx, to)
		return g.chat, g.Language, err
	}
	chat, err = c.s.Client.PrivateChat(ctx, int64(to))
	return chat, c.s.Languages.Of(telegram.Person{ID: int64(to), Language: b.Language}), err
}

// Delete deletes messages that people got, or a group.
func (c courier) Delete(ctx context.Context, group broadcast.RecipientID, messages []int) broadcast.Outcome {
	in := telegram.Chat{Type: telegram.Private}
	if group != 0 {
		g, err := c.group(ctx, group)
		if err != nil {
			return c.outcome(g.chat, nil, err)
		}
		in = g.chat
	}
	return c.outcome(in, messages, c.s.contents.DeleteIn(ctx, in, messages, telegram.Delivery{Lane: telegram.LaneBroadcast, Patience: patience}))
}

func (c courier) outcome(in telegram.Chat, ids []int, err error) broadcast.Outcome {
	if errors.Is(err, ErrGroupLeft) {
		return broadcast.Outcome{Class: broadcast.Refused, Name: "NOT_IN_GROUP"}
	}
	failure, name := telegram.FailureOf(err)
	class := map[telegram.Failure]broadcast.Class{
		telegram.NoFailure: broadcast.Sent, telegram.PersonGone: broadcast.Gone, telegram.ChatClosed: broadcast.Closed, telegram.TopicClosed: broadcast.Refused,
		telegram.ChatRefused: broadcast.Refused, telegram.ContentBad: broadcast.Unsendable, telegram.ChatWaits: broadcast.MustWait, telegram.MayPass: broadcast.Passing,
		telegram.QueueStopped: broadcast.Aborted, telegram.PaidRefused: broadcast.Unpaid,
	}[failure]
	if class == broadcast.Closed && in.Type == telegram.Private {
		class = broadcast.Refused
	}
	out := broadcast.Outcome{Class: class, Name: name, Messages: ids}
	if class == broadcast.MustWait {
		out.Wait = max(c.s.contents.ChatWait(in), time.Second)
	}
	return out
}
