package broadcast

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// ID numbers the broadcasts.
type ID int64

// Mode says how the message reaches people.
type Mode string

// The modes.
const (
	Copy    Mode = "copy"    // as a message of the bot's own
	Forward Mode = "forward" // with the name of its author
)

// Button opens a page.
type Button struct{ Text, URL string }

// Content is the message: a text, one file or an album. It is enough to send the message after the draft is deleted.
type Content struct {
	Text     string
	Entities []byte         // of Text, as bot/telegram packs them
	Media    []filter.Media // with their captions
	Buttons  []Button       // one a row
	Source   []int          // ids of the draft's messages in the author's chat
	Preview  []int          // ids of the preview's messages there
}

// Plan is how and to whom the message goes.
type Plan struct {
	Mode   Mode
	Silent bool
	Speed  int // messages a second; 0: as fast as Options allow
	Hours  Hours
	Pin    bool `json:",omitempty"` // pins the message in each chat
	// DeleteAfter is the number of hours after which each message is deleted; 0: never.
	DeleteAfter int  `json:",omitempty"`
	Paid        bool `json:",omitempty"` // at PaidSpeed, for Stars of the bot
	// Stars is the price that the admin saw. The broadcast spends no more. A change of the plan sets it to 0.
	Stars int `json:",omitempty"`
	// PaidRefused is Telegram's error for the paid speed. The rest went at the free speed.
	PaidRefused string `json:",omitempty"`
	Segment     Segment
	Testers     []filter.UserID
	People      int // how many recipients there were when it was confirmed
}

// MaxTesters is the number of people who get the preview beside the author.
const MaxTesters = 3

// PauseReason says why a broadcast does not go on by itself; empty where an admin paused it.
type PauseReason string

// The reasons.
const (
	PausedByAdmin PauseReason = ""
	NotAdmin      PauseReason = "not_admin" // the author is no admin any more
	BadContent    PauseReason = "content"   // Telegram refuses the message
	Restored      PauseReason = "restored"  // it comes from a backup; package backup sets it
)

// Broadcast is one row.
type Broadcast struct {
	ID       ID
	State    State
	Version  int64
	Author   filter.UserID
	Language string // the author's
	Panel    int    // the message that shows the broadcast, in the author's chat
	Content  Content
	Plan     Plan
	Created  time.Time
	At       time.Time // when it is due; zero before it is confirmed
	Started  time.Time
	Ended    time.Time
	Reason   PauseReason
	Counts   Counts
	Parked   []string // pools that do not answer and hold people who have not got it
	Revision *Revision
}

// Counts are the figures of a broadcast.
type Counts struct {
	Reached int64
	Gone    int64 // blocked the bot, or deleted their account
	Failed  map[string]int64
	OptOuts int64
	// Unpinned counts messages that should be pinned and are not. They wait, Telegram refused, or it did not tell their ids.
	Unpinned int64
	Deleted  int64         // recipients whose messages were deleted as planned
	Sending  time.Duration // time spent sending
}

// PerSecond is the average speed.
func (c Counts) PerSecond() float64 {
	n := c.Reached + c.Gone
	for _, failed := range c.Failed {
		n += failed
	}
	if c.Sending <= 0 {
		return 0
	}
	return float64(n) / c.Sending.Seconds()
}

// Errors of broadcasts.
var (
	ErrNotFound  = fault.New(fault.NotFound, "broadcast_not_found")
	ErrNobody    = fault.New(fault.Invalid, "broadcast_nobody")
	ErrChanged   = fault.New(fault.Conflict, "broadcast_changed")
	ErrTooLate   = fault.New(fault.Gone, "broadcast_too_late")
	ErrTesters   = fault.New(fault.Invalid, "broadcast_testers")
	ErrSpeed     = fault.New(fault.Invalid, "broadcast_speed")
	ErrTime      = fault.New(fault.Invalid, "broadcast_time")
	ErrButtons   = fault.New(fault.Invalid, "broadcast_buttons")
	ErrPoolsDown = fault.New(fault.Unavailable, "broadcast_pools_down")
)

// Options configure a Service.
type Options struct {
	DB       *pgxpool.Pool
	Audience audience
	Groups   groupList
	MaxSpeed int // messages a second
	Zone     *time.Location
	// Premium tells which of some people have premium; nil: nobody has.
	Premium func(ctx context.Context, people []filter.UserID) (map[filter.UserID]bool, error)
	// Booked tells which of some people have a booking on a day from the first to the last one; nil: nobody has.
	Booked func(ctx context.Context, people []filter.UserID, from, to string) (map[filter.UserID]bool, error)
	Now    func() time.Time
}

// Service makes and changes broadcasts. The Runner sends them.
type Service struct {
	store store
	opts  Options
	wake  chan struct{} // tells the runner of a change
}

// New makes a Service.
func New(o Options) *Service {
	return &Service{store: store{o.DB}, opts: o, wake: make(chan struct{}, 1)}
}

// MaxSpeed is the fastest speed, in messages a second.
func (s *Service) MaxSpeed() int { return s.opts.MaxSpeed }

// Create stores a draft.
func (s *Service) Create(ctx context.Context, author filter.UserID, language string, c Content) (Broadcast, error) {
	return s.store.insert(ctx, author, language, c, Plan{Mode: Copy, Segment: Segment{Kind: Everybody}})
}

