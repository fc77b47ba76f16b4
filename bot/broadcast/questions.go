package broadcast

import (
	"context"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/broadcast"
)

// Answers are the handlers of typed answers.
func (s *Screens) Answers() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letter: s.answer}
}

// Takes lets any message answer the questions for a message and for a file. The other messages of an album belong to its first.
func (s *Screens) Takes(e *telegram.Event, d chat.Data) chat.Take {
	if d.Letter != letter {
		return chat.TakeText
	}
	if d.Payload == askMessage {
		return chat.TakeAny
	}
	if album, rest := restOf(d.Payload); rest {
		if album == e.Album {
			return chat.TakeAny
		}
		return chat.TakeOther
	}
	if t, err := parseTap(d.Payload); err == nil && t.verb == askList {
		return chat.TakeAny
	}
	return chat.TakeText
}

func restOf(payload string) (album int64, ok bool) {
	f := chat.ParseFields(payload)
	name, album := f.Next(), f.Number()
	return album, f.Done() && name == albumRest
}

// ask puts a question about a broadcast.
func (s *Screens) ask(ctx context.Context, e *telegram.Event, b broadcast.Broadcast, t tap) error {
	if editing := b.State == broadcast.Draft || b.State == broadcast.Previewed; editing == (t.verb == askEdit) {
		return broadcast.ErrState
	}
	s.Questions.Ask(ctx, e.Chat.ID, chat.Data{Letter: letter, Owner: e.From.ID, Payload: t.encode()})
	key := map[verb]string{
		askLanguage: "broadcast.ask_language", askDays: "broadcast.ask_days", askList: "broadcast.ask_list", askBooked: "broadcast.ask_booked", askButtons: "broadcast.ask_buttons",
		askTesters: "broadcast.ask_testers", askTime: "broadcast.ask_time", askEdit: "broadcast.ask_edit",
	}[t.verb]
	return s.say(ctx, e, key)
}

