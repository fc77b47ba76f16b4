package personal_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/personal"
	"pavilion/storage"
)

// ask asks for an erasure of the member, which nothing stands in the way of.
func (s *scene) ask(t *testing.T) secret.String {
	t.Helper()
	c, token, err := s.own.Ask(t.Context(), member, personal.InChat)
	if err != nil || len(c.Obstacles) > 0 {
		t.Fatal(c.Obstacles, err)
	}
	return token
}

// erased fails the test if something of the member is left, or the audit has not exactly one line about it.
func (s *scene) erased(t *testing.T) {
	t.Helper()
	if after := s.naming(t, strconv.Itoa(member)); !slices.Equal(after, []string{"ban"}) {
		t.Errorf("the member still stands in %q; only a ban may stay", after)
	}
	if lines := s.erasures(t); lines != 1 {
		t.Errorf("%d lines of the audit about one erasure", lines)
	}
	if _, err := s.audience.Person(t.Context(), member); !errors.Is(err, filter.ErrPersonUnknown) {
		t.Errorf("the archive's databases know the person: %v", err)
	}
}

func TestConfirm_TwoTapsEraseOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	token := s.ask(t)
	var taps sync.WaitGroup
	for range 4 {
		taps.Go(func() {
			if _, done, err := s.own.Confirm(t.Context(), token); !done || err != nil {
				t.Errorf("done %v, %v", done, err)
			}
		})
	}
	taps.Wait()
	s.erased(t)
	if who, done, err := s.own.Confirm(t.Context(), token); who != 0 || !done || err != nil {
		t.Errorf("a late repetition: person %d, done %v, %v", who, done, err)
	}
}

// The process dies between the confirmation and the erasure.
func TestConfirm_ACrashIsFinishedByAnyProcess(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	token := s.ask(t)
	if err := personal.ConfirmOnly(t.Context(), s.db, token); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.own.Ask(t.Context(), member, personal.InChat); !errors.Is(err, personal.ErrUnderWay) {
		t.Errorf("a question while it is under way: %v", err)
	}
	if err := newOwn(t, s.Records).Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.erased(t)
	if _, done, err := s.own.Confirm(t.Context(), token); !done || err != nil {
		t.Errorf("the tap again: done %v, %v", done, err)
	}
}

