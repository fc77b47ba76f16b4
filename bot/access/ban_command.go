package access

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/fault"
)

// errBanTarget reports a command without a person.
var errBanTarget = fault.New(fault.Invalid, "ban_target")

// banOrder has the arguments of /ban and /unban.
type banOrder struct {
	person   int64  // 0 if it is named, or if the message is a reply
	username string // without its @
	length   time.Duration
	reason   string
}

var (
	personNumber = regexp.MustCompile(`^[1-9]\d{4,18}$`)
	personName   = regexp.MustCompile(`^@[A-Za-z]\w{3,31}$`)
)

// parseBan reads "123456789 7d reason". The person is left out in a reply; length and reason are optional.
func parseBan(text string) (o banOrder, err error) {
	words := strings.Fields(text)
	if len(words) > 0 {
		switch {
		case personNumber.MatchString(words[0]):
			if o.person, err = strconv.ParseInt(words[0], 10, 64); err != nil {
				return o, errBanTarget
			}
			words = words[1:]
		case personName.MatchString(words[0]):
			o.username, words = words[0][1:], words[1:]
		}
	}
	if len(words) > 0 {
		length, isLength, err := access.ParseLength(words[0])
		if err != nil {
			return o, err
		}
		if isLength {
			o.length, words = length, words[1:]
		}
	}
	o.reason = strings.Join(words, " ")
	return o, nil
}

// target finds the person of an order: named in it, or the author of the message that the command replies to.
func (s *Screens) target(ctx context.Context, e *telegram.Event, o banOrder) (telegram.Person, error) {
	switch {
	case o.person != 0:
		return telegram.Person{ID: o.person}, nil
	case o.username != "":
		return s.Messenger.PersonByName(ctx, o.username)
	case e.Reply != 0:
		return s.Messenger.AuthorOf(ctx, e.Chat, e.Reply)
	}
	return telegram.Person{}, errBanTarget
}

// readOrder reads a command and finds its person.
func (s *Screens) readOrder(ctx context.Context, e *telegram.Event) (banOrder, telegram.Person, error) {
	order, err := parseBan(e.Text)
	if err != nil {
		return banOrder{}, telegram.Person{}, err
	}
	person, err := s.target(ctx, e, order)
	return order, person, err
}

// HandleBan answers /ban.
func (s *Screens) HandleBan(ctx context.Context, e *telegram.Event) error {
	order, person, err := s.readOrder(ctx, e)
	if err != nil {
		return err
	}
	ban, err := s.Bans.Add(ctx, filter.UserID(person.ID), filter.UserID(e.From.ID), order.length, order.reason)
	if err != nil {
		return err
	}
	s.OnBan()
	return s.reply(ctx, e, s.draw(e).banned(ban, person.Name))
}

// HandleUnban answers /unban.
func (s *Screens) HandleUnban(ctx context.Context, e *telegram.Event) error {
	_, person, err := s.readOrder(ctx, e)
	if err != nil {
		return err
	}
	if err := s.Bans.Lift(ctx, filter.UserID(person.ID)); err != nil {
		return err
	}
	return s.reply(ctx, e, telegram.Reply{Text: s.Texts.In(e).Say("access.lifted", personLabel(person.ID, person.Name))})
}

// HandleBans answers /bans with the list of bans.
func (s *Screens) HandleBans(ctx context.Context, e *telegram.Event) error {
	page, err := s.bansPage(ctx, e, 0)
	if err != nil {
		return err
	}
	return s.reply(ctx, e, page)
}

func (s *Screens) bansPage(ctx context.Context, e *telegram.Event, page int) (telegram.Reply, error) {
	bans, total, err := s.Bans.List(ctx, page*bansOnPage, bansOnPage)
	if err == nil && len(bans) == 0 && page > 0 { // those of the last page were lifted
		page = 0
		bans, total, err = s.Bans.List(ctx, 0, bansOnPage)
	}
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).bans(bans, page, total), nil
}

func (s *Screens) reply(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	r.ReplyTo = e.ReplyTarget()
	_, err := s.Messenger.SendText(ctx, e.Chat, r, telegram.Cause{Event: e})
	return err
}

// letterBans is the letter of the buttons about bans.
const letterBans = 'X'

// The verbs of these buttons.
const (
	verbLift      = "lift" // a person, a page
	verbList      = "list" // a page
	verbAskLength = "ban?" // a person
	verbAskReason = "why"  // a person, hours
	verbBan       = "ban"  // a person, hours
)

// mostPages bounds the page of a button.
const mostPages = 1_000_000

// Taps are the handlers of the buttons.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterBans: s.tapBans}
}

func (s *Screens) tapBans(ctx context.Context, e *telegram.Event, d chat.Data) error {
	if !s.IsAdmin(e.From.ID) {
		return chat.ErrAdminsOnly
	}
	f := chat.ParseFields(d.Payload)
	verb, answer := f.Next(), ""
	switch verb {
	case verbAskLength:
		person := f.Number()
		if !f.Done() {
			return chat.ErrButton
		}
		return s.askLength(ctx, e, person)
	case verbAskReason, verbBan:
		t := readBan(f)
		switch {
		case !f.Done():
			return chat.ErrButton
		case verb == verbAskReason:
			return s.askReason(ctx, e, t)
		}
		return s.banByButton(ctx, e, t)
	}
	var person int64
	if verb == verbLift {
		person = f.Number()
	}
	page := f.NumberUpTo(mostPages)
	if !f.Done() || verb != verbLift && verb != verbList {
		return chat.ErrButton
	}
	if verb == verbLift {
		if err := s.Bans.Lift(ctx, filter.UserID(person)); err != nil {
			return err
		}
		answer = s.Texts.In(e).Say("access.lifted", personLabel(person, ""))
	}
	shown, err := s.bansPage(ctx, e, int(page))
	if err != nil {
		return err
	}
	if err := s.Messenger.AnswerTap(ctx, e, answer, false); err != nil {
		return err
	}
	return s.Messenger.EditText(ctx, e.Chat, e.MessageID, shown)
}
