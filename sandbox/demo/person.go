package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

const (
	bot   = sandbox.BotName
	group = "riverside_members"
)

// botShade is the bot's colour.
const botShade = ansi.BrightBlue

// person is a member or the admin. The demo draws their actions and the messages that they get.
type person struct {
	*driver.User
	name  string
	shade ansi.Color
	play  *play
}

var errTooLong = errors.New("waited too long")

// writes sends a text and returns the bot's answer and the time until it came.
func (p *person) writes(ctx context.Context, chat, text string) (*tg.Message, time.Duration, error) {
	p.play.out.wait(ctx)
	about, answered := "", ""
	if chat == group {
		about, answered = "in the group Riverside Members", "replies in the group"
	}
	p.types(about, text)
	m, took, err := p.asks(ctx, chat, text)
	if err == nil {
		p.sees(m, answered)
	}
	return m, took, err
}

// types draws a text that the person sends.
func (p *person) types(about, text string) {
	p.play.out.message(message{who: p.name, shade: p.shade, about: about, mine: true, text: text})
}

// asks sends a text and waits for the bot's answer. It draws nothing.
func (p *person) asks(ctx context.Context, chat, text string) (*tg.Message, time.Duration, error) {
	before, err := p.newest(ctx, chat)
	if err != nil {
		return nil, 0, err
	}
	start := time.Now()
	if err := p.Send(ctx, chat, text); err != nil {
		return nil, 0, err
	}
	m, err := p.answer(ctx, chat, before)
	if err != nil {
		return nil, 0, fmt.Errorf("the bot's answer to %q: %w", text, err)
	}
	return m, time.Since(start), nil
}

// newest returns the id of the last message of a chat.
func (p *person) newest(ctx context.Context, chat string) (int, error) {
	all, err := p.Messages(ctx, chat)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[len(all)-1].ID, nil
}

// answer waits for the bot's first message after a given message.
func (p *person) answer(ctx context.Context, chat string, after int) (*tg.Message, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	isAnswer := func(m *tg.Message) bool { return m.ID > after && p.fromBot(m) }
	newest, err := p.Await(ctx, chat, isAnswer)
	if err != nil {
		return nil, err
	}
	all, err := p.Messages(ctx, chat)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, isAnswer); i >= 0 {
		return all[i], nil
	}
	return newest, nil // the answer was deleted meanwhile
}

func (p *person) fromBot(m *tg.Message) bool {
	if from, ok := m.FromID.(*tg.PeerUser); ok {
		return from.UserID == p.play.scene.BotID
	}
	return !m.Out
}

// edited waits until a message of the private chat with the bot has been edited.
func (p *person) edited(ctx context.Context, was *tg.Message) (*tg.Message, error) {
	return p.editedIn(ctx, bot, was)
}

// editedIn waits until a message of a chat has been edited.
func (p *person) editedIn(ctx context.Context, chat string, was *tg.Message) (*tg.Message, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	m, err := p.Await(ctx, chat, func(m *tg.Message) bool { return m.ID == was.ID && face(m) != face(was) })
	if err != nil {
		return nil, fmt.Errorf("an edit of %q: %w", firstLine(was.Message), err)
	}
	p.sees(m, "edits the message")
	return m, nil
}

// taps taps a button and draws the tap and the alert.
func (p *person) taps(ctx context.Context, chat string, m *tg.Message, button string) (*tg.MessagesBotCallbackAnswer, error) {
	p.play.out.wait(ctx)
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	answer, err := p.Tap(ctx, chat, m, button)
	if err != nil {
		return nil, fmt.Errorf("a tap on %q: %w", button, err)
	}
	p.play.out.tap(p.name, p.shade, label(m, button), answer.Message)
	return answer, nil
}

// sees draws a message of the bot.
func (p *person) sees(m *tg.Message, about string) {
	text := m.Message
	if doc, name := driver.Document(m); doc != nil {
		text = strings.TrimSuffix(attached(name, doc.Size)+"\n"+m.Message, "\n")
	}
	rows := driver.Buttons(m)
	switch media := m.Media.(type) {
	case *tg.MessageMediaInvoice:
		text, rows = "🧾 "+media.Title+"\n"+media.Description, [][]string{{payButton(m)}}
	case *tg.MessageMediaVenue:
		text = "📍 " + media.Title + ", " + media.Address
	}
	strong := false
	for _, e := range m.Entities {
		if b, ok := e.(*tg.MessageEntityBold); ok && b.Offset == 0 {
			strong = true
		}
	}
	p.play.out.message(message{who: "Pavilion", shade: botShade, about: about, text: text, strong: strong, buttons: rows})
}

// face returns the text and the buttons of a message.
func face(m *tg.Message) string { return m.Message + "\n" + rows(m) }

// rows formats a message's buttons, a line for each row.
func rows(m *tg.Message) string {
	var lines []string
	for _, row := range driver.Buttons(m) {
		lines = append(lines, strings.Join(row, " | "))
	}
	return strings.Join(lines, "\n")
}

// label returns the full text of the first button that contains a text.
func label(m *tg.Message, part string) string {
	for _, row := range driver.Buttons(m) {
		for _, text := range row {
			if strings.Contains(text, part) {
				return text
			}
		}
	}
	return part
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// attached formats a file of a message.
func attached(name string, bytes int64) string { return "📎 " + name + " · " + size(bytes) }

// size formats a number of bytes with a no-break space.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d KB", n>>10)
}
