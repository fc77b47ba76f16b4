package upkeep

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/upkeep"
	"pavilion/internal/journal"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/storage"
)

// Deps are the parts that the screens work with, by what they are about.
type Deps struct {
	Chat
	Archive
	Records
	People
	Process
	Logger *slog.Logger
	Now    func() time.Time
}

// Chat is the conversation with the club's admins.
type Chat struct {
	Client    *telegram.Client
	Messenger *telegram.Messenger
	Texts     *chat.Texts
	Questions *chat.Questions
	IsAdmin   func(person int64) bool // of the club
	Admins    []int64
	Language  func(ctx context.Context, person int64) string
	// FindChannel finds the channel that an admin names.
	FindChannel func(ctx context.Context, text string) (chatKey int64, err error)
}

// Archive is the index and its databases.
type Archive struct {
	Indexer  *filter.Indexer
	Searcher *filter.Searcher
	Channels *filter.Channels
	Pools    *storage.Pools
	History  *storage.PoolHistory
}

// Records are the rows of filter/upkeep.
type Records struct {
	Counters    *upkeep.Counters
	Deletions   *upkeep.Deletions
	Maintenance *upkeep.Maintenance
	Events      *upkeep.Events
	LogChannel  *storage.Setting[upkeep.LogChannel]
}

// People are those who use the archive.
type People struct {
	Audience   *filter.Audience
	QuotaToday func(ctx context.Context) (people, files int64, err error)
	Premium    func(ctx context.Context) (PremiumFigures, error)
	Cards      []CardPart // of other features, on the card of a person
}

// Process is this process: its figures, caches and log.
type Process struct {
	Latency  *latency.Recorder
	Journal  *journal.Journal
	Telegram func() telegram.Stats
	Redis    *storage.Redis
	Caches   []storage.Cache
}

// Screens are the screens of the club's admins about the archive.
type Screens struct{ Deps }

// New makes the screens.
func New(d Deps) *Screens { return &Screens{d} }

// letter is the letter of all buttons. A payload begins with a verb.
const letter = 'H'

// tap handles a button: it reads the rest of the payload and returns the screen that replaces the tapped message.
type tap func(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error)

// taps are the handlers of the buttons by verb. Verbs keep their meaning, because messages that were sent long ago carry them.
func (s *Screens) taps() map[string]tap {
	return map[string]tap{
		verbPools: databases{s}.tapList, verbPool: databases{s}.tapPool, verbPoolMode: databases{s}.tapMode, verbAskDrain: databases{s}.tapAskDrain,
		verbStatistics: statistics{s}.tapOverview, verbFiles: statistics{s}.tapFiles,
		verbMissed: missed{s}.tapList, verbForgetMissed: missed{s}.tapForget,
		verbPerformance: performance{s}.tapRefresh, verbCaches: caches{s}.tapList, verbClearCache: caches{s}.tapClear, verbLog: logs{s}.tapShow, verbLogLevel: logs{s}.tapLevel,
		verbDeletions: deletions{s}.tapList, verbConfirmDelete: deletions{s}.tapConfirm, verbKeepFiles: deletions{s}.tapKeep, verbUndoDelete: deletions{s}.tapUndo,
		verbMaintenance: maintenance{s}.tapList, verbRunJob: maintenance{s}.tapRun,
		verbLogKind: logChannel{s}.tapKind, verbLogOff: logChannel{s}.tapOff,
	}
}

// Taps are the handlers of the buttons, for the club's admins.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	taps := s.taps()
	return map[byte]chat.ButtonHandler{letter: func(ctx context.Context, e *telegram.Event, d chat.Data) error {
		if !s.IsAdmin(e.From.ID) {
			return chat.ErrAdminsOnly
		}
		f := chat.ParseFields(d.Payload)
		handle := taps[f.Next()]
		if handle == nil {
			return chat.ErrButton
		}
		reply, err := handle(ctx, e, f)
		if err != nil {
			return err
		}
		return errors.Join(s.Messenger.AnswerTap(ctx, e, "", false), s.Messenger.EditText(ctx, e.Chat, e.MessageID, reply))
	}}
}

func (s *Screens) send(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	_, err := s.Messenger.SendText(ctx, e.Chat, r, telegram.Cause{Event: e})
	return err
}

// draw begins a drawing for the person who wrote or tapped.
func (s *Screens) draw(e *telegram.Event) drawing {
	return drawing{in: s.Texts.In(e), owner: e.From.ID, now: s.Now().UTC()}
}

// drawing draws the screens for one person.
type drawing struct {
	in    *phrase.Speaker
	owner int64 // who may tap the buttons
	now   time.Time
}

// button ignores the size check: the largest payload of this package fits.
func (d drawing) button(text, payload string) telegram.Button {
	b, _ := chat.Data{Letter: letter, Owner: d.owner, Payload: payload}.Button(text)
	return b
}

// moment writes an instant in UTC.
func (d drawing) moment(t time.Time) string {
	return d.in.Say("upkeep.moment", d.in.Day(t.UTC()), d.in.Clock(t.UTC()))
}

// page turns a list of long lines into a screen with a bold title.
func (d drawing) page(title string, lines []string, keyboard ...[]telegram.Button) telegram.Reply {
	text := strings.Join(append([]string{title}, lines...), "\n")
	return telegram.Reply{Text: text, Bold: len(title), Keyboard: keyboard}
}
