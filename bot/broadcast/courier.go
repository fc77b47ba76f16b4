package broadcast

import (
	"context"
	"fmt"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/broadcast"
)

// courier carries broadcasts to people.
type courier struct{ s *Screens }

// send is how one person gets a broadcast.
type send struct {
	name     string // sends of one name are one message to Telegram
	lane     telegram.Lane
	language string
	optOut   string // payload of the opt-out button
}

// Send sends a broadcast to a person.
func (c courier) Send(ctx context.Context, b broadcast.Broadcast, to filter.AudiencePerson) broadcast.Outcome {
	language := c.s.Languages.Of(telegram.Person{ID: int64(to.ID), Language: to.Language})
	ids, err := c.sendTo(ctx, b, int64(to.ID), send{name: name(b), lane: telegram.LaneBroadcast, language: language, optOut: encodeOptOut(b.ID)})
	return outcome(ids, err)
}

// name has the time as well, because a restored database uses its next number a second time.
func name(b broadcast.Broadcast) string {
	return fmt.Sprintf("broadcast/%d/%d", b.ID, b.Created.Unix())
}

func previewName(b broadcast.Broadcast, e *telegram.Event) string {
	return fmt.Sprintf("%s/preview/%d", name(b), e.QueryID)
}

func (c courier) sendTo(ctx context.Context, b broadcast.Broadcast, person int64, how send) ([]int, error) {
	to, err := c.s.Client.PrivateChat(ctx, person)
	if err != nil {
		return nil, err
	}
	d := telegram.Delivery{Lane: how.lane, Silent: b.Plan.Silent, Name: how.name}
	if !b.ButtonsFollow() {
		d.Links, d.Keyboard = c.buttons(b, how)
		return c.s.contents.SendContent(ctx, to, content(b), d)
	}
	var ids []int
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
	d.Name, d.Silent = how.name+"/buttons", true
	d.Links, d.Keyboard = c.buttons(b, how)
	more, err := c.s.contents.SendContent(ctx, to, telegram.Content{Text: c.s.Texts.InLanguage(how.language).Say("broadcast.follows")}, d)
	return append(ids, more...), err
}

func content(b broadcast.Broadcast) telegram.Content {
	return telegram.Content{Text: b.Content.Text, Entities: b.Content.Entities, Media: b.Content.Media}
}

// buttons are the broadcast's own and the one by which the person opts out.
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
	if b.Plan.Mode == broadcast.Copy {
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

// Edit changes the text or the caption of a message that a person got.
func (c courier) Edit(ctx context.Context, b broadcast.Broadcast, person filter.UserID, messages []int) broadcast.Outcome {
	to, err := c.s.Client.PrivateChat(ctx, int64(person))
	if err != nil {
		return outcome(nil, err)
	}
	text, entities := b.Content.Text, b.Content.Entities
	if len(b.Content.Media) > 0 {
		text, entities = b.Content.Media[0].Caption, b.Content.Media[0].CaptionEntities
	}
	d := telegram.Delivery{Lane: telegram.LaneBroadcast}
	if !b.ButtonsFollow() {
		language := c.s.Languages.Of(telegram.Person{ID: int64(person), Language: b.Language})
		d.Links, d.Keyboard = c.buttons(b, send{language: language, optOut: encodeOptOut(b.ID)})
	}
	return outcome(messages, c.s.contents.EditContent(ctx, to, messages[0], text, entities, d))
}

// Delete deletes messages that people got.
func (c courier) Delete(ctx context.Context, messages []int) broadcast.Outcome {
	return outcome(messages, c.s.contents.DeletePrivate(ctx, telegram.LaneBroadcast, messages))
}

func outcome(ids []int, err error) broadcast.Outcome {
	failure, name := telegram.FailureOf(err)
	class := map[telegram.Failure]broadcast.Class{
		telegram.NoFailure: broadcast.Sent, telegram.PersonGone: broadcast.Gone, telegram.PersonRefused: broadcast.Refused,
		telegram.ContentBad: broadcast.Unsendable, telegram.MayPass: broadcast.Passing, telegram.QueueStopped: broadcast.Aborted,
	}[failure]
	return broadcast.Outcome{Class: class, Name: name, Messages: ids}
}
