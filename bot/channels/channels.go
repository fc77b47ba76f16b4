package channels

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Client   *telegram.Client
	Texts    *chat.Texts
	IsAdmin  func(person int64) bool // of the club
	Admins   []int64                 // are told of channels that the bot was removed from
	Language func(ctx context.Context, person int64) string
	Indexer  *filter.Indexer
	Channels *filter.Channels
	// Tell hears of channels that were added, lost or regained; key names a phrase.
	Tell   func(key string, args ...any)
	Logger *slog.Logger
	Now    func() time.Time
}

// Screens are the screens of the club's admins about channels.
type Screens struct {
	Deps
	messenger *telegram.Messenger

	pastMu sync.Mutex
	past   map[string]*pastReport // by the read's id
}

// New makes the screens. Run must run for progress to be shown.
func New(d Deps) *Screens {
	return &Screens{Deps: d, messenger: d.Client.Messenger, past: map[string]*pastReport{}}
}

// The letters of the buttons.
const (
	letterAdd     = 'a' // index a channel
	letterChannel = 'c' // pause, resume, remove
	letterIndex   = 'i' // read a channel's past
	letterCancel  = 'x' // cancel a read of the past
)

// Taps are the handlers of the buttons, for the club's admins.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	taps := map[byte]chat.ButtonHandler{letterAdd: s.tapAdd, letterChannel: s.tapChannel, letterIndex: s.tapIndex, letterCancel: s.tapCancel}
	for letter, handle := range taps {
		taps[letter] = func(ctx context.Context, e *telegram.Event, d chat.Data) error {
			if !s.IsAdmin(e.From.ID) {
				return chat.ErrAdminsOnly
			}
			return handle(ctx, e, d)
		}
	}
	return taps
}

var errChannelArgs = fault.New(fault.Invalid, "channel_args")

func (s *Screens) find(ctx context.Context, ref channelRef) (telegram.ChannelInfo, error) {
	if ref.name != "" {
		return s.messenger.ChannelByName(ctx, ref.name)
	}
	return s.messenger.ChannelByID(ctx, ref.id)
}

// HandleChannels answers /channels: it lists the indexed channels, or adds one.
func (s *Screens) HandleChannels(ctx context.Context, e *telegram.Event) error {
	args := strings.Fields(e.Text)
	if len(args) == 0 {
		return s.reply(ctx, e, s.draw(e, e.From.ID).drawChannels(s.Channels.List()))
	}
	if len(args) != 2 || strings.ToLower(args[0]) != "add" {
		return errChannelArgs
	}
	ref, ok := parseChannelRef(args[1])
	if !ok {
		return errChannelArgs
	}
	info, err := s.addChannel(ctx, ref)
	if err != nil {
		return err
	}
	return s.reply(ctx, e, s.draw(e, e.From.ID).added(info.Title))
}

func (s *Screens) reply(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	_, err := s.messenger.SendText(ctx, e.Chat, r, telegram.Cause{Event: e})
	return err
}

// findOwn finds a channel of which the bot is an admin.
func (s *Screens) findOwn(ctx context.Context, ref channelRef) (telegram.ChannelInfo, error) {
	info, err := s.find(ctx, ref)
	if err != nil {
		return info, err
	}
	admin, err := s.messenger.IsAdmin(ctx, info.ID, 0)
	if err == nil && !admin {
		err = telegram.ErrNoRights
	}
	return info, err
}

// FindChannel returns the chat key of a channel as an admin names it.
func (s *Screens) FindChannel(ctx context.Context, text string) (int64, error) {
	ref, ok := parseChannelRef(text)
	if !ok {
		return 0, errChannelArgs
	}
	info, err := s.find(ctx, ref)
	if err != nil {
		return 0, err
	}
	s.Client.SaveState(ctx) // the channel's access hash must outlive this process
	return telegram.Chat{ID: int64(info.ID), Type: telegram.Supergroup}.Key(), nil
}

