package personal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/personal"
)

// letter is the letter of all buttons. A payload begins with a verb.
const letter = 'E'

// The verbs of the buttons. They keep their meaning, because messages that were sent long ago carry them.
const (
	verbExport = "get"
	verbAsk    = "ask"
	verbYes    = "yes" // with the token
	verbNo     = "no"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Messenger *telegram.Messenger
	Texts     *chat.Texts
	Own       *personal.Own
	Zone      *time.Location // of the day until which premium lasts
	// Forget removes an erased person from the caches of this process.
	Forget func(ctx context.Context, person int64) error
	Logger *slog.Logger
}

// errTooLarge reports data that do not fit into a message.
var errTooLarge = fault.New(fault.Conflict, "personal_too_large")

// Screens are the screens of a person's own data.
type Screens struct{ Deps }

// New makes the screens.
func New(d Deps) *Screens { return &Screens{d} }

// Taps are the handlers of the buttons.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letter: s.tap}
}

// HandleMyData answers /mydata.
func (s *Screens) HandleMyData(ctx context.Context, e *telegram.Event) error {
	if e.Chat.Type != telegram.Private {
		return chat.ErrPrivateOnly
	}
	_, err := s.Messenger.SendText(ctx, e.Chat, s.draw(e).menu(), telegram.Cause{Event: e})
	return err
}

func (s *Screens) tap(ctx context.Context, e *telegram.Event, d chat.Data) error {
	f := chat.ParseFields(d.Payload)
	verb, token := f.Next(), ""
	if verb == verbYes {
		token = f.Next()
	}
	if !f.Done() || e.Chat.Type != telegram.Private || d.Owner != e.From.ID {
		return chat.ErrButton
	}
	switch verb {
	case verbExport:
		return s.export(ctx, e)
	case verbAsk:
		return s.ask(ctx, e)
	case verbYes:
		return s.erase(ctx, e, secret.New(token))
	case verbNo:
		return s.show(ctx, e, telegram.Reply{Text: s.Texts.In(e).Say("personal.kept_all")})
	}
	return chat.ErrButton
}

// export sends the archive. It takes a while, so the tap is answered when the file is on its way or the limit refuses.
func (s *Screens) export(ctx context.Context, e *telegram.Event) error {
	var answered error // that of a late tap leaves the file delivered
	err := s.Own.Export(ctx, e.From.ID, func(data personal.Export) error {
		in := s.Texts.In(e)
		var file bytes.Buffer
		if err := data.WriteArchive(&file, in); err != nil {
			return err
		}
		if file.Len() > telegram.MaxAttachment {
			return errTooLarge
		}
		a := telegram.Attachment{Name: "my-data.zip", Mime: "application/zip", Data: file.Bytes(), Caption: in.Say("personal.file_caption")}
		answered = s.Messenger.AnswerTap(ctx, e, "", false)
		return s.Messenger.SendAttachment(ctx, e.Chat, telegram.LaneAnswer, a, fmt.Sprintf("my data %d", e.QueryID))
	})
	return errors.Join(err, answered)
}

func (s *Screens) ask(ctx context.Context, e *telegram.Event) error {
	c, token, err := s.Own.Ask(ctx, e.From.ID, personal.InChat)
	if err != nil {
		return err
	}
	return s.show(ctx, e, s.draw(e).consequences(c, token))
}

func (s *Screens) erase(ctx context.Context, e *telegram.Event, token secret.String) error {
	_, done, err := s.Own.Confirm(ctx, token)
	if err != nil {
		return err
	}
	reply := telegram.Reply{Text: s.Texts.In(e).Say("personal.waiting")}
	if done {
		reply.Text = s.Texts.In(e).Say("personal.erased")
		if err := s.Forget(ctx, e.From.ID); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "an erased person's language stays in memory until the next start", slog.Any("error", err))
		}
	}
	return s.show(ctx, e, reply)
}

// show replaces the tapped message.
func (s *Screens) show(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	return errors.Join(s.Messenger.AnswerTap(ctx, e, "", false), s.Messenger.EditText(ctx, e.Chat, e.MessageID, r))
}

func (s *Screens) draw(e *telegram.Event) drawing {
	return drawing{in: s.Texts.In(e), owner: e.From.ID, zone: s.Zone}
}
