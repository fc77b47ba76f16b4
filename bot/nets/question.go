package nets

import (
	"context"

	"pavilion/bot/telegram"
)

// question is a screen that asks for a typed answer. It is a message of its own.
type question struct {
	answer step // where the typed answer goes
	text   func(d drawing) string
	skip   *step // the step of a skip button; nil: there is none
}

func (q question) draw(d drawing) telegram.Reply {
	if q.skip == nil {
		return telegram.Reply{Text: q.text(d), Ask: true}
	}
	k := d.keyboard()
	k.add(d.in.Say("desk.skip"), *q.skip)
	return telegram.Reply{Text: q.text(d), Keyboard: k.rows}
}

// ask sends a question and notes where the answer goes.
func (v *visit) ask(ctx context.Context, q question) error {
	if _, err := v.Client.Messenger.SendText(ctx, v.event.Chat, q.draw(v.drawing()), telegram.Cause{Event: v.event, Number: 1}); err != nil {
		return err
	}
	v.Questions.Ask(ctx, v.event.Chat.ID, q.answer.data(v.event.Chat.ID))
	return nil
}