func (s *Screens) addChannel(ctx context.Context, ref channelRef) (telegram.ChannelInfo, error) {
	info, err := s.findOwn(ctx, ref)
	if err != nil {
		return info, err
	}
	if _, err := s.Indexer.AddChannel(ctx, info.ID, info.Title, info.Username); err != nil {
		return info, err
	}
	s.Client.SaveState(ctx) // the channel's access hash must outlive this process from now on
	s.Tell("events.channel_added", telegram.CleanLine(info.Title, 60))
	return info, nil
}

// The verbs of a channel's button.
const (
	verbPause     = "pause"
	verbResume    = "resume"
	verbAskRemove = "remove"
	verbRemove    = "remove!"
	verbList      = "list"
)

// tapChannel pauses, resumes or removes a channel. Removal asks first.
func (s *Screens) tapChannel(ctx context.Context, e *telegram.Event, d chat.Data) error {
	verb, id, err := parseChannelTap(d.Payload)
	if err != nil {
		return err
	}
	draw, done := s.draw(e, d.Owner), ""
	switch verb {
	case verbPause:
		_, err = s.Channels.Pause(ctx, id)
		done = "channels.paused"
	case verbResume:
		err = s.resume(ctx, id)
		done = "channels.resumed"
	case verbAskRemove:
		c, err := s.Channels.Get(id)
		if err != nil {
			return err
		}
		return s.answerAndEdit(ctx, e, "", draw.askRemove(c))
	case verbRemove:
		_, err = s.Channels.Remove(ctx, id)
		done = "channels.removed"
	case verbList:
	default:
		return chat.ErrButton
	}
	if err != nil {
		return err
	}
	text := ""
	if done != "" {
		text = draw.in.Say(done)
	}
	return s.answerAndEdit(ctx, e, text, draw.drawChannels(s.Channels.List()))
}

// resume indexes a paused channel again; a lost one only where the bot is back in it.
func (s *Screens) resume(ctx context.Context, id filter.ChannelID) error {
	if s.Channels.State(id) == filter.ChannelLost {
		if _, err := s.findOwn(ctx, channelRef{id: id}); err != nil {
			return err
		}
	}
	_, err := s.Channels.Resume(ctx, id)
	return err
}

// answerAndEdit answers a tap and puts a screen into its message.
func (s *Screens) answerAndEdit(ctx context.Context, e *telegram.Event, answer string, r telegram.Reply) error {
	return errors.Join(s.messenger.AnswerTap(ctx, e, answer, false), s.messenger.EditText(ctx, e.Chat, e.MessageID, r))
}

// HandleForward offers to index the channel of a forwarded post, or to read its past.
func (s *Screens) HandleForward(ctx context.Context, e *telegram.Event) error {
	channel, message := filter.ChannelID(e.Forward.Channel), filter.MessageID(e.Forward.Message)
	draw := s.draw(e, e.From.ID)
	c, err := s.Channels.Get(channel)
	if errors.Is(err, filter.ErrChannelUnknown) {
		info, ferr := s.findOwn(ctx, channelRef{id: channel})
		if ferr != nil {
			return ferr
		}
		return s.reply(ctx, e, draw.offerIndex(info, message))
	}
	if err != nil {
		return err
	}
	return s.reply(ctx, e, draw.offerPast(c, message))
}

// tapAdd indexes the channel of a forwarded post, and offers to read its past.
func (s *Screens) tapAdd(ctx context.Context, e *telegram.Event, d chat.Data) error {
	id, to, err := parsePastTap(d.Payload)
	if err != nil {
		return err
	}
	info, err := s.addChannel(ctx, channelRef{id: id})
	if err != nil {
		return err
	}
	c, err := s.Channels.Get(id)
	if err != nil {
		return err
	}
	draw := s.draw(e, d.Owner)
	reply, offer := draw.added(info.Title), draw.offerPast(c, to)
	reply.Text, reply.Keyboard = reply.Text+"\n\n"+offer.Text, offer.Keyboard
	return s.answerAndEdit(ctx, e, "", reply)
}

