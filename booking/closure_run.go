package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"pavilion/internal/fault"
)

// ClosureRunID names a closure run.
type ClosureRunID int64

// ClosureRun is a closure that cancels and refunds the bookings inside it, and its progress.
type ClosureRun struct {
	ID        ClosureRunID
	Club      ClubID
	Closure   Closure
	StartedAt time.Time
	People    int
	Bookings  int // fixed at the start
	Cancelled int
	Left      int // ended or moved away before their turn
	Refunds   []RunRefunds

	actor    Actor
	preview  int64
	reviewed int // payments under review for bookings that it cancelled
}

// RunRefunds are the payments of one way that a closure run refunds. Amount and Done count every refund since the run cancelled the booking, also those that
// staff made after the gateway had refused one.
type RunRefunds struct {
	PaymentSum

	Done   Money
	ByHand int // staff make them
	Failed int // the gateway refused them, and the money is still here; staff decide

	waiting int // that gateways have not answered yet
}

// RunState is the state of a closure run.
type RunState string

// The states.
const (
	RunCancelling RunState = "cancelling"
	RunRefunding  RunState = "refunding" // all bookings are cancelled; gateways have not made all refunds yet
	RunForStaff   RunState = "for_staff" // staff have to make or decide some refunds
	RunDone       RunState = "done"
)

// State derives the state from the numbers.
func (r ClosureRun) State() RunState {
	if r.Cancelled+r.Left < r.Bookings {
		return RunCancelling
	}
	state := RunDone
	if r.reviewed > 0 {
		state = RunForStaff
	}
	for _, back := range r.Refunds {
		if back.waiting > 0 {
			return RunRefunding
		}
		if back.ByHand+back.Failed > 0 {
			state = RunForStaff
		}
	}
	return state
}

// ErrNoClosureRun refuses an id that names no run of the club.
var ErrNoClosureRun = fault.New(fault.NotFound, "no_closure_run")

// The outcomes of a booking in a closure run.
const (
	runCancelled = "cancelled"
	runLeft      = "left"
)

// closureArgs is the job that cancels the bookings of one member in a closure run. It has the ids of the bookings, not of the member: an erasure of personal
// data replaces the member's id.
type closureArgs struct {
	Run      ClosureRunID `json:"run"`
	Bookings []ID         `json:"bookings"`
}

// Kind names the job.
func (closureArgs) Kind() string { return "booking_closure" }

const closureAttempts = 25 // as for refunds

// errSameRun ends a repeated CloseAndRefund without a change.
var errSameRun = errors.New("the closure has this run already")

// CloseAndRefund closes nets, and cancels and fully refunds the bookings inside; for admins. seen is the version of the preview that the actor accepted. If
// the preview has changed since, it returns a ClosureChangedError. One transaction adds the closure and stores the list of its bookings; later bookings
// inside are refused. Jobs then cancel the bookings. A repeated call returns the first run.
func (s *Service) CloseAndRefund(ctx context.Context, actor Actor, club ClubID, closure Closure, seen int64) (ClosureRun, error) {
	if err := closure.checkRefunds(); err != nil {
		return ClosureRun{}, err
	}
	closure.Reason = cleanText(closure.Reason)
	closure.Nets = sortedNets(closure.Nets)
	actor.Reason = closure.Reason
	var run ClosureRun
	err := s.configure(ctx, actor, club, "close_and_refund", func(ctx context.Context, c *change) error {
		preview, err := c.previewClosure(ctx, closure)
		if err != nil {
			return err
		}
		stored, repeated := c.setup.findOnce(closure)
		if repeated {
			last, err := selectLastRun(ctx, c.tx, stored.ID)
			if err == nil && (last.preview == seen || len(preview.Bookings) == 0) {
				run = last
				return errSameRun
			}
			if err != nil && !errors.Is(err, ErrNoClosureRun) {
				return err
			}
		}
		if preview.Version != seen {
			return &ClosureChangedError{preview}
		}
		if repeated { // it was added without refunds
			stored.Reason = closure.Reason
			closure = stored
		} else if err := insertClosure(ctx, c.tx, club, &closure); err != nil {
			return err
		}
		run = ClosureRun{Club: club, Closure: closure, StartedAt: c.at, People: preview.People(), Bookings: len(preview.Bookings), actor: actor, preview: seen}
		return c.startClosureRun(ctx, &run, preview.Bookings)
	})
	if err != nil && !errors.Is(err, errSameRun) {
		return ClosureRun{}, err
	}
	return run, nil
}