// Get reads a broadcast.
func (s *Service) Get(ctx context.Context, id ID) (Broadcast, error) { return s.store.one(ctx, id) }

// List reads the latest broadcasts, the newest first.
func (s *Service) List(ctx context.Context, most int) ([]Broadcast, error) {
	return s.store.latest(ctx, most)
}

// Watched reads the broadcasts whose figures change: those that are scheduled, running or paused, that have an unfinished revision, or that ended
// after a time.
func (s *Service) Watched(ctx context.Context, endedAfter time.Time) ([]Broadcast, error) {
	return s.store.watched(ctx, endedAfter)
}

// SetPanel stores which message shows a broadcast.
func (s *Service) SetPanel(ctx context.Context, id ID, message int) error {
	return s.store.setPanel(ctx, id, message)
}

// Change stores another plan or other buttons. What people would see differently needs another preview. The version is that of the broadcast that the
// admin saw.
func (s *Service) Change(ctx context.Context, b Broadcast, change func(b *Broadcast)) (Broadcast, error) {
	if b.State != Draft && b.State != Previewed {
		return b, ErrState
	}
	before := b
	b.Plan.Stars = 0
	change(&b)
	if err := s.check(b); err != nil {
		return before, err
	}
	if b.State == Previewed && (b.Plan.Mode != before.Plan.Mode || !slices.Equal(b.Content.Buttons, before.Content.Buttons)) {
		b.State = Draft
	}
	return s.store.update(ctx, b)
}

func (s *Service) check(b Broadcast) error {
	switch {
	case b.Plan.Speed < 0 || b.Plan.Speed > s.opts.MaxSpeed, b.Plan.Paid && b.Plan.Segment.Kind == Groups:
		return ErrSpeed
	case !b.Plan.Hours.isValid(), b.Plan.DeleteAfter < 0 || b.Plan.DeleteAfter > maxDeleteAfter:
		return ErrTime
	case len(b.Plan.Testers) > MaxTesters:
		return ErrTesters
	case len(b.Content.Buttons) > maxButtons:
		return ErrButtons
	}
	for _, button := range b.Content.Buttons {
		if strings.TrimSpace(button.Text) == "" || button.URL == "" {
			return ErrButtons
		}
	}
	return b.Plan.Segment.check()
}

const maxButtons = 6

// MarkPreviewed notes that the author has seen the message.
func (s *Service) MarkPreviewed(ctx context.Context, b Broadcast) (Broadcast, error) {
	if b.State == Previewed {
		return s.store.update(ctx, b)
	}
	return s.move(ctx, b, Previewed)
}

// SetPrice stores the price that the admin sees. The broadcast may not spend more.
func (s *Service) SetPrice(ctx context.Context, b Broadcast, e Estimate) (Broadcast, error) {
	return s.Change(ctx, b, func(b *Broadcast) { b.Plan.Stars = e.Stars })
}

const maxAhead = 366 * 24 * time.Hour

// Confirm queues a previewed broadcast for a time. It refuses a broadcast to nobody.
func (s *Service) Confirm(ctx context.Context, b Broadcast, at time.Time) (Broadcast, error) {
	if err := b.State.To(Scheduled); err != nil {
		return b, err
	}
	if at.After(s.opts.Now().Add(maxAhead)) {
		return b, ErrTime
	}
	if b.Plan.Paid && b.Plan.Stars == 0 { // its admin has not seen the price
		return b, ErrChanged
	}
	estimate, err := s.Estimate(ctx, b)
	if err != nil {
		return b, err
	}
	if estimate.People() == 0 {
		if len(estimate.Down()) > 0 {
			return b, ErrPoolsDown
		}
		return b, ErrNobody
	}
	b.At, b.Plan.People = at, estimate.People()
	return s.move(ctx, b, Scheduled)
}

// Pause stops a running broadcast until Resume.
func (s *Service) Pause(ctx context.Context, b Broadcast, why PauseReason) (Broadcast, error) {
	b.Reason = why
	return s.move(ctx, b, Paused)
}

// Resume goes on with a paused broadcast. One whose time is still ahead waits for it again.
func (s *Service) Resume(ctx context.Context, b Broadcast) (Broadcast, error) {
	b.Reason = PausedByAdmin
	if b.At.After(s.opts.Now()) {
		return s.move(ctx, b, Scheduled)
	}
	return s.move(ctx, b, Running)
}

// Cancel ends a broadcast. What was sent stays.
func (s *Service) Cancel(ctx context.Context, b Broadcast) (Broadcast, error) {
	return s.move(ctx, b, Cancelled)
}

// move changes the state and the fields that belong to it, unless another change came first.
func (s *Service) move(ctx context.Context, b Broadcast, to State) (Broadcast, error) {
	if err := b.State.To(to); err != nil {
		return b, err
	}
	b.State = to
	switch now := s.opts.Now(); {
	case to == Running && b.Started.IsZero():
		b.Started = now
	case to.Ended():
		b.Ended = now
	}
	moved, err := s.store.update(ctx, b)
	if err == nil {
		s.poke()
	}
	return moved, err
}

// poke tells the runner of a change.
func (s *Service) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