func (s *Screens) draw(e *telegram.Event, owner int64) drawing {
	return drawing{in: s.Texts.In(e), owner: owner}
}

// drawing draws the screens for one person.
type drawing struct {
	in    *phrase.Speaker
	owner int64 // who may tap the buttons
}

// button ignores the size check: the largest payload of this package fits.
func (d drawing) button(text string, letter byte, payload string) telegram.Button {
	b, _ := chat.Data{Letter: letter, Owner: d.owner, Payload: payload}.Button(text)
	return b
}

func (d drawing) added(title string) telegram.Reply {
	return telegram.Reply{Text: d.in.Say("channels.added", telegram.CleanLine(title, 100))}
}

const maxListed = 30

func (d drawing) drawChannels(list []filter.Channel) telegram.Reply {
	if len(list) == 0 {
		return telegram.Reply{Text: d.in.Say("channels.none")}
	}
	title := d.in.Say("channels.title")
	var t strings.Builder
	t.WriteString(title)
	r := telegram.Reply{Bold: len(title)}
	for i, c := range list {
		if i == maxListed {
			t.WriteString("\n" + d.in.Say("channels.more", len(list)-i))
			break
		}
		verb, mark := verbPause, "⏸ "
		line := "\n• " + telegram.CleanLine(c.Title, 60)
		switch c.State {
		case filter.ChannelPaused:
			verb, mark = verbResume, "▶️ "
			line += " " + d.in.Say("channels.is_paused")
		case filter.ChannelLost:
			verb, mark = verbResume, "▶️ "
			line += " " + d.in.Say("channels.is_lost")
		case filter.ChannelActive, filter.ChannelRemoving, filter.ChannelRemoved:
		}
		t.WriteString(line)
		r.Keyboard = append(r.Keyboard, []telegram.Button{
			d.button(mark+telegram.CleanLine(c.Title, 24), letterChannel, encodeChannelTap(verb, c.ID)),
			d.button("🗑", letterChannel, encodeChannelTap(verbAskRemove, c.ID)),
		})
	}
	r.Text = t.String()
	return r
}

func (d drawing) askRemove(c filter.Channel) telegram.Reply {
	return telegram.Reply{
		Text: d.in.Say("channels.ask_remove", telegram.CleanLine(c.Title, 60)),
		Keyboard: [][]telegram.Button{{
			d.button(d.in.Say("channels.remove"), letterChannel, encodeChannelTap(verbRemove, c.ID)),
			d.button(d.in.Say("channels.keep"), letterChannel, encodeChannelTap(verbList, c.ID)),
		}},
	}
}

func (d drawing) offerIndex(info telegram.ChannelInfo, to filter.MessageID) telegram.Reply {
	return telegram.Reply{
		Text:     d.in.Say("channels.ask_index", telegram.CleanLine(info.Title, 60)),
		Keyboard: [][]telegram.Button{{d.button(d.in.Say("channels.index"), letterAdd, encodePastTap(info.ID, to))}},
	}
}

func (d drawing) offerPast(c filter.Channel, to filter.MessageID) telegram.Reply {
	return telegram.Reply{
		Text:     d.in.Say("past.ask", telegram.CleanLine(c.Title, 60), int(to)),
		Keyboard: [][]telegram.Button{{d.button(d.in.Say("past.read"), letterIndex, encodePastTap(c.ID, to))}},
	}
}

// ListButton returns a button that replaces its message by the list of indexed channels.
func ListButton(text string, owner int64) telegram.Button {
	b, _ := chat.Data{Letter: letterChannel, Owner: owner, Payload: encodeChannelTap(verbList, 0)}.Button(text)
	return b
}