// Both processes have read that the erasure is confirmed. The person comes back after the first has finished it.
func TestFinish_APersonWhoCameBackIsNotErasedByASecondProcess(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	if err := personal.ConfirmOnly(t.Context(), s.db, s.ask(t)); err != nil {
		t.Fatal(err)
	}
	if err := s.own.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.erased(t)
	if err := s.audience.MarkActive(t.Context(), member, "hi"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(t.Context(), `INSERT INTO bot_language (person, language) VALUES ($1, 'hi')`, member); err != nil {
		t.Fatal(err)
	}
	s.ask(t) // a question that is not confirmed
	if err := personal.EraseConfirmed(t.Context(), personal.New(s.db, s.audience, time.Now), member); err != nil {
		t.Fatal(err)
	}
	if _, err := s.audience.Person(t.Context(), member); err != nil {
		t.Errorf("the archive's databases: %v", err)
	}
	if left := s.naming(t, strconv.Itoa(member)); !slices.Equal(left, []string{"ban", "bot_language", "erasure"}) {
		t.Errorf("the member stands in %q", left)
	}
}

func TestFinish_TwoProcessesEraseOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	if err := personal.ConfirmOnly(t.Context(), s.db, s.ask(t)); err != nil {
		t.Fatal(err)
	}
	var processes sync.WaitGroup
	for _, own := range []*personal.Own{s.own, newOwn(t, s.Records)} {
		processes.Go(func() {
			if err := own.Finish(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	processes.Wait()
	s.erased(t)
}

func TestFinish_AnObstacleDelaysAConfirmedErasure(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	if err := personal.ConfirmOnly(t.Context(), s.db, s.ask(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(t.Context(), `INSERT INTO waitlist (club_id, member_id, net_id, during) VALUES (1, $1, 1, tstzrange(now(), now() + interval '1 hour'))`, member); err != nil {
		t.Fatal(err)
	}
	if err := s.own.Finish(t.Context()); !errors.Is(err, personal.ErrUpcoming) {
		t.Errorf("with an obstacle: %v", err)
	}
	if _, err := s.db.Exec(t.Context(), `DELETE FROM waitlist`); err != nil {
		t.Fatal(err)
	}
	if err := s.own.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.erased(t)
}

// withoutArchive returns Records with an archive database that does not answer.
func (s *scene) withoutArchive(t *testing.T) *personal.Records {
	t.Helper()
	away, err := storage.OpenPools(storage.PoolsOptions{
		Pools:   []storage.PoolOptions{{Name: "away", URI: secret.New("mongodb://127.0.0.1:1/?directConnection=true"), Database: "away"}},
		Timeout: time.Second, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = away.Run(stopped()) })
	return personal.New(s.db, filter.NewAudience(away, time.Now), time.Now)
}

func TestConfirm_WaitsForADatabaseOfTheArchive(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	token := s.ask(t)
	own := newOwn(t, s.withoutArchive(t))
	if who, done, err := own.Confirm(t.Context(), token); who != member || done || err != nil {
		t.Errorf("without the database: person %d, done %v, %v", who, done, err)
	}
	if err := own.Finish(t.Context()); err == nil {
		t.Error("it was finished without the database")
	}
	if err := s.own.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.erased(t)
}

func TestAsk_SaysEverythingThatStandsInTheWay(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	if _, err := s.db.Exec(t.Context(), `UPDATE booking_slot SET during = tstzrange(now(), now() + interval '1 hour'), occupied = tstzrange(now(), now() + interval '1 hour');
		UPDATE premium_payment SET refund = 'due';
		UPDATE entitlement SET until_at = now() + interval '1 day'`); err != nil {
		t.Fatal(err)
	}
	c, token, err := s.own.Ask(t.Context(), member, personal.OverHTTP)
	if err != nil || !slices.Equal(c.Obstacles, []error{personal.ErrUpcoming, personal.ErrMoneyOpen, personal.ErrSubscription}) || token.Reveal() != "" {
		t.Errorf("%+v, a token %v, %v", c, token.Reveal() != "", err)
	}
}

func TestAsk_SaysWhatIsLostAndWhatIsKept(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	// A subscription that was cancelled runs to its end and is no obstacle.
	if _, err := s.db.Exec(t.Context(), `UPDATE entitlement SET until_at = now() + interval '1 day'; UPDATE premium_purchase SET canceled_at = now()`); err != nil {
		t.Fatal(err)
	}
	c, token, err := s.own.Ask(t.Context(), member, personal.InChat)
	if err != nil || token.Reveal() == "" {
		t.Fatalf("%+v, %v", c, err)
	}
	if c.Bookings != 1 || c.Payments != 2 || !c.Banned || c.Roles != 1 || time.Until(c.PremiumUntil) < 23*time.Hour {
		t.Errorf("%+v", c)
	}
}

func TestConfirm_ATokenEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"after its time":                    `UPDATE erasure SET asked_at = now() - interval '11 minutes'`,
		"with an obstacle that came up":     `INSERT INTO waitlist (club_id, member_id, net_id, during) VALUES (1, 987654321012, 1, tstzrange(now(), now() + interval '1 hour'))`,
		"when the person asks anew":         "",
		"when a token was never given away": `DELETE FROM erasure`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.live(t)
			token := s.ask(t)
			if end == "" {
				s.ask(t)
			} else if _, err := s.db.Exec(t.Context(), end); err != nil {
				t.Fatal(err)
			}
			want := personal.ErrStale
			if strings.Contains(end, "waitlist") {
				want = personal.ErrUpcoming
			}
			if _, done, err := s.own.Confirm(t.Context(), token); done || !errors.Is(err, want) {
				t.Errorf("done %v, %v, want %v", done, err, want)
			}
			if _, done, err := s.own.Confirm(t.Context(), token); done || !errors.Is(err, personal.ErrStale) {
				t.Errorf("again: done %v, %v", done, err)
			}
			if _, err := s.audience.Person(t.Context(), member); err != nil {
				t.Errorf("something was erased: %v", err)
			}
		})
	}
}

func TestOwn_HasLimits(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 5 {
		err := s.own.Export(t.Context(), member, delivered)
		if often, refused := errors.AsType[*fault.RetryError](err); refused != (i >= 3) || refused && often.After < time.Hour {
			t.Errorf("export %d: %v", i+1, err)
		}
	}
	for i := range 12 {
		if _, _, err := s.own.Ask(t.Context(), member, personal.InChat); errors.Is(err, personal.ErrTooOften) != (i >= 10) {
			t.Errorf("question %d: %v", i+1, err)
		}
	}
	if err := s.own.Export(t.Context(), member+1, delivered); err != nil {
		t.Errorf("another person: %v", err)
	}
}

func delivered(personal.Export) error { return nil }

func TestExport_CountsUnlessAServerFails(t *testing.T) {
	t.Parallel()
	s := open(t)
	away := newOwn(t, s.withoutArchive(t))
	for range 5 {
		if err := away.Export(t.Context(), member, delivered); err == nil || errors.Is(err, personal.ErrTooOften) {
			t.Errorf("without a database: %v", err)
		}
	}
	errCut := fault.New(fault.Unavailable, "telegram_away")
	for range 5 {
		if err := s.own.Export(t.Context(), member, func(personal.Export) error { return errCut }); !errors.Is(err, errCut) {
			t.Errorf("not delivered: %v", err)
		}
	}
	errLarge := fault.New(fault.Conflict, "personal_too_large")
	if err := s.own.Export(t.Context(), member, func(personal.Export) error { return errLarge }); !errors.Is(err, errLarge) {
		t.Error(err)
	}
	gone, leave := context.WithCancel(t.Context())
	if err := s.own.Export(gone, member, func(personal.Export) error { leave(); return gone.Err() }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	long, end := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer end()
	if err := s.own.Export(long, member, func(personal.Export) error { <-long.Done(); return long.Err() }); err == nil {
		t.Error("an export that takes too long succeeds")
	}
	// The last three count: too large, ended by the person, and too long.
	if err := s.own.Export(t.Context(), member, delivered); !errors.Is(err, personal.ErrTooOften) {
		t.Errorf("export 4: %v", err)
	}
}

func TestConfirm_APersonIsErasedOnceADay(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	token := s.ask(t)
	const obstacle = `INSERT INTO waitlist (club_id, member_id, net_id, during) VALUES (1, 987654321012, 1, tstzrange(now(), now() + interval '1 hour'))`
	if _, err := s.db.Exec(t.Context(), obstacle); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.own.Confirm(t.Context(), token); !errors.Is(err, personal.ErrUpcoming) {
		t.Errorf("with an obstacle: %v", err)
	}
	if _, err := s.db.Exec(t.Context(), `DELETE FROM waitlist`); err != nil {
		t.Fatal(err)
	}
	token = s.ask(t) // an erasure that was refused does not count
	for range 2 {    // nor does a repetition
		if _, done, err := s.own.Confirm(t.Context(), token); !done || err != nil {
			t.Fatalf("done %v, %v", done, err)
		}
	}
	if _, err := s.db.Exec(t.Context(), `INSERT INTO bot_language (person, language) VALUES ($1, 'hi')`, member); err != nil { // the person comes back
		t.Fatal(err)
	}
	_, _, err := s.own.Ask(t.Context(), member, personal.InChat)
	if often, refused := errors.AsType[*fault.RetryError](err); !errors.Is(err, personal.ErrErasedToday) || !refused || often.After < 23*time.Hour {
		t.Errorf("a second question: %v", err)
	}
	_, token, err = newOwn(t, s.Records).Ask(t.Context(), member, personal.InChat) // a process that does not know yet
	if err != nil {
		t.Fatal(err)
	}
	if _, done, err := s.own.Confirm(t.Context(), token); done || !errors.Is(err, personal.ErrErasedToday) {
		t.Errorf("a second erasure: done %v, %v", done, err)
	}
	if left := s.naming(t, strconv.Itoa(member)); !slices.Contains(left, "bot_language") {
		t.Errorf("the person stands in %q only", left)
	}
}

func TestArchive_IsAPageForPeopleAndDataForPrograms(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.live(t)
	if _, err := s.db.Exec(t.Context(), `UPDATE booking SET note = '<b>left</b>'; INSERT INTO quota_delivered (person, document, charged_at) VALUES (987654321012, 5375316420691234567, now())`); err != nil {
		t.Fatal(err)
	}
	var e personal.Export
	if err := s.own.Export(t.Context(), member, func(read personal.Export) error { e = read; return nil }); err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"en": "Your bookings.", "hi": "आपकी बुकिंग।"} {
		var b bytes.Buffer
		if err := e.WriteArchive(&b, speaker(t, language)); err != nil {
			t.Fatal(err)
		}
		files := unzip(t, b.Bytes())
		page := files["my-data.html"]
		for _, part := range []string{want, "&lt;b&gt;left&lt;/b&gt;", "5375316420691234567", "arjun@example.com", `lang="` + language + `"`} {
			if !strings.Contains(page, part) {
				t.Errorf("%s: the page lacks %q", language, part)
			}
		}
		if !strings.Contains(files["my-data.json"], want) {
			t.Errorf("%s: the data lacks %q", language, want)
		}
	}
}

func unzip(t *testing.T, data []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}