// findOnce returns the club's closure that closes the same nets at the same time, once.
func (s *setup) findOnce(closure Closure) (Closure, bool) {
	i := slices.IndexFunc(s.closures, func(c Closure) bool {
		return c.Every == Once && c.During.Start.Equal(closure.During.Start) && c.During.End.Equal(closure.During.End) && slices.Equal(sortedNets(c.Nets), closure.Nets)
	})
	if i < 0 {
		return Closure{}, false
	}
	return s.closures[i], true
}

// startClosureRun stores the run with its bookings and enqueues its jobs, one for each member.
func (c *change) startClosureRun(ctx context.Context, run *ClosureRun, bookings []Booking) error {
	if err := insertClosureRun(ctx, c.tx, run, bookings); err != nil {
		return err
	}
	c.noted = map[string]any{"run": run.ID, "bookings": run.Bookings, "people": run.People}
	var members []MemberID // in the order of their first booking
	byMember := map[MemberID][]ID{}
	for _, b := range bookings {
		if byMember[b.Member] == nil {
			members = append(members, b.Member)
		}
		byMember[b.Member] = append(byMember[b.Member], b.ID)
	}
	var jobs []river.InsertManyParams
	for _, m := range members {
		jobs = append(jobs, river.InsertManyParams{
			Args: closureArgs{Run: run.ID, Bookings: byMember[m]}, InsertOpts: &river.InsertOpts{Queue: string(JobQueue), MaxAttempts: closureAttempts},
		})
	}
	if len(jobs) == 0 {
		return nil
	}
	if _, err := c.jobs.InsertManyTx(ctx, c.tx, jobs); err != nil {
		return fmt.Errorf("enqueue closure run %d: %w", run.ID, err)
	}
	return nil
}

// cancelInRun cancels some bookings of one member in one transaction, with one notification. A repeated call finds them done.
func (s *Service) cancelInRun(ctx context.Context, args closureArgs) error {
	run, err := selectClosureRun(ctx, s.db, args.Run)
	if err != nil {
		return translate(ctx, err)
	}
	seen, err := selectBookingsByID(ctx, s.db, args.Bookings)
	if err != nil {
		return translate(ctx, err)
	}
	l := locks{club: run.Club}
	for _, b := range seen {
		l.nets, l.members = append(l.nets, b.Nets...), append(l.members, b.Member)
	}
	return s.withLocks(ctx, run.actor, l, func(ctx context.Context, c *change) error {
		list, err := selectOpenInRun(ctx, c.tx, run.ID, args.Bookings)
		if err != nil {
			return err
		}
		var cancelled []Booking
		for _, b := range list {
			if slices.ContainsFunc(b.Nets, func(n NetID) bool { return !slices.Contains(l.nets, n) }) {
				return ErrBusy // it moved to other nets before the locks; the next attempt locks those
			}
			outcome := runLeft
			if b.LiveAt(c.at) && run.includes(b) {
				if err := c.cancelBooking(ctx, &b, true, ""); err != nil {
					return err
				}
				outcome, cancelled = runCancelled, append(cancelled, b)
			}
			if err := finishInRun(ctx, c.tx, run.ID, b.ID, outcome, c.at); err != nil {
				return err
			}
		}
		if len(cancelled) == 0 {
			return nil
		}
		return c.notify(ctx, notifyClosed, cancelled[0])
	})
}

// includes reports whether the booking lies in the closure of the run.
func (r ClosureRun) includes(b Booking) bool {
	return b.Span.overlaps(r.Closure.During) && slices.ContainsFunc(b.Nets, r.Closure.appliesTo)
}

// ClosureRun reads a run with its progress; for staff.
func (s *Service) ClosureRun(ctx context.Context, actor Actor, club ClubID, id ClosureRunID) (ClosureRun, error) {
	if err := actor.mustBeStaff(); err != nil {
		return ClosureRun{}, err
	}
	run, err := selectClosureRun(ctx, s.db, id)
	if err == nil && run.Club != club {
		err = ErrNoClosureRun
	}
	return run, translate(ctx, err)
}

const closureRunPage = 20

// ClosureRuns lists the last runs of a club with their progress, the latest first; for staff.
func (s *Service) ClosureRuns(ctx context.Context, actor Actor, club ClubID) ([]ClosureRun, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	runs, err := selectClosureRuns(ctx, s.db, club, closureRunPage)
	return runs, translate(ctx, err)
}
