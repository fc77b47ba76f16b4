package delivery_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/filter/delivery"
)

// items are files of a channel whose posts have these albums.
func items(albums ...int64) []delivery.Item {
	var out []delivery.Item
	for i, album := range albums {
		out = append(out, delivery.Item{Document: filter.DocumentID(i + 1), Place: filter.Place{Channel: 7, Message: filter.MessageID(i + 1)}, Album: album})
	}
	return out
}

// order asks for a delivery to a person.
func order(person filter.UserID, list []delivery.Item) delivery.Order {
	return delivery.Order{Origin: fmt.Sprint("order/", person), Person: person, Chat: filter.ChatID(person), Language: "en", Items: list}
}

// running stores a delivery that is ready to send.
func running(t *testing.T, jobs *delivery.Jobs, list []delivery.Item) delivery.Job {
	t.Helper()
	job, err := jobs.Create(t.Context(), order(person(), list))
	if err != nil {
		t.Fatal(err)
	}
	if job, err = jobs.Start(t.Context(), job.ID, list, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	return job
}

func documents(list []delivery.Item) (out []filter.DocumentID) {
	for _, it := range list {
		out = append(out, it.Document)
	}
	return out
}

func TestKeepAlbums_FilesOfAnAlbumFollowItsFirst(t *testing.T) {
	t.Parallel()
	got := documents(delivery.KeepAlbums(items(0, 5, 0, 6, 5, 6, 0, 5)))
	if want := []filter.DocumentID{1, 2, 5, 8, 3, 4, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	other := items(5, 5)
	other[1].Place.Channel = 8 // the same number in another channel is another album
	if job := (delivery.Job{Order: delivery.Order{Items: delivery.KeepAlbums(other)}}); len(job.Unit()) != 1 {
		t.Errorf("files of two channels are one album: %+v", job.Unit())
	}
}

func TestJob_UnitIsOneFileOrAWholeAlbum(t *testing.T) {
	t.Parallel()
	job := delivery.Job{Order: delivery.Order{Items: items(0, 5, 5, 0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6)}}
	var sizes []int
	for job.Left() > 0 {
		n := len(job.Unit())
		sizes = append(sizes, n)
		job.Cursor += n
	}
	if want := []int{1, 2, 1, 10, 1}; !slices.Equal(sizes, want) {
		t.Errorf("units of %v files, want %v: Telegram's albums have at most ten", sizes, want)
	}
}

func TestJob_AdvancesOnceAndEndsBehindTheLastFile(t *testing.T) {
	t.Parallel()
	jobs := delivery.NewJobs(database(t))
	job := running(t, jobs, items(0, 5, 5))
	next, err := jobs.Advance(t.Context(), job, delivery.Outcome{Files: 1, Sent: 1})
	if err != nil || next.Cursor != 1 || next.Sent != 1 || next.State != delivery.JobRunning {
		t.Fatalf("after the first file: %+v, %v", next, err)
	}
	if again, err := jobs.Advance(t.Context(), job, delivery.Outcome{Files: 1, Sent: 1}); err != nil || again.Cursor != 1 || again.Sent != 1 {
		t.Errorf("the same file again: %+v, %v", again, err)
	}
	end, err := jobs.Advance(t.Context(), next, delivery.Outcome{Files: 2, Sent: 1})
	if err != nil || end.State != delivery.JobDone || end.Sent != 2 || end.Skipped != 1 {
		t.Errorf("behind the last file: %+v, %v", end, err)
	}
	live := func() bool {
		list, err := jobs.Live(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return slices.Contains(list, delivery.LiveJob{ID: job.ID})
	}
	if !live() {
		t.Error("a delivery whose end was not told is forgotten")
	}
	if err := jobs.Close(t.Context(), job.ID); err != nil || live() {
		t.Errorf("a delivery whose end was told: %v", err)
	}
}

func TestJob_ThoseWithPriorityAreLiveFirst(t *testing.T) {
	t.Parallel()
	jobs := delivery.NewJobs(database(t))
	create := func(priority bool) delivery.LiveJob {
		o := order(person(), items(0))
		o.Priority = priority
		job, err := jobs.Create(t.Context(), o)
		if err != nil || job.Priority != priority {
			t.Fatalf("%+v, %v", job, err)
		}
		return delivery.LiveJob{ID: job.ID, Priority: priority}
	}
	want := []delivery.LiveJob{create(false), create(true), create(true), create(false)}
	want = []delivery.LiveJob{want[1], want[2], want[0], want[3]}
	list, err := jobs.Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list = slices.DeleteFunc(list, func(j delivery.LiveJob) bool { return !slices.Contains(want, j) }) // other tests share the table
	if !slices.Equal(list, want) {
		t.Errorf("%v, want %v", list, want)
	}
}

func TestJob_OneAPersonAndOneForAnEvent(t *testing.T) {
	t.Parallel()
	jobs, who := delivery.NewJobs(database(t)), person()
	first, err := jobs.Create(t.Context(), order(who, items(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := jobs.Create(t.Context(), order(who, items(0, 0))); err != nil || again.ID != first.ID {
		t.Errorf("the same event again: %+v, %v", again, err)
	}
	second := order(who, items(0))
	second.Origin += "/2"
	if job, err := jobs.Create(t.Context(), second); !errors.Is(err, delivery.ErrBusy) {
		t.Errorf("another delivery: %+v, %v", job, err)
	}
	quiet := second
	quiet.Quiet = true
	if _, err := jobs.Create(t.Context(), quiet); err != nil {
		t.Errorf("one file beside it: %v", err)
	}
	if _, err := jobs.Cancel(t.Context(), first.ID, person()); !errors.Is(err, delivery.ErrForgotten) {
		t.Errorf("another person cancels it: %v", err)
	}
	if job, err := jobs.Read(t.Context(), first.ID); err != nil || job.State.Ended() {
		t.Errorf("after another person's tap: %+v, %v", job, err)
	}
	if job, err := jobs.Cancel(t.Context(), first.ID, who); err != nil || job.State != delivery.JobCancelled {
		t.Errorf("cancelled: %+v, %v", job, err)
	}
	second.Origin += "/3"
	if _, err := jobs.Create(t.Context(), second); err != nil {
		t.Errorf("after the end of the first: %v", err)
	}
	if _, err := jobs.Create(t.Context(), order(person(), nil)); !errors.Is(err, delivery.ErrNoFiles) {
		t.Errorf("without files: %v", err)
	}
}

func TestJob_WithoutFilesEndsAtItsStart(t *testing.T) {
	t.Parallel()
	jobs := delivery.NewJobs(database(t))
	job, err := jobs.Create(t.Context(), order(person(), items(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	if job, err = jobs.Start(t.Context(), job.ID, nil, 2, 0, 0); err != nil || job.State != delivery.JobDone || job.Skipped != 2 || job.Left() != 0 {
		t.Errorf("%+v, %v", job, err)
	}
}

func TestJob_CancelledWhileAUnitIsSentCountsTheUnit(t *testing.T) {
	t.Parallel()
	jobs := delivery.NewJobs(database(t))
	job := running(t, jobs, items(0, 0))
	if _, err := jobs.Cancel(t.Context(), job.ID, job.Person); err != nil {
		t.Fatal(err)
	}
	next, err := jobs.Advance(t.Context(), job, delivery.Outcome{Files: 1, Sent: 1, Messages: []int{9}, DeleteAfter: time.Hour})
	if err != nil || next.State != delivery.JobCancelled || next.Sent != 1 || !next.Deletes {
		t.Errorf("%+v, %v", next, err)
	}
}

// makeDue makes all messages of a delivery due.
func makeDue(t *testing.T, db *pgxpool.Pool, job delivery.JobID, sentAgo time.Duration) {
	t.Helper()
	if _, err := db.Exec(t.Context(), `UPDATE delivery_deletion SET sent_at = now() - $2::interval, delete_at = now() - $2::interval WHERE job = $1`, job, sentAgo); err != nil {
		t.Fatal(err)
	}
}

// dueOf are the due messages of a delivery. Other tests share the table.
func dueOf(t *testing.T, d *delivery.Deletions, job delivery.JobID) (out []delivery.Deletion) {
	t.Helper()
	all, err := d.Due(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		if x.Job == job {
			out = append(out, x)
		}
	}
	return out
}

func goneOf(t *testing.T, d *delivery.Deletions, job delivery.JobID) bool {
	t.Helper()
	all, err := d.Gone(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(all, func(j delivery.Job) bool { return j.ID == job })
}

func TestDeletion_IsStoredWithTheSendAndToldOnceAllAreDeleted(t *testing.T) {
	t.Parallel()
	db := database(t)
	jobs, deletions := delivery.NewJobs(db), delivery.NewDeletions(db)
	job := running(t, jobs, items(0, 0))
	next, err := jobs.Advance(t.Context(), job, delivery.Outcome{Files: 1, Sent: 1, Messages: []int{11}, DeleteAfter: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jobs.Advance(t.Context(), job, delivery.Outcome{Files: 1, Sent: 1, Messages: []int{11}, DeleteAfter: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if _, err := jobs.Advance(t.Context(), next, delivery.Outcome{Files: 1, Sent: 1, Messages: []int{12}, DeleteAfter: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if in, err := deletions.Next(t.Context(), job.ID); err != nil || in < 59*time.Minute || in > time.Hour {
		t.Errorf("the first is deleted in %s, %v", in, err)
	}
	if list := dueOf(t, deletions, job.ID); len(list) != 0 {
		t.Errorf("due before the time: %+v", list)
	}
	makeDue(t, db, job.ID, time.Minute)
	list := dueOf(t, deletions, job.ID)
	if len(list) != 2 || list[0].TooLate || list[0].Messages[0]+list[1].Messages[0] != 23 || list[0].Chat != job.Chat {
		t.Fatalf("%+v", list)
	}
	for i, d := range list {
		if goneOf(t, deletions, job.ID) {
			t.Errorf("told with %d files left", len(list)-i)
		}
		if err := deletions.Done(t.Context(), d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if goneOf(t, deletions, job.ID) {
		t.Error("told before the person knows how the delivery ended")
	}
	if err := jobs.Close(t.Context(), job.ID); err != nil || !goneOf(t, deletions, job.ID) {
		t.Errorf("not told: %v", err)
	}
	if err := deletions.Told(t.Context(), job.ID); err != nil || goneOf(t, deletions, job.ID) {
		t.Errorf("told twice: %v", err)
	}
	// As a rule the person knows how the delivery ended long before its files are deleted.
	closed := running(t, jobs, items(0))
	_, err = jobs.Advance(t.Context(), closed, delivery.Outcome{Files: 1, Sent: 1, Messages: []int{13}, DeleteAfter: time.Hour})
	if err = errors.Join(err, jobs.Close(t.Context(), closed.ID)); err != nil || goneOf(t, deletions, closed.ID) {
		t.Errorf("told with its file there: %v", err)
	}
}

// The commit fails here as it does when Postgres goes away. The send is repeated then, and stores the deletion.
func TestDeletion_IsStoredInTheTransactionThatMovesTheCursor(t *testing.T) {
	t.Parallel()
	db := database(t)
	jobs, deletions := delivery.NewJobs(db), delivery.NewDeletions(db)
	job := running(t, jobs, items(0, 0))
	for _, sql := range []string{
		`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'`,
		fmt.Sprintf(`CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON delivery_job DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.id = %d) EXECUTE FUNCTION refuse()`, job.ID),
	} {
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := jobs.Advance(t.Context(), job, delivery.Outcome{Files: 1, Sent: 1, Messages: []int{11}, DeleteAfter: time.Hour}); err == nil {
		t.Fatal("the commit did not fail")
	}
	makeDue(t, db, job.ID, time.Minute)
	if list := dueOf(t, deletions, job.ID); len(list) != 0 {
		t.Errorf("a deletion without its send: %+v", list)
	}
	if now, err := jobs.Read(t.Context(), job.ID); err != nil || now.Cursor != 0 {
		t.Errorf("%+v, %v", now, err)
	}
}

func TestDeletion_AfterFortyEightHoursIsTooLate(t *testing.T) {
	t.Parallel()
	db := database(t)
	jobs, deletions := delivery.NewJobs(db), delivery.NewDeletions(db)
	job := running(t, jobs, items(0))
	if _, err := jobs.Advance(t.Context(), job, delivery.Outcome{Files: 1, Sent: 1, Messages: []int{11}, DeleteAfter: delivery.MaxDeleteAfter}); err != nil {
		t.Fatal(err)
	}
	makeDue(t, db, job.ID, 49*time.Hour)
	if list := dueOf(t, deletions, job.ID); len(list) != 1 || !list[0].TooLate {
		t.Errorf("%+v", list)
	}
}

func TestJob_MovesWithItsGroup(t *testing.T) {
	t.Parallel()
	db := database(t)
	jobs, deletions := delivery.NewJobs(db), delivery.NewDeletions(db)
	job := running(t, jobs, items(0, 0))
	if _, err := jobs.Advance(t.Context(), job, delivery.Outcome{Files: 1, Sent: 1, Messages: []int{11}, DeleteAfter: time.Hour}); err != nil {
		t.Fatal(err)
	}
	to := filter.ChatID(-1_000_000_000_000) - job.Chat
	if err := jobs.Move(t.Context(), job.Chat, to); err != nil {
		t.Fatal(err)
	}
	if moved, err := jobs.Read(t.Context(), job.ID); err != nil || moved.Chat != to || moved.Cursor != 1 {
		t.Errorf("%+v, %v", moved, err)
	}
	if in, err := deletions.Next(t.Context(), job.ID); err != nil || in != 0 {
		t.Errorf("a deletion is left for the old group: %s, %v", in, err)
	}
}

func TestJob_IsForgottenAMonthAfterItsEnd(t *testing.T) {
	t.Parallel()
	db := database(t)
	jobs := delivery.NewJobs(db)
	job, owing := running(t, jobs, items(0)), running(t, jobs, items(0))
	for j, out := range map[*delivery.Job]delivery.Outcome{&job: {Files: 1, Sent: 1}, &owing: {Files: 1, Sent: 1, Messages: []int{11}, DeleteAfter: time.Hour}} {
		_, err := jobs.Advance(t.Context(), *j, out)
		if err := errors.Join(err, jobs.Close(t.Context(), j.ID)); err != nil {
			t.Fatal(err)
		}
	}
	if err := jobs.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := jobs.Read(t.Context(), job.ID); err != nil {
		t.Errorf("a delivery that has just ended: %v", err)
	}
	if _, err := db.Exec(t.Context(), `UPDATE delivery_job SET ended_at = now() - interval '31 days' WHERE id IN ($1, $2)`, job.ID, owing.ID); err != nil {
		t.Fatal(err)
	}
	if err := jobs.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := jobs.Read(t.Context(), job.ID); !errors.Is(err, delivery.ErrForgotten) {
		t.Errorf("after a month: %v", err)
	}
	if _, err := jobs.Read(t.Context(), owing.ID); err != nil {
		t.Errorf("with a message that is not deleted yet: %v", err)
	}
}