// answer takes a typed answer.
func (s *Screens) answer(ctx context.Context, e *telegram.Event, d chat.Data) error {
	if !s.IsAdmin(e.From.ID) {
		return chat.ErrAdminsOnly
	}
	if _, rest := restOf(d.Payload); rest {
		return nil
	}
	if d.Payload == askMessage {
		s.Questions.Withdraw(ctx, e.Chat.ID)
		if e.Album != 0 {
			s.Questions.Ask(ctx, e.Chat.ID, chat.Data{Letter: letter, Owner: e.From.ID, Payload: albumRest + ":" + chat.Base36(e.Album)})
		}
		return s.draft(ctx, e, e.MessageID)
	}
	t, err := parseTap(d.Payload)
	if err != nil {
		return err
	}
	b, err := s.Service.Get(ctx, t.id)
	if err != nil {
		return err
	}
	if b, err = s.takeAnswer(ctx, e, b, t); err != nil {
		return err // the question stays open
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	return s.openPanel(ctx, e, b)
}

func (s *Screens) takeAnswer(ctx context.Context, e *telegram.Event, b broadcast.Broadcast, t tap) (broadcast.Broadcast, error) {
	var change func(b *broadcast.Broadcast)
	switch t.verb {
	case askEdit:
		text, err := s.textOf(ctx, e)
		if err != nil {
			return b, err
		}
		return s.Service.Revise(ctx, b, broadcast.Edit, text.Text, text.Entities)
	case askTime:
		at, ok := parseTime(e.Text, s.Now())
		if !ok {
			return b, broadcast.ErrTime
		}
		return s.Service.Confirm(ctx, b, at)
	case askButtons:
		buttons, err := parseButtons(e.Text)
		if err != nil {
			return b, err
		}
		change = func(b *broadcast.Broadcast) { b.Content.Buttons = buttons }
	case askTesters:
		testers, err := s.testers(ctx, e.Text)
		if err != nil {
			return b, err
		}
		change = func(b *broadcast.Broadcast) { b.Plan.Testers = testers }
	default:
		chosen, err := s.typedSegment(ctx, e, t.verb)
		if err != nil {
			return b, err
		}
		side := setSegment
		if t.value == 1 {
			side = setMinus
		}
		change = func(b *broadcast.Broadcast) { choose(&b.Plan, side, chosen) }
	}
	return s.Service.Change(ctx, b, change)
}

// textOf reads an answer again with its formatting.
func (s *Screens) textOf(ctx context.Context, e *telegram.Event) (telegram.Content, error) {
	c, _, err := s.contents.ReadContent(ctx, e.Chat, e.MessageID)
	if err == nil && c.Text == "" {
		err = telegram.ErrNotCopyable
	}
	return c, err
}

func (s *Screens) typedSegment(ctx context.Context, e *telegram.Event, v verb) (broadcast.Segment, error) {
	switch v {
	case askLanguage:
		tag, err := language.Parse(strings.TrimSpace(e.Text))
		if err != nil {
			return broadcast.Segment{}, broadcast.ErrSegment
		}
		base, _ := tag.Base()
		return broadcast.Segment{Kind: broadcast.Speakers, Language: base.String()}, nil
	case askDays:
		days, err := strconv.Atoi(strings.TrimSpace(e.Text))
		if err != nil {
			return broadcast.Segment{}, broadcast.ErrSegment
		}
		return broadcast.Segment{Kind: broadcast.Active, Days: days}, nil
	case askList:
		list, err := s.saveList(ctx, e)
		return broadcast.Segment{Kind: broadcast.Uploaded, List: list}, err
	case askBooked:
		days := strings.Fields(e.Text)
		if len(days) != 2 {
			return broadcast.Segment{}, broadcast.ErrSegment
		}
		return broadcast.Segment{Kind: broadcast.Booked, From: days[0], To: days[1]}, nil
	default:
		return broadcast.Segment{}, chat.ErrButton
	}
}

const maxListFile = 2 << 20

// saveList stores the user ids of a sent text file, or of the message's text.
func (s *Screens) saveList(ctx context.Context, e *telegram.Event) (broadcast.ListID, error) {
	c, _, err := s.contents.ReadContent(ctx, e.Chat, e.MessageID)
	if err != nil {
		return 0, err
	}
	text := c.Text
	if len(c.Media) == 1 {
		data, err := s.contents.ReadFile(ctx, c.Media[0], maxListFile)
		if err != nil {
			return 0, err
		}
		text = string(data)
	}
	people, err := broadcast.ParseList(text)
	if err != nil {
		return 0, err
	}
	list, err := s.Service.SaveList(ctx, person(e.From.ID), e.At.Format(time.DateTime), people)
	return list.ID, err
}

// testers reads up to three people, by id or @name. A dash means nobody.
func (s *Screens) testers(ctx context.Context, text string) ([]filter.UserID, error) {
	var testers []filter.UserID
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' }) {
		if word == "-" {
			continue
		}
		if name, named := strings.CutPrefix(word, "@"); named {
			found, err := s.messenger.PersonByName(ctx, name)
			if err != nil {
				return nil, err
			}
			testers = append(testers, person(found.ID))
			continue
		}
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil || id <= 0 {
			return nil, broadcast.ErrTesters
		}
		testers = append(testers, person(id))
	}
	if len(testers) > broadcast.MaxTesters {
		return nil, broadcast.ErrTesters
	}
	return testers, nil
}

// parseButtons reads one button a line: its text, then its address. A dash means none.
func parseButtons(text string) ([]broadcast.Button, error) {
	var buttons []broadcast.Button
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line == "-" {
			continue
		}
		cut := strings.LastIndexAny(line, " \t")
		if cut < 0 {
			return nil, broadcast.ErrButtons
		}
		label, url := strings.Trim(strings.TrimSpace(line[:cut]), "-–| "), line[cut+1:]
		if label == "" || !isAddress(url) {
			return nil, broadcast.ErrButtons
		}
		buttons = append(buttons, broadcast.Button{Text: label, URL: url})
	}
	return buttons, nil
}

func isAddress(s string) bool {
	for _, scheme := range []string{"https://", "http://", "tg://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			return rest != ""
		}
	}
	return false
}

// parseTime reads a time in UTC: a date with a clock time, or a clock time of the next 24 hours.
func parseTime(text string, now time.Time) (time.Time, bool) {
	text, now = strings.TrimSpace(text), now.UTC()
	if t, err := time.Parse("2006-01-02 15:04", text); err == nil {
		return t, t.After(now)
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return time.Time{}, false
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at, true
}
