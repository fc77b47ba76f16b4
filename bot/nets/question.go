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

// ask sends a question and notes where the answer goes. A tap is not repeated after a crash, so its question is noted first. A typed message is repeated: a
// question that was noted before it was sent would take that message for its answer.
func (v *visit) ask(ctx context.Context, q question) error {
	chat := v.event.Chat
	note := func() { v.Questions.Ask(ctx, chat.ID, q.answer.data(chat.ID)) }
	if !v.isTyped {
		note()
	}
	if _, err := v.Client.Messenger.SendText(ctx, chat, q.draw(v.drawing()), telegram.Cause{Event: v.event, Number: 1}); err != nil {
		return err
	}
	if v.isTyped {
		note()
	}
	return nil
}
