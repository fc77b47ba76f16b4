package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Errors of deliveries of many files.
var (
	// ErrBusy reports that another delivery to the person is under way.
	ErrBusy = fault.New(fault.Conflict, "delivery_busy")
	// ErrNoFiles reports a delivery without files.
	ErrNoFiles = fault.New(fault.NotFound, "delivery_empty")
	// ErrForgotten reports a delivery whose row is deleted.
	ErrForgotten = fault.New(fault.Gone, "delivery_forgotten")
)

// JobID is the id of a delivery.
type JobID int64

// JobState is where a delivery stands.
type JobState string

// The states. New and running deliveries go on after a restart.
const (
	JobNew       JobState = "new" // its posts are not read yet
	JobRunning   JobState = "running"
	JobDone      JobState = "done"
	JobCancelled JobState = "cancelled" // by the person
	JobFailed    JobState = "failed"    // the chat takes no more files
)

// Ended tells whether nothing more is sent.
func (s JobState) Ended() bool { return s != JobNew && s != JobRunning }

// Item is one file of a delivery.
type Item struct {
	Document filter.DocumentID // 0: the file at the place, whatever it is
	Place    filter.Place
	Album    int64 // Telegram's number of the album; 0: none
}

// Order asks for a delivery.
type Order struct {
	Origin   string // of the event; two orders with the same origin are one
	Person   filter.UserID
	Chat     filter.ChatID
	Topic    int
	Language string
	Quiet    bool // one file, without a message about the progress
	Priority bool // goes before those without it
	Items    []Item
	Policy   Policy // of the link, the group and the plan; the channels' policies are added when the files are sent
}

// Job is a delivery of files.
type Job struct {
	Order
	ID                     JobID
	State                  JobState
	Reason                 string // code of the error that ended it
	Cursor                 int    // of Items: the next to send
	Sent, Skipped, Refused int
	Reservation            int64
	Progress               int  // id of the message about the progress; 0: not sent yet
	Deletes                bool // the files are deleted again, or will be
	CreatedAt              time.Time
}

// Left returns the number of files to send.
func (j Job) Left() int { return len(j.Items) - j.Cursor }

// Unit returns the next files, which are sent together: one file, or the files of an album.
func (j Job) Unit() []Item {
	if j.Left() == 0 {
		return nil
	}
	end := j.Cursor + 1
	first := j.Items[j.Cursor]
	for first.Album != 0 && end < len(j.Items) && end-j.Cursor < filter.MaxAlbum && j.Items[end].Album == first.Album && j.Items[end].Place.Channel == first.Place.Channel {
		end++
	}
	return j.Items[j.Cursor:end]
}

// KeepAlbums moves the files of each album behind its first one, so that they are sent together. The order is otherwise kept.
func KeepAlbums(items []Item) []Item {
	type album struct {
		channel filter.ChannelID
		number  int64
	}
	members := map[album][]Item{}
	for _, it := range items {
		if it.Album != 0 {
			key := album{it.Place.Channel, it.Album}
			members[key] = append(members[key], it)
		}
	}
	out := make([]Item, 0, len(items))
	for _, it := range items {
		key := album{it.Place.Channel, it.Album}
		switch {
		case it.Album == 0:
			out = append(out, it)
		case members[key] != nil:
			out = append(out, members[key]...)
			members[key] = nil
		}
	}
	return out
}

// Outcome is the result of sending a unit.
type Outcome struct {
	Files       int   // of the unit
	Sent        int   // of these
	Messages    []int // their ids, as far as Telegram told them
	DeleteAfter time.Duration
}

// Jobs are the deliveries.
type Jobs struct{ db *pgxpool.Pool }

// NewJobs makes Jobs.
func NewJobs(db *pgxpool.Pool) *Jobs { return &Jobs{db} }

// Create stores a delivery. It returns ErrBusy if the person has another one that is not quiet.
func (j *Jobs) Create(ctx context.Context, o Order) (Job, error) {
	if len(o.Items) == 0 {
		return Job{}, ErrNoFiles
	}
	return insertJob(ctx, j.db, o)
}

// LiveJob is a delivery that has not ended, or whose end the person has not been told.
type LiveJob struct {
	ID       JobID
	Priority bool
}

// Live returns the live deliveries: those with priority first, and of each kind the oldest first.
func (j *Jobs) Live(ctx context.Context) ([]LiveJob, error) { return selectLive(ctx, j.db) }

// Read returns a delivery, or ErrForgotten.
func (j *Jobs) Read(ctx context.Context, id JobID) (Job, error) { return selectJob(ctx, j.db, id) }

// Start stores the files that a new delivery sends, after its posts were read and quota was reserved, and makes it run.
func (j *Jobs) Start(ctx context.Context, id JobID, items []Item, skipped, refused int, reservation int64) (Job, error) {
	if len(items) == 0 {
		return startEmpty(ctx, j.db, id, skipped, refused)
	}
	return startJob(ctx, j.db, id, items, skipped, refused, reservation)
}

// SetProgress stores the id of the message about the progress.
func (j *Jobs) SetProgress(ctx context.Context, id JobID, message int) error {
	return updateProgress(ctx, j.db, id, message)
}

// Advance moves the cursor past a unit and stores when its messages are deleted, in one transaction. A repeated call changes nothing. It returns the
// delivery as it is now; the person may have cancelled it meanwhile.
func (j *Jobs) Advance(ctx context.Context, job Job, o Outcome) (next Job, err error) {
	err = storage.InTx(ctx, j.db, func(ctx context.Context, tx pgx.Tx) error {
		moved, err := moveCursor(ctx, tx, job, o)
		if err == nil && moved && o.DeleteAfter > 0 && len(o.Messages) > 0 {
			err = insertDeletion(ctx, tx, job, o)
		}
		if err == nil {
			next, err = selectJob(ctx, tx, job.ID)
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("delivery %d: %w", job.ID, err)
	}
	return next, err
}

// Cancel ends a delivery of a person. It returns ErrForgotten for another person's.
func (j *Jobs) Cancel(ctx context.Context, id JobID, person filter.UserID) (Job, error) {
	if err := endJob(ctx, j.db, id, person, JobCancelled, ""); err != nil {
		return Job{}, err
	}
	job, err := selectJob(ctx, j.db, id)
	if err == nil && job.Person != person {
		return Job{}, ErrForgotten
	}
	return job, err
}

// Fail ends a delivery for a reason, the code of an error.
func (j *Jobs) Fail(ctx context.Context, job Job, reason string) (Job, error) {
	if err := endJob(ctx, j.db, job.ID, job.Person, JobFailed, reason); err != nil {
		return Job{}, err
	}
	return selectJob(ctx, j.db, job.ID)
}

// Close notes that the person has been told how a delivery ended.
func (j *Jobs) Close(ctx context.Context, id JobID) error { return closeJob(ctx, j.db, id) }

// endedKept is how long the row of a delivery that has ended is kept: "get it again" works so long.
const endedKept = 30 * 24 * time.Hour

// Forget deletes old deliveries that have ended.
func (j *Jobs) Forget(ctx context.Context) error { return deleteEnded(ctx, j.db, endedKept) }

// Move gives the deliveries to a chat another chat, because a group has become a supergroup. Telegram deletes nothing by the old ids, so their deletions
// are given up.
func (j *Jobs) Move(ctx context.Context, from, to filter.ChatID) error {
	return moveJobs(ctx, j.db, from, to)
}

// orForgotten turns a missing row into ErrForgotten.
func orForgotten(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrForgotten
	}
	return err
}
